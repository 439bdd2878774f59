//! What was captured -> a snapshot in the folder, and older ones out of it.
//!
//! What comes in: a [`Captured`], bytes in the archive's keeping with what is known of their process, and a [`Manner`], why and how they are
//! kept. What goes out: a [`Kept`] snapshot, examined ([`Content`]), made self-contained, under its name and beside its document; and what [`prune`] removed. The
//! command, the server's own snapshots and those it takes of other services all go through here, so a folder looks the same whoever
//! fills it.
//!
//! This room does not know who asked, is told what time it is, and says nothing: what there is to say comes back as values.

mod captured;
mod circumstances;
mod content;
mod keep_error;
mod pruned;
mod store;
#[cfg(test)]
mod tests;

pub use captured::Captured;
pub use content::{Content, HeapProfile, examine};
pub use keep_error::KeepError;
pub use pruned::{Pruned, prune};
pub use store::{Kept, KeptRemark, Manner, store};
