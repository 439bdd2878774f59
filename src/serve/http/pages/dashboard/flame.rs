//! What changed between two snapshots, as a flame graph in a frame of its own.

use std::fmt::Write as _;

use super::markup::{in_query, short};
use super::scene::{Known, Scene};
use super::snapshots::file_name;

/// The list of a form is not longer; older snapshots are compared by their addresses.
const CHOICES: usize = 500;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let Some(Known { judged, .. }) = scene.known() else {
        out.push_str("<p class=\"rest\">There is nothing to compare yet.</p>\n");
        return;
    };
    let skipped = judged.paths.len().saturating_sub(CHOICES);
    let names: Vec<String> = judged
        .paths
        .iter()
        .skip(skipped)
        .map(|it| file_name(it))
        .collect();
    let (Some(first), Some(last)) = (names.first(), names.last()) else {
        out.push_str("<p class=\"rest\">There is no snapshot yet.</p>\n");
        return;
    };
    if names.len() < 2 {
        out.push_str("<p class=\"rest\">There is one snapshot; two are needed to compare.</p>\n");
        return;
    }
    let target = &*judged.target.name;
    let _ = write!(
        out,
        "<form class=\"tools\" id=\"compare\" method=\"get\" action=\"/api/memory/flame.svg\" target=\"_blank\">\
         <input type=\"hidden\" name=\"target\" value=\"{}\">",
        short(target, 4_096)
    );
    for (label, field, chosen) in [("From", "baseline", first), ("to", "current", last)] {
        let _ = write!(
            out,
            "<label>{label} <select name=\"{field}\" data-kept=\"\">"
        );
        for (at, name) in names.iter().enumerate() {
            let escaped = short(name, 4_096);
            let chosen = if name == chosen { " selected" } else { "" };
            let _ = write!(
                out,
                "<option value=\"{escaped}\"{chosen}>{}</option>",
                label_of(scene, skipped + at, name)
            );
        }
        out.push_str("</select></label>");
    }
    let address = format!(
        "/api/memory/flame.svg?target={}&amp;baseline={}&amp;current={}",
        in_query(target),
        in_query(first),
        in_query(last)
    );
    let _ = write!(
        out,
        "<button class=\"no-script-only\">Compare</button><a class=\"button plain\" id=\"flame-alone\" href=\"{address}\" target=\"_blank\">Open alone</a></form>\n\
         <iframe class=\"flame-frame\" id=\"flame-frame\" src=\"{address}\" loading=\"lazy\" title=\"Flame graph of what changed between two snapshots\"></iframe>\n"
    );
}

/// When a snapshot was taken, or what its file is called.
fn label_of(scene: &Scene, at: usize, name: &str) -> String {
    let Some(Known { judged, .. }) = scene.known() else {
        return String::new();
    };
    let point = judged.report.snapshots.get(at);
    let time = point.and_then(|it| it.timestamp_ms);
    let why = point.and_then(|it| it.input.trigger.as_deref());
    match time.map(super::markup::moment) {
        Some(moment) if !moment.is_empty() => {
            format!("{moment} · {}", short(why.unwrap_or(name), 60))
        }
        _ => short(name, 60),
    }
}
