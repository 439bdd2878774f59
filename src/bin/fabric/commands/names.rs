//! Names for addresses, from where the arguments say.

use std::path::PathBuf;

use anyhow::anyhow;
use fabric::load::{LoadError, LocalModules};
use fabric::symbolize::{ImageStore, Symbolizer};

use crate::args::Symbols;
use crate::exit::Failure;

/// Does `work` with the source of names that was asked for.
pub(super) fn with_symbolizer<T>(
    symbols: &Symbols,
    work: impl FnOnce(Option<&Symbolizer<'_>>) -> Result<T, LoadError>,
) -> Result<T, Failure> {
    if symbols.no_symbolize {
        return work(None).map_err(Failure::loading);
    }
    let images = ImageStore::default();
    let modules = LocalModules::new(symbol_folders(symbols)?);
    work(Some(&Symbolizer::new(&images, &modules))).map_err(Failure::loading)
}

/// A program or debug file in the place of its folder is understood; what is not there is a slip.
pub(super) fn symbol_folders(symbols: &Symbols) -> Result<Vec<PathBuf>, Failure> {
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
