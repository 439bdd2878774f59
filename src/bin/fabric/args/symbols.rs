//! Flags that say where names of addresses may come from.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Symbols")]
pub(crate) struct Symbols {
    /// Do not look for names of addresses
    #[arg(long)]
    pub(crate) no_symbolize: bool,
    /// A folder with programs, libraries or debug files (also .build-id/ab/cdef.debug); may be given several times
    #[arg(long = "symbols", value_name = "DIR", conflicts_with = "no_symbolize")]
    pub(crate) symbol_dirs: Vec<PathBuf>,
}
