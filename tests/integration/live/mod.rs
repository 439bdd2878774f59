//! `fabric serve` as a process: started, fed, asked, stopped and killed.

/// Requests and answers, byte by byte.
pub(crate) mod client;
/// What is posted and acknowledged survives a kill at any moment.
mod kept;
/// A load of lines, as busy workers write them.
pub(crate) mod load;
/// The server looks after its own heap.
mod own_heap;
/// A running server.
pub(crate) mod process;
/// Restarts lose no line and repeat none.
mod restarts;
/// Settings from the command line, the environment and a file.
mod settings;
/// A WebSocket client of the whole server.
mod sockets;
/// What systemd gives and is told.
mod systemd;
/// Heaps that are judged: its own, and those of other services.
mod watching;
