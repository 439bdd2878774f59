//! The live half: follows a folder of worker logs, keeps a bounded picture of what the workers do, and gives it to programs and people.
//!
//! A line goes through the rooms in this order, from the disk to a browser:
//!
//! ```text
//! logs -> tail -> intake -> hub -+-> View ------> query -> http -> a browser, a program
//!         bytes   events         +-> ChangeLog -> live ----------> a WebSocket
//!                                +-> alerts ---------------------> a webhook, a command
//! ```
//!
//! * [`tail`] finds files and reads lines: bytes, with the file and the offset they stand at. It knows nothing of what is in a line.
//! * `intake` is the thread that reads: it drives `tail`, makes a [`LogEvent`](event::LogEvent) of each line, and hands over batches. While the
//!   hub is behind it waits, and the files keep what is not read.
//! * [`event`] says what is in a line, or why it is no event.
//! * `hub` is the one task that owns the store. What it is told it gives to the store, and publishes what comes out.
//! * [`store`] is what is remembered, and what follows from it: who is stuck, who collides, of what somebody on call is told. It takes values and
//!   times as arguments: no clock, no files, no tokio. Out of it come an immutable [`View`](store::View), and what changed since the last one.
//! * [`query`] answers a question from a view.
//! * [`http`] answers requests from the latest view, and keeps what is posted: it is written into the log folder, where `tail` finds it.
//! * [`live`] sends changes to WebSocket clients.
//! * [`alerts`] brings what whoever is on call must know to a webhook or a command.
//!
//! What the server says of heaps and memory comes from beside that way, and goes through the hub, too:
//!
//! * `own_heap` is the heap of this process: watched, dumped into a folder, given back. [`OwnHeap`] is what others hold of it.
//! * [`targets`] judges folders of heap snapshots: those of the server itself, and those of services that it watches, which it takes.
//! * `sampler` looks at the memory of this process and of workers, and at whether the hub moves, every few seconds.
//!
//! [`Server`] starts all of them as [`Options`] say, and stops them in order. [`time`] has the two clocks: that of the logs, and that of this machine.
//!
//! Whatever is held has a bound, which is a number, a behaviour and a counter: [`bounds`] has all of them, and a server shows them with what is held
//! at `GET /api/memory/bounds`. Between two rooms, whoever can wait does: the reader of logs waits for the hub. The hub waits for nobody; what its
//! readers are too slow for is let go, counted, and said to whom it was meant for.

pub mod alerts;
mod beside;
pub mod bounds;
mod count;
pub mod event;
mod gauge;
pub mod http;
mod hub;
mod intake;
pub mod live;
mod live_gauges;
mod lru;
mod neighbourhood;
mod options;
mod own_heap;
mod planted_leak;
mod progress;
pub mod query;
mod regular_file;
mod sampler;
mod server;
mod start_error;
mod state_document;
mod state_folder;
pub mod store;
pub mod tail;
pub mod targets;
pub mod time;

pub use count::Count;
pub use gauge::Gauge;
pub use options::Options;
pub use own_heap::{DumpCosts, Held, OwnHeap, OwnHeapFailure, OwnSnapshots, Purged};
pub use server::{PartEnded, Server};
pub use start_error::StartError;
pub use state_folder::is_taken;
