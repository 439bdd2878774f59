//! The live half: follows a folder of worker logs, keeps a bounded picture of what the workers do, and gives it to programs and people.
//!
//! ```text
//! tail (bytes) -> event (LogEvent or Rejection) -> hub, the one task that owns the store -> View (watch), ChangeLog -> http, live
//! ```
//!
//! * [`tail`] finds files and reads lines: bytes, with the file and the offset they stand at. It knows nothing of what is in a line.
//! * [`event`] makes a [`LogEvent`](event::LogEvent) of a line, or says why it is none.
//! * [`store`] is what is remembered. It takes values and times as arguments: no clock, no files, no tokio.
//! * [`query`] answers a question from a view.
//! * `hub` owns the store and publishes an immutable [`View`](store::View) of it, and what changed since the last one.
//! * [`alerts`] brings what whoever is on call must know to a webhook or a command.
//! * [`live`] sends changes to WebSocket clients; [`http`] answers requests from the latest view and keeps what is posted.
//! * `own_heap` is the heap of this process: watched, dumped into a folder, given back. [`OwnHeap`] is what others hold of it.
//! * [`targets`] judges folders of heap snapshots: those of the server itself, and of services that it watches.
//!
//! [`Server`] puts them together and stops them in order.
//!
//! Every bound is a number, a behaviour and a counter, and stands in [`bounds`].

pub mod alerts;
mod backlog;
pub mod bounds;
pub mod event;
pub mod http;
mod hub;
mod intake;
pub mod live;
mod live_gauges;
mod lru;
mod options;
mod own_heap;
mod planted_leak;
mod problem_log;
pub mod query;
mod sampler;
mod server;
mod state_document;
mod state_folder;
pub mod store;
pub mod tail;
pub mod targets;
pub mod time;

pub use options::Options;
pub use own_heap::{DumpCosts, Held, OwnHeap, OwnHeapFailure, OwnSnapshots, Purged};
pub use server::{PartEnded, Server, StartError};
pub use state_folder::is_taken;
