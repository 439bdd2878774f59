//! The arguments of the commands that put the documents of fabric where a shell and `man` find them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Print the completions for a shell
///
/// For bash: `fabric completions bash > ~/.local/share/bash-completion/completions/fabric`; for zsh, a file named `_fabric` in a folder of
/// `$fpath`; for fish, `~/.config/fish/completions/fabric.fish`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// A shell that completions are there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// Elvish
    Elvish,
    /// PowerShell
    Powershell,
}

/// Write the man pages into a folder, where `man` finds them: those of the commands, of the JSON and of worker events
///
/// They go to `DIR/man1` and `DIR/man5`, which are made. `fabric man ~/.local/share/man` is enough where `manpath` names that folder, as
/// on Debian where `~/.local/bin` is in `$PATH`.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}
