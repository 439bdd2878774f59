//! Requests, answered from the latest view; and what is posted, kept in the log folder before it is acknowledged.
//!
//! What comes in: connections, the latest [`View`](super::store::View), and what the rooms beside it say of themselves. What goes out:
//! answers, all of them in `openapi.json`, and lines in the log folder. It does not know how the store comes to its picture, and never waits for
//! the hub.
//!
//! A request goes through these rooms: a listener that is bounded in connections; the [`guard`], before anything else and also on the way to
//! the WebSocket room, which is handed in as a router; `routes`, which answer programs, mostly with what [`query`](super::query) says, or `pages`, which
//! answer people. What is posted goes from a route to [`ingest`], and from there to the disk, where [`tail`](super::tail) reads it.

mod answer;
mod connection;
mod document_policy;
mod gauges;
pub mod guard;
mod hub_gauges;
pub mod ingest;
mod listener;
mod live_gauges;
mod metrics;
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
