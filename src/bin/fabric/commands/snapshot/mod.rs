//! `fabric snapshot SOURCE --dir DIR`, and what looks after the folder.

mod credentials;
mod keep;
mod list;
mod run;
mod source;
mod watch;

pub(super) use run::run;
