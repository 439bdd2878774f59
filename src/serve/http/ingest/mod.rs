//! Posted events, kept in the log folder before they are acknowledged.
//!
//! What comes in: lines that are events. What goes out: that they are on the disk, or why not. The files are ordinary logs of the folder
//! that is followed, so a posted event takes the same way into the store as any other, and is there after `kill -9` and a restart.
//!
//! One thread writes. What arrives while it waits for the disk is written together with the next write: one write, one `fdatasync`, then all
//! are acknowledged. It knows nothing of HTTP, nor of who reads the folder: that is [`tail`](crate::serve::tail).

mod handle;
mod journal;
mod keys;
mod writer;

pub use handle::{Ingest, IngestCounts, IngestError, PostedLine};

#[cfg(test)]
mod faulty_disk;
#[cfg(test)]
mod tests;
