//! One file per command: options in, load, analyse, say, write, outcome out.

mod completions;
mod diff;
mod heap;
mod man;
mod report;
mod series;
mod serve;
mod show;
mod snapshot;
mod trend;

use std::borrow::Cow;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::ArgMatches;
use fabric::analysis::frame_filter::FrameFilter;
use fabric::load::{LoadError, LocalModules};
use fabric::model::Profile;
use fabric::symbolize::{ImageStore, Symbolizer};

use crate::args::{Arguments, Command, Symbols};
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

/// Does `work` with the source of names that was asked for.
fn with_symbolizer<T>(
    symbols: &Symbols,
    work: impl FnOnce(Option<&Symbolizer<'_>>) -> Result<T, LoadError>,
) -> Result<T, Failure> {
    if symbols.no_symbolize {
        return work(None).map_err(cannot_load);
    }
    let images = ImageStore::default();
    let modules = LocalModules::new(symbol_folders(symbols)?);
    work(Some(&Symbolizer::new(&images, &modules))).map_err(cannot_load)
}

/// A program or debug file in the place of its folder is understood; what is not there is a slip.
fn symbol_folders(symbols: &Symbols) -> Result<Vec<PathBuf>, Failure> {
    let folder = |path: &PathBuf| match path.parent() {
        _ if path.is_dir() => Ok(path.clone()),
        Some(parent) if path.is_file() => Ok(parent.join(".")),
        _ => Err(Failure::usage(anyhow!(
            "--symbols {}: there is no such folder",
            path.display()
        ))),
    };
    symbols.symbol_dirs.iter().map(folder).collect()
}

/// What a filter lets through, for outputs that are profiles.
fn seen<'p>(profile: &'p Profile, filter: &FrameFilter) -> std::io::Result<Cow<'p, Profile>> {
    if filter.is_empty() {
        return Ok(Cow::Borrowed(profile));
    }
    let seen = filter.apply(profile).to_profile();
    seen.map(Cow::Owned).map_err(std::io::Error::other)
}

fn cannot_load(error: LoadError) -> Failure {
    if error.kind.is_usage() {
        Failure::usage(error)
    } else {
        Failure::input(error)
    }
}
