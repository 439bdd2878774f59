//! The versioned machine output. Types here only serialize; every field is described in `man/fabric-json.5`.
//!
//! Within a schema version fields are added and never changed. What is not known is null or absent, never zero.

mod diff;
mod documents;
mod heap;
mod heap_growth;
mod parts;
mod show;
mod trend;

pub use documents::{diff, retainers, snapshot, trend};
