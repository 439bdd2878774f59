//! The command line as it is typed. Depends on clap and the library alone, so that the tests can mount it and generate man
//! pages and completions from it.

mod inputs;
mod outputs;
mod symbols;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use inputs::{By, View};
pub(crate) use outputs::{Color, Format, Output};
pub(crate) use symbols::Symbols;

/// Tells whether, where and how fast a long-lived service leaks memory
///
/// fabric reads the heap profiles that services already write (pprof, jemalloc, gperftools, Go debug=1, folded stacks; gzip and
/// zstd too), shows one, compares two with error bars, and says whether what grew is more than sampling noise.
#[derive(Debug, Parser)]
#[command(
    name = "fabric",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_long_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  done, and the condition of --fail-on holds
  2  the command line makes no sense
  3  an input could not be read
  4  an output could not be written
  6  --fail-on was given and the data cannot tell";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Show(Show),
    Diff(Diff),
}

/// Show one profile: totals, top functions, top call paths, and how far it can be trusted
///
/// Flat is what a function allocates itself: it is the first frame of the stack that does not belong to the allocator. Cum counts
/// what it calls as well. Numbers are estimates of the whole heap: where the profile was sampled, the sampling is undone.
#[derive(Debug, Args)]
// More than one file is refused with advice, and not offered.
#[command(override_usage = "fabric show [OPTIONS] <FILE>")]
pub(crate) struct Show {
    /// The profile; `-` reads standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) view: View,
    /// What a row of the first table is
    #[arg(long, value_enum, default_value_t = By::Function)]
    pub(crate) by: By,
    #[command(flatten)]
    pub(crate) symbols: Symbols,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Compare two profiles, the older one first: what appeared, grew, shrank and vanished, with error bars and a verdict
///
/// A change marked `~` is within the noise of the sampling. The verdict is `stable`, `growing` (more than noise; a third profile
/// decides whether it goes on), `leaking` (it has kept nearly all it ever allocated, and goes on allocating) or `unknown` (the data
/// cannot tell, with what would be needed).
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The older profile; `-` reads standard input
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,
    /// The newer profile; `-` reads standard input
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
    #[command(flatten)]
    pub(crate) view: View,
    /// What a row is
    #[arg(long, value_enum, default_value_t = By::Stack)]
    pub(crate) by: By,
    /// Scale the second profile to the total of the first before comparing
    #[arg(long)]
    pub(crate) normalize: bool,
    /// Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell
    #[arg(long, value_enum, value_name = "VERDICT")]
    pub(crate) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(crate) symbols: Symbols,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// The verdict from which a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Growth beyond noise, or a leak
    Growing,
    /// A leak
    Leaking,
}
