//! One file per command: options in, load, analyse, say, write, outcome out.

mod diff;
mod show;

use std::borrow::Cow;

use fabric::analysis::frame_filter::FrameFilter;
use fabric::load::{LoadError, LocalModules};
use fabric::model::Profile;
use fabric::symbolize::{ImageStore, Symbolizer};

use crate::args::{Arguments, Command, Symbols};
use crate::exit::{Failure, Outcome};

pub(crate) fn run(arguments: Arguments) -> Result<Outcome, Failure> {
    match arguments.command {
        Command::Show(show) => show::run(show),
        Command::Diff(diff) => diff::run(diff),
    }
}

/// Does `work` with the source of names that was asked for.
fn with_symbolizer<T>(symbols: &Symbols, work: impl FnOnce(Option<&Symbolizer<'_>>) -> T) -> T {
    if symbols.no_symbolize {
        return work(None);
    }
    let images = ImageStore::default();
    let modules = LocalModules::new(symbols.symbol_dirs.clone());
    work(Some(&Symbolizer::new(&images, &modules)))
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
