//! Questions about a view, answered.
//!
//! What comes in: a [`View`](super::store::View) and a question. What goes out: plain values that serialise to the JSON of the API. The routes and
//! the pages of [`http`](super::http) ask here, so that both say the same, and [`live`](super::live) filters as a question does. This room looks at no
//! clock, changes nothing, and does not know how questions arrive.

mod collision_alerts;
mod collisions;
mod error_groups;
mod events;
mod glob;
mod heat_entry;
mod heatmap;
mod timelapse;

#[cfg(test)]
mod heat_tests;
#[cfg(test)]
mod tests;

pub use collision_alerts::{Collided, CollisionAlert, CollisionSeverity, collision_alerts};
pub use collisions::{CollisionStats, collision_stats, collisions_of};
pub use error_groups::{
    ErrorSeverity, ErrorStats, GroupedErrors, error_groups, error_stats, severity_of,
};
pub use events::{EventQuery, events};
pub use glob::Glob;
pub use heat_entry::{HeatEntry, HeatLevel, HeatShare};
pub use heatmap::{HeatDistribution, HeatSort, HeatStats, HeatmapQuery, heatmap, heatmap_stats};
pub use timelapse::{Timelapse, TimelapseQuery, TimelapseSnapshot, timelapse};
