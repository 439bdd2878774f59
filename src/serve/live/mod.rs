//! Changes, sent to whoever follows over a WebSocket.
//!
//! What comes in: the changes of the [`store`](super::store), in the order they happened, and views that already have them. What goes out: messages,
//! each made once for all clients. This room does not know who may connect (the
//! [`guard`](super::http::guard) decides that before), nor what is in an event beyond what a filter asks for.
//!
//! The hub writes the [`ChangeLog`]. A session is one client: it takes its place in the log, then a view, sends the view, and goes on from
//! its place; so joining is exact. It holds that place and what is being written, nothing else, so a client that does not read costs a few
//! pointers until it is found slow; then it has no seat any more, and some seconds to read the rest of a frame and the reason (`parting`).
//! Sessions run over plain streams and sinks; only `door` knows HTTP, only `wire` the frames of clients.

mod admission;
#[cfg(test)]
mod admission_tests;
mod change_log;
mod counters;
mod door;
mod ending;
#[cfg(test)]
mod fake_socket_tests;
mod filter;
mod frame;
mod gap;
#[cfg(test)]
mod joining_tests;
mod line;
mod opening;
mod parting;
#[cfg(test)]
mod parting_tests;
mod picture;
mod replay;
mod segment;
mod session;
#[cfg(test)]
mod session_limits_tests;
#[cfg(test)]
mod session_tests;
mod sessions;
mod subscription;
#[cfg(test)]
mod tests;
mod token_bucket;
mod wire;

pub use change_log::ChangeLog;
pub use counters::{LiveCounters, LiveCounts};
pub use door::routes;
pub use ending::Ending;
pub use filter::Filter;
pub use sessions::{Live, LiveOptions};
