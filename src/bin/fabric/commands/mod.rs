//! One file per command: options in, load, analyse, say, write, outcome out.

mod diff;
mod show;

use std::path::Path;

use fabric::load::{LoadOptions, Source};

use crate::args::{Arguments, Command, Symbols};
use crate::exit::{Failure, Outcome};

pub(crate) fn run(arguments: Arguments) -> Result<Outcome, Failure> {
    match arguments.command {
        Command::Show(show) => show::run(show),
        Command::Diff(diff) => diff::run(diff),
    }
}

/// What was typed about symbols, as the library takes it.
fn load_options(symbols: Symbols) -> LoadOptions {
    LoadOptions {
        symbolize: !symbols.no_symbolize,
        symbol_dirs: symbols.symbol_dirs,
    }
}

/// Size of the inputs together, for a progress bar; what has no size counts nothing.
fn total_bytes(paths: &[&Path]) -> u64 {
    paths
        .iter()
        .filter_map(|path| std::fs::metadata(path).ok())
        .map(|metadata| metadata.len())
        .sum()
}

fn source(path: &Path) -> Source {
    Source::from_argument(path)
}
