//! What each path answers.
//!
//! What comes in: a request that the guard has let through, with its body read. What goes out: JSON from the latest view, a
//! [`Problem`](super::problem::Problem) that says why not, or a page. The table is the one list of paths.

mod alerts;
mod collisions;
mod debug_pprof;
mod errors;
mod events;
mod health;
mod heap_snapshots;
mod heatmap;
mod memory_bounds;
mod memory_files;
mod memory_pair;
mod memory_samples;
mod memory_targets;
mod memory_trend;
mod openapi;
mod own_heap_refusal;
mod posts;
mod process_memory;
mod purge;
mod reading;
mod table;
mod target_question;
mod worker_id;
mod workers;

pub(super) use health::{is_ok, resident_bytes, uptime_seconds};
pub(super) use memory_bounds::all as all_bounds;
pub use table::paths;
pub(super) use table::table;
