//! Which command was asked for.

use clap::ArgMatches;

use super::{completions, diff, man, report, serve, show, snapshot, trend};
use crate::args::{Arguments, Command};
use crate::exit::{Failure, Outcome};

/// `matches` is what the arguments were made of: `serve` tells where its settings come from.
pub(crate) fn run(arguments: Arguments, matches: &ArgMatches) -> Result<Outcome, Failure> {
    match arguments.command {
        Command::Show(show) => show::run(show),
        Command::Diff(diff) => diff::run(diff),
        Command::Trend(trend) => trend::run(trend),
        Command::Report(report) => report::run(report),
        Command::Snapshot(snapshot) => snapshot::run(&snapshot),
        Command::Completions(completions) => completions::run(&completions),
        Command::Man(man) => man::run(&man),
        Command::Serve(typed) => {
            let matches = matches.subcommand_matches("serve").unwrap_or(matches);
            serve::run(&typed, matches)
        }
    }
}
