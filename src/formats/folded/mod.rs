//! Folded stacks: one line for each stack, root first, then a blank and a number.
//!
//! ```text
//! main;serve;http::handle;Vec::push 4096
//! ```
//!
//! Frames are plain names; they may hold blanks, and the last blank separates the number. There is no escape for `;`, so
//! writers replace it. Source: FlameGraph's stackcollapse programs, inferno.

mod read;
mod write;

pub(super) use read::ends_in_number;
pub use read::read;
pub use write::{write, write_pair};
