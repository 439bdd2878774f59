//! The panels of the page: what each is called, who draws it, and what makes it stale.

use super::scene::Scene;
use super::{
    alerts, bounds, collisions, course, errors, events, files, flame, intake, memory, snapshots,
    verdict, workers,
};

/// A part of the page that is drawn, and drawn anew, on its own.
pub(super) struct Panel {
    /// Its name in addresses.
    pub(super) name: &'static str,
    /// Its heading; without one, what is drawn has its own.
    pub(super) title: Option<&'static str>,
    /// The message of the WebSocket after which it is drawn anew.
    pub(super) stale_on: &'static str,
    /// Milliseconds between two times that it is drawn anew, however many messages come.
    pub(super) pause_ms: u32,
    /// Whether it takes half of a wide window.
    pub(super) half: bool,
    /// Draws it.
    pub(super) draw: fn(&mut String, &Scene),
}

/// All panels in the order in which they are read.
pub(super) const PANELS: [Panel; 14] = [
    panel("verdict", None, "assessment", 1_000, false, verdict::draw),
    panel(
        "alerts",
        Some("Alerts"),
        "alert",
        1_000,
        false,
        alerts::draw,
    ),
    panel(
        "course",
        None,
        "assessment alert",
        1_000,
        false,
        course::draw,
    ),
    panel(
        "suspects",
        None,
        "assessment",
        1_000,
        false,
        course::draw_suspects,
    ),
    panel(
        "flame",
        Some("What changed"),
        "assessment",
        1_000,
        false,
        flame::draw,
    ),
    panel(
        "snapshots",
        Some("Snapshots"),
        "assessment",
        1_000,
        false,
        snapshots::draw,
    ),
    panel("memory", None, "memory", 5_000, false, memory::draw),
    panel(
        "workers",
        Some("Workers"),
        "events",
        2_000,
        false,
        workers::draw,
    ),
    panel("events", Some("Events"), "", 0, false, events::draw),
    panel(
        "collisions",
        Some("Collisions"),
        "collision",
        1_000,
        true,
        collisions::draw,
    ),
    panel(
        "errors",
        Some("Errors"),
        "events",
        5_000,
        true,
        errors::draw,
    ),
    panel("files", Some("Files"), "events", 5_000, false, files::draw),
    panel("intake", Some("Logs"), "memory", 5_000, false, intake::draw),
    panel(
        "bounds",
        Some("Bounds"),
        "memory",
        10_000,
        false,
        bounds::draw,
    ),
];

const fn panel(
    name: &'static str,
    title: Option<&'static str>,
    stale_on: &'static str,
    pause_ms: u32,
    half: bool,
    draw: fn(&mut String, &Scene),
) -> Panel {
    Panel {
        name,
        title,
        stale_on,
        pause_ms,
        half,
        draw,
    }
}

/// The panel of that name.
pub(super) fn named(name: &str) -> Option<&'static Panel> {
    PANELS.iter().find(|panel| panel.name == name)
}

impl Panel {
    /// What is drawn, alone.
    pub(super) fn drawn(&self, scene: &Scene) -> String {
        let mut out = String::new();
        (self.draw)(&mut out, scene);
        out
    }
}
