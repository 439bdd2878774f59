//! The snapshots of a target, the newest first: taken when and why, how large, how much heap; to download, pin and compare.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use super::markup::{in_query, moment, short};
use super::scene::{Heap, Scene, Standing};
use crate::archive::{Snapshot, SnapshotName};
use crate::report::SnapshotPoint;
use crate::serve::store::SELF;
use crate::serve::targets::Judged;
use crate::units::{Bytes, Count};

/// The newest are shown; a folder may have thousands.
const SHOWN: usize = 60;

pub(super) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

pub(super) fn draw(out: &mut String, scene: &Scene) {
    push_tools(out, scene);
    let (judged, kept) = match &scene.heap {
        Heap::Judged(known) => (&known.judged, &known.snapshots),
        Heap::Pending => {
            out.push_str("<p class=\"rest\">The snapshots are being read.</p>\n");
            return;
        }
        Heap::Nothing(why) => {
            let _ = writeln!(out, "<p class=\"rest\">{}</p>", short(why, 400));
            return;
        }
    };
    let rows = rows(judged, kept);
    if rows.is_empty() {
        out.push_str("<p class=\"rest\">There is no snapshot yet.</p>\n");
        return;
    }
    out.push_str(
        "<div class=\"scroll\"><table>\n<caption class=\"unseen\">Snapshots, the newest first</caption>\n<thead><tr>\
         <th scope=\"col\">time (UTC)</th><th scope=\"col\">why</th><th scope=\"col\" class=\"right\">heap</th>\
         <th scope=\"col\" class=\"right\">resident</th><th scope=\"col\" class=\"right\">file</th><th scope=\"col\">name</th>\
         <th scope=\"col\"><span class=\"unseen\">what to do with it</span></th></tr></thead>\n<tbody>\n",
    );
    for row in rows.iter().take(SHOWN) {
        push_row(out, judged, row, scene.standing);
    }
    out.push_str("</tbody>\n</table></div>\n");
    let more = rows.len().saturating_sub(SHOWN);
    if more > 0 {
        let _ = writeln!(
            out,
            "<p class=\"rest\">{} older ones are at <a href=\"/api/memory/files?target={}\">/api/memory/files</a>.</p>",
            Count(more as u64),
            in_query(&judged.target.name)
        );
    }
}

/// A file with what is known of it.
struct Row<'j> {
    name: String,
    point: Option<&'j SnapshotPoint>,
    kept: Option<&'j Snapshot>,
}

impl Row<'_> {
    fn time(&self) -> Option<i64> {
        let judged = self.point.and_then(|it| it.timestamp_ms);
        judged.or(self.kept.map(|it| it.name.time_ms))
    }
}

/// All files that were judged, and those that could not be, the newest first.
fn rows<'j>(judged: &'j Judged, kept: &'j [Snapshot]) -> Vec<Row<'j>> {
    let seen: HashSet<&Path> = judged.paths.iter().map(|it| &**it).collect();
    let points = judged.report.snapshots.iter();
    let mut rows: Vec<Row<'_>> = judged
        .paths
        .iter()
        .zip(points)
        .map(|(path, point)| Row {
            name: file_name(path),
            point: Some(point),
            kept: kept.iter().find(|it| it.path == *path),
        })
        .collect();
    let unread = kept.iter().filter(|it| !seen.contains(&*it.path));
    let had_unread = rows.len();
    rows.extend(unread.map(|kept| Row {
        name: kept.name.to_string(),
        point: None,
        kept: Some(kept),
    }));
    if rows.len() > had_unread && rows.iter().all(|row| row.time().is_some()) {
        rows.sort_by_key(Row::time);
    }
    rows.reverse();
    rows
}

fn push_row(out: &mut String, judged: &Judged, row: &Row<'_>, standing: Standing) {
    let name = short(&row.name, 4_096);
    let time = row.time().map_or_else(|| "not known".to_owned(), moment);
    let trigger = row
        .kept
        .map(|it| it.name.trigger.name())
        .or(row.point.and_then(|it| it.input.trigger.as_deref()));
    let heap = match row.point {
        Some(point) if judged.report.is_bytes => Bytes(point.total).to_string(),
        Some(point) => Count(point.total).to_string(),
        None => "not read".to_owned(),
    };
    let resident = row
        .point
        .and_then(|it| it.resident_bytes)
        .map(|it| Bytes(it).to_string());
    let size = row
        .kept
        .map(|it| it.bytes)
        .or(row.point.and_then(|it| it.input.size_bytes));
    let _ = write!(
        out,
        "<tr data-key=\"{name}\"><td class=\"short\" data-label=\"time\">{time}{}</td><td class=\"short\" data-label=\"why\">{}</td>\
         <td class=\"right number\" data-label=\"heap\">{heap}</td>{}<td class=\"right number\" data-label=\"file\">{}</td>\
         <td class=\"wide\"><bdi>{}</bdi></td><td class=\"acts\">",
        match row.point.map(|it| it.run) {
            Some(run) if run > 0 => format!(" <small>run {}</small>", run + 1),
            _ => String::new(),
        },
        trigger.map_or_else(String::new, |it| short(it, 40)),
        match resident {
            Some(resident) =>
                format!("<td class=\"right number\" data-label=\"resident\">{resident}</td>"),
            None => "<td class=\"right missing\" data-label=\"resident\"></td>".to_owned(),
        },
        size.map_or_else(String::new, |it| Bytes(it).to_string()),
        short(&row.name, 120),
    );
    if row.point.is_some() {
        let _ = write!(
            out,
            "<button class=\"small needs-script\" type=\"button\" data-compare=\"baseline\" data-name=\"{name}\" aria-label=\"Compare from {name}\">From</button>\
             <button class=\"small needs-script\" type=\"button\" data-compare=\"current\" data-name=\"{name}\" aria-label=\"Compare to {name}\">To</button>"
        );
    }
    // Only files that have a name of a snapshot can be had and pinned.
    if let Some(kept) = row
        .kept
        .filter(|_| SnapshotName::parse(&row.name).is_some())
    {
        if standing == Standing::LoggedOut {
            for act in ["Pin", "Download"] {
                let _ = write!(
                    out,
                    "<a class=\"button small\" href=\"/login\" title=\"Log in first: this needs the token\" aria-label=\"Log in to {}: {name}\">{act}</a> ",
                    act.to_lowercase()
                );
            }
            out.push_str("</td></tr>\n");
            return;
        }
        let target = in_query(&judged.target.name);
        let (act, label, pressed, done) = match kept.is_pinned {
            true => (
                "unpin",
                "Pinned",
                "true",
                "The pin is off: it goes when its time comes.",
            ),
            false => ("pin", "Pin", "false", "It is pinned, and stays."),
        };
        let _ = write!(
            out,
            "<button class=\"small needs-script\" type=\"button\" aria-pressed=\"{pressed}\" data-post=\"/api/memory/files/{name}/{act}?target={target}\" \
             data-then=\"snapshots\" data-done=\"{done}\" aria-label=\"{label}: {name}\">{label}</button>\
             <a class=\"button small\" href=\"/api/memory/files/{name}?target={target}\" download aria-label=\"Download {name}\">Download</a>"
        );
    }
    out.push_str("</td></tr>\n");
}

/// The button that takes a snapshot, and where all of it is told.
fn push_tools(out: &mut String, scene: &Scene) {
    out.push_str("<div class=\"tools\">");
    if scene.target() == SELF {
        match scene.standing {
            Standing::LoggedOut => out.push_str("<a class=\"button\" href=\"/login\">Log in to take a snapshot</a>"),
            Standing::Open | Standing::LoggedIn => out.push_str(
                "<button class=\"needs-script\" type=\"button\" data-post=\"/api/memory/heap-snapshot\" data-then=\"snapshots flame\" data-busy=\"Taking\">Take a snapshot</button>\
                 <button class=\"needs-script\" type=\"button\" data-post=\"/api/memory/purge\" data-then=\"memory\" data-busy=\"Giving back\">Give memory back</button>",
            ),
        }
    }
    if scene
        .known()
        .is_some_and(|known| known.judged.paths.len() > 1)
    {
        let _ = write!(
            out,
            "<a class=\"button plain\" href=\"/api/memory/report.html?target={}\">Full report</a>",
            in_query(scene.target())
        );
    }
    out.push_str("<output class=\"said\" id=\"said\" aria-live=\"polite\"></output></div>\n");
}
