//! `fabric completions SHELL`

use std::io::Write;

use crate::args::{Completions, Shell};
use crate::exit::{Failure, Outcome};

pub(super) fn run(arguments: &Completions) -> Result<Outcome, Failure> {
    let script = match arguments.shell {
        Shell::Bash => include_str!("../../../../completions/fabric.bash"),
        Shell::Zsh => include_str!("../../../../completions/_fabric"),
        Shell::Fish => include_str!("../../../../completions/fabric.fish"),
        Shell::Elvish => include_str!("../../../../completions/fabric.elv"),
        Shell::Powershell => include_str!("../../../../completions/_fabric.ps1"),
    };
    let mut out = std::io::stdout();
    out.write_all(script.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::output)?;
    Ok(Outcome::Done)
}
