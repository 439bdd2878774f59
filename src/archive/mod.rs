//! The folder that keeps the snapshots of one service, for `trend` and `report` to read.
//!
//! ```text
//! DIR/heap-<epoch ms>-<trigger>.pb.gz         a snapshot; .heapsnapshot for those of V8
//! DIR/heap-<epoch ms>-<trigger>.pb.gz.json    its circumstances
//! DIR/originals/heap-<epoch ms>-<trigger>.*   the bytes as they came, with --keep-original
//! DIR/.heap-<epoch ms>-<trigger>.pb.gz.pin    it is never pruned
//! DIR/.fabric-snapshot.lock                   held by whoever writes
//! DIR/.fabric-snapshot-*.part                 being written, or debris of a crash
//! ```
//!
//! What comes in: bytes, with a [`Sidecar`](crate::load::series::Sidecar) and a time. What goes out: an [`Archive`], which is the
//! lock; [`Snapshot`]s; what [`Retention`] would remove. A snapshot appears under its name when everything that belongs to it is on
//! the disk, and never before: its own name is the last one that is given. Files with other names are not touched.
//!
//! This room does not know where bytes come from or what is in them, and is told what time it is.

mod archive_error;
mod debris;
mod folder;
mod free_space;
mod name;
mod pin;
mod retention;
mod snapshot;
mod stage;
#[cfg(test)]
mod tests;

pub use crate::load::series::Trigger;
pub use archive_error::{ArchiveError, ArchiveErrorKind};
pub use folder::{Archive, Original, Stored};
pub use name::{Extension, SnapshotName};
pub use pin::set_pinned;
pub use retention::{Excess, Removal, Retention};
pub use snapshot::{Snapshot, snapshots};
pub use stage::Stage;
