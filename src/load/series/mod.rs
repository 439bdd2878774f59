//! A series of profiles on disk: which files belong to it, of which service, and in what order.
//!
//! What comes in: paths of files and folders. What goes out: [`find`] has the [`SeriesFile`]s with what their names tell,
//! [`load_each`] loads them one after another on all cores and hands each profile to a visitor that drops it, so that memory does
//! not grow with the number of files. The visitor keeps one small [`SeriesEntry`] of each; from these [`select`] picks one service,
//! and [`order`] puts its files on a [`Timeline`].
//!
//! Files are opened in [`find`], [`load_each`] and [`Sidecar::read`]; [`select`] and [`order`] are functions of values.

mod entry;
mod file_name;
mod find;
mod load_each;
mod name_order;
mod order;
mod select;
mod sidecar;
mod skipped;
mod time_in_name;
mod times;
mod trigger;

#[cfg(test)]
mod folder_tests;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod select_tests;

pub use entry::{SeriesEntry, main_program};
pub use file_name::FileName;
pub use find::{Found, Links, SeriesFile, find, subfolders_with_files};
pub use load_each::load_each;
pub use order::{Timeline, order};
pub use select::{Group, SelectError, Wanted, select};
pub use sidecar::{
    AllocatorCounters, Cgroup, ProcessMemory, SIDECAR_SCHEMA, Sidecar, SidecarError,
};
pub use skipped::note_skipped;
pub use times::Clock;
pub use trigger::Trigger;
