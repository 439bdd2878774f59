//! The command line of fabric: arguments in, exit code out.

mod allocator;
mod args;
mod commands;
mod exit;
mod output;
mod progress;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

fn main() -> ExitCode {
    let command = args::without_empty_variables(args::Arguments::command());
    let matches = command.get_matches();
    let arguments =
        args::Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match commands::run(arguments, &matches) {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            // Nothing can be done about a standard error that is closed.
            let _ = writeln!(std::io::stderr(), "fabric: {}", failure.message());
            ExitCode::from(failure.code())
        }
    }
}
