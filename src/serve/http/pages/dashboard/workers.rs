//! Workers as cards, those that were heard of last first.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write as _;

use super::markup::{ago, foreign, html_text, short};
use super::scene::Scene;
use crate::serve::store::{Worker, WorkerStatus};
use crate::units::{Bytes, Count};

/// A person looks at so many at most, and a page with a thousand cards is slow on a phone.
const SHOWN: usize = 100;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let mut workers: Vec<&Worker> = scene.view.workers.iter().map(|it| &**it).collect();
    if workers.is_empty() {
        let _ = writeln!(
            out,
            "<p class=\"rest\">No worker has been heard of.{}</p>",
            unreadable(scene)
        );
        return;
    }
    push_summary(out, &workers);
    if workers.len() > SHOWN {
        workers.select_nth_unstable_by_key(SHOWN, |worker| Reverse(worker.last_heard));
    }
    let more = workers.len().saturating_sub(SHOWN);
    workers.truncate(SHOWN);
    // Those in trouble first, then by name: cards that change their places at each event cannot be read.
    workers.sort_by_key(|it| {
        let in_trouble = it.stuck || it.status == WorkerStatus::Error;
        (!in_trouble, it.id.as_str())
    });
    let memory: HashMap<&str, u64> = scene
        .view
        .worker_memory
        .iter()
        .map(|it| (it.id.as_str(), it.rss_bytes))
        .collect();
    out.push_str("<ul class=\"cards\">\n");
    for worker in workers {
        push_card(out, scene, worker, memory.get(worker.id.as_str()).copied());
    }
    out.push_str("</ul>\n");
    if more > 0 {
        let _ = writeln!(
            out,
            "<p class=\"rest\">{} more that were heard of longer ago are at <a href=\"/api/workers\">/api/workers</a>.</p>",
            Count(more as u64)
        );
    }
}

/// Why nothing is heard, where that is known.
pub(super) fn unreadable(scene: &Scene) -> &'static str {
    match scene.view.tail.folder_readable {
        true => "",
        false => " The folder of logs cannot be read: <a href=\"#intake\">Logs</a> says why.",
    }
}

/// How many there are in each state.
fn push_summary(out: &mut String, workers: &[&Worker]) {
    let count = |status| workers.iter().filter(|it| it.status == status).count() as u64;
    let stuck = workers.iter().filter(|it| it.stuck).count() as u64;
    let colliding = workers.iter().filter(|it| it.has_collision).count() as u64;
    out.push_str("<ul class=\"tally\">");
    for (number, what, class) in [
        (count(WorkerStatus::Active), "active", "active"),
        (count(WorkerStatus::Idle), "idle", "idle"),
        (count(WorkerStatus::Error), "in error", "error"),
        (stuck, "stuck", "stuck"),
        (colliding, "colliding", "colliding"),
    ] {
        let _ = write!(
            out,
            "<li class=\"{class}\"><strong>{}</strong> {what}</li>",
            Count(number)
        );
    }
    out.push_str("</ul>\n");
}

fn push_card(out: &mut String, scene: &Scene, worker: &Worker, memory: Option<u64>) {
    let (class, state) = match worker.status {
        WorkerStatus::Active => ("active", "active"),
        WorkerStatus::Idle => ("idle", "idle"),
        WorkerStatus::Error => ("error", "error"),
    };
    let name = short(&worker.id, 256);
    let _ = write!(
        out,
        "<li class=\"worker {class}\" data-key=\"{name}\">\n<h3><a href=\"{}\"><bdi>{name}</bdi></a></h3>\
         <p class=\"state\">{state}</p>\n<dl>",
        html_text(&scene.asked.address(&[("worker", &worker.id)], "events")),
    );
    let mut fact = |label: &str, text: String| {
        let _ = write!(out, "<div><dt>{label}</dt><dd>{text}</dd></div>");
    };
    fact("last seen", ago(scene.now, worker.last_heard));
    fact("events", Count(worker.event_count).to_string());
    if let Some(bead) = worker.current_bead.as_ref().or(worker.active_bead.as_ref()) {
        fact("task", foreign(bead));
    }
    let last = worker.last_event.as_deref();
    if let Some(tool) = last.and_then(|event| event.tool()) {
        fact("tool", foreign(tool));
    }
    if let Some(bytes) = memory {
        fact("memory", Bytes(bytes).to_string());
    }
    out.push_str("</dl>\n");
    if let Some(event) = last {
        let _ = writeln!(out, "<p class=\"last\">{}</p>", foreign(event.message()));
    }
    if let Some(stuck) = &worker.stuck_reason {
        let _ = writeln!(
            out,
            "<p class=\"stuck\"><strong>stuck</strong> {}</p>",
            short(&stuck.reason, 200)
        );
    }
    if worker.has_collision {
        let _ = writeln!(
            out,
            "<p class=\"stuck\"><strong>collides</strong> on a {}</p>",
            worker.collision_types.join(", on a ")
        );
    }
    out.push_str("</li>\n");
}
