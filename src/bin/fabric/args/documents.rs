//! The arguments of the commands that put the documents of fabric where a shell and `man` find them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Print the completions for a shell
///
/// `fabric completions bash > FILE`; each shell looks for it in a place of its own, in a folder that may have to be made.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell, and the file where it finds the script
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// A shell that completions are there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// ~/.local/share/bash-completion/completions/fabric
    Bash,
    /// `_fabric` in a folder of `$fpath`
    Zsh,
    /// ~/.config/fish/completions/fabric.fish
    Fish,
    /// ~/.config/elvish/lib/fabric.elv, with `use fabric` in rc.elv
    Elvish,
    /// any, if `$PROFILE` runs it
    Powershell,
}

/// Write the man pages into a folder, where `man` finds them: those of the commands, of the JSON and of worker events
///
/// They go to `DIR/man1` and `DIR/man5`, which are made. `man` looks in `share/man` beside each `bin` of `$PATH`: after `cargo install`,
/// `fabric man ~/.cargo/share/man` is enough.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}
