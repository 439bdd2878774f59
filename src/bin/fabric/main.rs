//! The command line of fabric: arguments in, exit code out.

mod allocator;
mod args;
mod commands;
mod exit;
mod output;
mod progress;
mod usage_error;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

fn main() -> ExitCode {
    let parsed = args::without_empty_variables(args::Arguments::command())
        .try_get_matches()
        .and_then(|matches| Ok((args::Arguments::from_arg_matches(&matches)?, matches)));
    let (arguments, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) if usage_error::is_help(&error) => error.exit(),
        Err(error) => {
            let words = std::env::args_os()
                .skip(1)
                .map(|word| word.to_string_lossy().into_owned());
            // Nothing can be done about a standard error that is closed.
            let _ = writeln!(
                std::io::stderr(),
                "fabric: {}",
                usage_error::line(&error, words)
            );
            return ExitCode::from(2);
        }
    };
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
