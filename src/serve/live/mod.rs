//! Changes, sent to whoever follows over a WebSocket.
//!
//! What comes in: the changes of the store, in the order they happened. What goes out: messages, each made once for all clients.

mod change_log;

pub use change_log::ChangeLog;
