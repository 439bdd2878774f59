//! One profile from a running process, and what is known of that process.
//!
//! What comes in: an [`Endpoint`] to fetch from, a process to ask over the DevTools protocol ([`inspector`]), or a prefix under which a
//! process writes dumps of its own ([`DumpWatch`]). What goes out: the bytes as they come, into any `Write`; and what `/proc`, the
//! control group and the allocator say of that process ([`Process`], [`MemoryGroup`], [`allocator_counters`]).
//!
//! This room does not know what the bytes are, nor where they are kept: [`keep`](crate::keep) examines and stores them. What is read of
//! `/proc` and `/sys` is read below a root that the caller names.

mod allocator_counters;
mod capture_error;
mod control_group;
mod copy;
mod dump_watch;
mod endpoint;
mod http;
pub mod inspector;
mod listener;
mod proc_file;
mod process;
mod resident;
mod trust;
mod unix_socket;

pub use allocator_counters::{allocator_counters, counters_of_profile};
pub use capture_error::{CaptureError, CaptureErrorKind, WholeSpan};
pub use control_group::MemoryGroup;
pub use copy::copy_file;
pub use dump_watch::DumpWatch;
pub use endpoint::{Endpoint, EndpointError, Host};
pub use http::{Fetch, Fetched, fetch};
pub use listener::{listening_addresses, listening_process};
pub use process::{Process, hostname};
pub use resident::Resident;
pub use trust::Trust;
