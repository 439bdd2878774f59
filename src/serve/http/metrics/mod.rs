//! What the live half counts, as Prometheus reads it.
//!
//! What comes in: the latest view, and the counters of the rooms beside it. What goes out: the text of `GET /api/metrics`. It counts nothing itself.

mod alerts;
mod answer;
mod bounds;
mod families;
mod own_heap;
mod requests;
mod targets;

pub(super) use answer::metrics;
