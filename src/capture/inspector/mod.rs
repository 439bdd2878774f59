//! Heap snapshots of a Node process, over the DevTools protocol of its inspector.
//!
//! What comes in: a process or an address. What goes out: the text of a V8 heap snapshot, streamed into any `Write`. Whoever talks to an
//! inspector can run code in the process, and the inspector asks nobody who they are: nothing but loopback is talked to unless the caller
//! says so.

mod session;
mod target;

pub use session::{HeapSnapshotRequest, take_heap_snapshot};
pub use target::{Inspector, find, wake};
