//! One profile from where it lies: open, unwrap, read, name.
//!
//! What comes in: a [`Source`], a path or standard input. What goes out: [`Loaded`], the profile with what is known of its
//! file, or a [`LoadError`] that names the input. Compression is found out from content, as the format is; names come from a
//! [`Symbolizer`](crate::symbolize::Symbolizer) that all inputs of a run share, and [`LocalModules`] finds its object files.
//!
//! [`load`] is the way for one profile and [`load_pair`] for two at once. Where a heap with all its objects is to be asked questions before
//! it is made a profile, [`load_examined`], [`load_with_heap`] and [`load_heap`] take somebody who asks. [`series`] finds the profiles of a
//! folder and puts them in order.
//!
//! Here files are opened; nothing is printed, and nothing is judged. Whoever wants to show progress polls [`Progress`].

mod bomb_guard;
mod build_id;
mod gzip_members;
mod load_error;
mod loaded;
mod map_file;
mod modules;
#[cfg(test)]
mod modules_tests;
mod progress;
mod raw_input;
mod redacted_copy;
mod running_program;
pub mod series;
mod source;
mod unwrap;
mod zstd_frames;

pub use build_id::build_id_of_file;
pub use load_error::{LoadError, LoadErrorKind};
pub use loaded::{
    Examined, Fingerprint, Loaded, load, load_examined, load_file, load_heap, load_pair,
    load_pair_examined, load_with_heap,
};
pub use modules::LocalModules;
pub use progress::Progress;
pub use redacted_copy::{RedactedCopyError, redacted_copy};
pub use running_program::RunningProgram;
pub use source::Source;
pub use unwrap::{UnwrapError, open_unwrapped};
