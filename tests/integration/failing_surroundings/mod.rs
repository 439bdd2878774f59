//! A machine that fails: full and read-only disks, pipes that close, signals at any moment, clocks that jump, crowds of connections, folders of
//! ten thousand logs.

mod clocks;
mod closed_pipes;
mod crowd;
mod disks;
mod log_folders;
mod signals;
mod small_disk;
