//! Folded stacks: `root;caller;leaf 4096`, one stack in a line, as Brendan Gregg's flame graph scripts read them.
//!
//! The format has no units, no sampling and no escape: numbers are taken for bytes in use, for that is what folded heaps count,
//! and a `;` in a name must be replaced by whoever writes it. Two numbers in a line are a difference, before and after.

mod read;
mod write;

pub use read::read;
pub use write::{write, write_pair};
