//! Names for the addresses of this very process.

use crate::load::RunningProgram;
use crate::symbolize::{ImageStore, Symbolizer};

/// Lends a symbolizer for this process, and lets go of all that it read afterwards: some tens of thousands of symbols, needed once in half
/// an hour. Reading debug information as well would take more memory than the server has, and names do not need it.
pub(super) fn with_own_symbols<T>(work: impl FnOnce(Option<&Symbolizer<'_>>) -> T) -> T {
    let images = ImageStore::default();
    let program = RunningProgram::find();
    let symbolizer = program
        .as_ref()
        .map(|program| Symbolizer::of_symbol_tables(&images, program));
    work(symbolizer.as_ref())
}
