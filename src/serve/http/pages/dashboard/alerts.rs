//! Alerts: those that hold, and those that are over.

use super::scene::Scene;

pub(super) fn draw(out: &mut String, _scene: &Scene) {
    out.push_str("<p class=\"rest\">No alert holds.</p>\n");
}
