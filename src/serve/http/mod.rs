//! Requests, answered from the latest view; and what is posted, kept in the log folder before it is acknowledged.
//!
//! What comes in: connections, the latest [`View`](super::store::View), and what the rooms beside it say of themselves. What goes out:
//! answers, all of them in `openapi.json`, and lines in the log folder. Every request goes through the [`guard`] before anything else,
//! also those for the WebSocket room, which is handed in as a router.
//!
//! It does not know how the store comes to its picture, and never waits for the hub.

mod alert_metrics;
mod answer;
mod connection;
mod document_policy;
mod gauges;
pub mod guard;
mod hub_gauges;
pub mod ingest;
mod listener;
mod live_gauges;
mod metric_families;
mod metrics;
mod own_heap_metrics;
mod pages;
mod parameters;
mod problem;
mod request_body;
mod request_limits;
mod router;
mod routes;
mod security_headers;
mod state;

pub use answer::{AnswerBudget, Reservation};
pub use gauges::HttpGauges;
pub use guard::{Guard, GuardOptions, Secret, SecretError};
pub use hub_gauges::HubGauges;
pub use ingest::{Ingest, IngestError};
pub use listener::{ListenerLimits, serve};
pub use live_gauges::{LiveGauges, LiveNumber};
pub use problem::Problem;
pub use router::router;
pub use routes::paths;
pub use state::HttpState;
