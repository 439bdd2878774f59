//! The newest events, newest first, as the script goes on with them.

use std::fmt::Write as _;

use super::markup::{clock, short};
use super::scene::{Asked, Scene};
use super::workers::unreadable;
use crate::serve::event::LogEvent;
use crate::serve::query::EventQuery;
use crate::serve::store::SequencedEvent;
use crate::serve::time::WallTime;

/// Without a script, the page has so many; with it, twice as many at most.
const SHOWN: usize = 100;
/// What a line of a list has room for.
const TEXT_CHARS: usize = 240;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let asked = &scene.asked;
    let wanted = EventQuery {
        worker: asked.worker.clone(),
        level: asked.level,
        ..EventQuery::default()
    };
    let text = asked.text.as_deref().map(str::to_lowercase);
    let newest = scene.view.events.iter().rev();
    let newest = newest.filter(|it| {
        wanted.wants(&it.event) && text.as_deref().is_none_or(|text| has(&it.event, text))
    });
    let newest: Vec<&SequencedEvent> = newest.take(SHOWN).collect();
    let _ = writeln!(
        out,
        "<ol class=\"events\" data-epoch=\"{}\" data-seq=\"{}\">",
        scene.view.epoch, scene.view.seq
    );
    for event in &newest {
        push_event(out, event, scene.now);
    }
    out.push_str("</ol>\n");
    if newest.is_empty() {
        let none = match is_filtered(asked) {
            true => "No event that is remembered fits the filter.",
            false => "No event has been heard of yet.",
        };
        let why = unreadable(scene);
        let _ = writeln!(out, "<p class=\"rest none\">{none}{why}</p>");
    }
}

pub(super) fn is_filtered(asked: &Asked) -> bool {
    asked.worker.is_some() || asked.level.is_some() || asked.text.is_some()
}

fn push_event(out: &mut String, event: &SequencedEvent, now: WallTime) {
    let level = event.event.level().name();
    let _ = writeln!(
        out,
        "<li class=\"event {level}\" data-seq=\"{}\">{}<span class=\"level\">{level}</span><bdi class=\"who\">{}</bdi>\
         <bdi class=\"what\">{}</bdi><bdi class=\"about\">{}</bdi></li>",
        event.seq,
        clock(event.event.ts(), now),
        short(event.event.worker(), TEXT_CHARS),
        short(event.event.message(), TEXT_CHARS),
        short(&about(&event.event), TEXT_CHARS),
    );
}

/// What an event is about beside its message; the script puts the same together.
fn about(event: &LogEvent) -> String {
    let parts = [event.tool(), event.path(), event.bead(), event.error()];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

/// Whether a text in small letters stands in what is shown of an event.
fn has(event: &LogEvent, text: &str) -> bool {
    [event.worker(), event.message(), &about(event)]
        .iter()
        .any(|shown| shown.to_lowercase().contains(text))
}
