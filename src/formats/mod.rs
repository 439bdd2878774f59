//! Bytes of a known format -> [`Profile`](crate::model::Profile).
//!
//! What comes in: the bytes of one profile, unwrapped. What goes out: a checked profile, or a [`ReadError`] that says what is wrong and
//! where. [`read`] finds out from the content which format it is ([`sniff`]); each format is a room of its own, whose page says how it
//! looks, what it leaves out, and how that is made good:
//!
//! * [`pprof`]: `profile.proto`, of Go, TCMalloc, pprof-nodejs, jemalloc_pprof; read and written;
//! * [`jemalloc`]: `heap_v2` text;
//! * [`gperftools`]: `heap profile:` text of many programs, and Go's `debug=1`;
//! * [`v8`]: `.heapsnapshot`, `.heaptimeline` and `.heapprofile`;
//! * [`folded`]: folded stacks; read and written.
//!
//! Readers open no file and print nothing; what they skip, clamp or recover is a [note](crate::notes) on the profile. Where a profiler
//! sampled, its reader undoes that, per stack and once.
//!
//! Every reader promises, whatever the bytes: no panic, no recursion over input depth, no allocation out of proportion to
//! the input.

mod call_sites;
mod contents;
pub mod folded;
pub mod gperftools;
#[cfg(test)]
mod hostile_text;
pub mod jemalloc;
mod line_cursor;
mod maps_section;
mod numbered_lines;
pub mod pprof;
mod preamble;
mod read_error;
mod recovered_period;
pub mod sniff;
mod symbol_section;
mod unreadable;
mod unsample;
pub mod v8;

pub use contents::{Contents, read, read_contents};
pub use read_error::{Place, ReadError, ReadErrorKind};
pub use sniff::Format;
