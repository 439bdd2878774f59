//! The live half: follows a folder of worker logs, keeps a bounded picture of what the workers do, and gives it to programs and people.
//!
//! ```text
//! tail (bytes) -> event (LogEvent or Rejection) -> hub, the one task that owns the store -> View (watch), ChangeLog -> http, live
//! ```
//!
//! * [`tail`] finds files and reads lines: bytes, with the file and the offset they stand at. It knows nothing of what is in a line.
//! * [`event`] makes a [`LogEvent`](event::LogEvent) of a line, or says why it is none.
//! * [`store`] is what is remembered. It takes values and times as arguments: no clock, no files, no tokio.
//! * `hub` owns the store and publishes an immutable [`View`](store::View) of it, and what changed since the last one.
//! * [`query`] answers questions about a view.
//! * [`live`] sends changes to WebSocket clients; [`http`] answers requests from the latest view and keeps what is posted.
//!
//! Every bound is a number, a behaviour and a counter, and stands in [`bounds`].

pub mod bounds;
pub mod event;
pub mod http;
pub mod live;
pub mod query;
pub mod store;
pub mod tail;
pub mod time;
