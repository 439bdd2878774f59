//! The command line as it is typed. Depends on clap and the library alone, so that the tests can mount it and generate man
//! pages and completions from it.

mod documents;
mod examples;
mod heap;
mod inputs;
mod outputs;
mod series;
mod serve;
mod snapshot;
mod symbols;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use fabric::analysis::gate::MaxGrowth;

pub(crate) use documents::{Completions, Man, Shell};
pub(crate) use heap::HeapQuestions;
pub(crate) use inputs::{By, View};
pub(crate) use outputs::{Color, Format, Output, PageFormat, SeriesOutput};
pub(crate) use series::{SeriesArguments, SeriesFailOn, parse_interval};
pub(crate) use serve::{LogFormat, LogLevel, Serve, parse_address, without_empty_variables};
pub(crate) use snapshot::{ListFormat, Snapshot};
pub(crate) use symbols::Symbols;

/// Tells whether, where and how fast a long-lived service leaks memory
///
/// fabric reads the heap profiles that services already write (pprof, jemalloc, gperftools, Go debug=1, V8 heap snapshots and profiles,
/// folded stacks; gzip and zstd too), shows one, compares two with error bars, and judges a series: does it leak, where, how fast, since when.
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
  1  done, and the condition of --fail-on or --max-growth holds
  2  the command line makes no sense
  3  an input could not be read
  4  an output could not be written
  5  the server could not start, or had to end
  6  such a condition was given and the data cannot tell";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Show(Show),
    Diff(Diff),
    Trend(Trend),
    Report(Report),
    // The one that is no view of a profile has the most flags, and lives in a file of its own.
    Snapshot(Box<Snapshot>),
    Serve(Box<Serve>),
    Completions(Completions),
    Man(Man),
}

/// Show one profile: totals, top functions, top call paths, and how far it can be trusted
///
/// Flat is what a function allocates itself: it is the first frame of the stack that does not belong to the allocator. Cum counts
/// what it calls as well. Numbers are estimates of the whole heap: where the profile was sampled, the sampling is undone.
#[derive(Debug, Args)]
// More than one file is refused with advice, and not offered.
#[command(override_usage = "fabric show [OPTIONS] <FILE>", after_long_help = examples::SHOW)]
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
    pub(crate) heap: HeapQuestions,
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
#[command(
    override_usage = "fabric diff [OPTIONS] <BEFORE> <AFTER>\n       fabric diff [OPTIONS] --baseline <FILE> <AFTER>",
    after_long_help = examples::DIFF
)]
pub(crate) struct Diff {
    /// The older profile and the newer one; with --baseline only the newer one. `-` reads standard input
    #[arg(value_name = "PROFILE", required = true)]
    pub(crate) profiles: Vec<PathBuf>,
    /// A pinned profile to compare with, in the place of the older one
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Exit with 1 if the total grew by more than this, like 8MiB or 5%, and by more than noise; with 6 if the data cannot tell
    #[arg(long, value_name = "GROWTH", value_parser = MaxGrowth::parse, allow_hyphen_values = true)]
    pub(crate) max_growth: Option<MaxGrowth>,
    #[command(flatten)]
    pub(crate) view: View,
    /// What a row is
    #[arg(long, value_enum, default_value_t = By::Stack)]
    pub(crate) by: By,
    /// Scale the second profile to the total of the first before comparing
    #[arg(long)]
    pub(crate) normalize: bool,
    /// Also say what came between the two and is still alive in this later heap snapshot of the same process: the method of three snapshots. For
    /// snapshots that the process writes itself: V8 numbers its objects anew when an inspector is closed, as `fabric snapshot --pid` does
    #[arg(long, value_name = "FILE", help_heading = "V8 heap snapshots")]
    pub(crate) alive_in: Option<PathBuf>,
    /// Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell
    #[arg(long, value_enum, value_name = "VERDICT")]
    pub(crate) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(crate) symbols: Symbols,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Judge the snapshots of one service over time: does it leak, where, how fast, since when, and when does it hit the limit
///
/// The verdict is `leaking` (a call path grows to the last snapshot, and no warm-up, step, cycle or load explains it), `growing`
/// (it may yet settle), `stable` or `insufficient-data`. Snapshots are put in order by the time in them, else by that in their names,
/// else by the number in their names; restarts are noticed and judged across.
#[derive(Debug, Args)]
#[command(
    override_usage = "fabric trend [OPTIONS] <DIR or FILES>...",
    after_long_help = examples::TREND
)]
pub(crate) struct Trend {
    #[command(flatten)]
    pub(crate) series: SeriesArguments,
    #[command(flatten)]
    pub(crate) output: SeriesOutput,
}

/// Write the page about a series of snapshots that a person reads in a minute, as Markdown or HTML
///
/// Verdict and why, chart, suspects with their call paths, what else moved, all snapshots, what to do
/// next, and what the data cannot say. Made for CI jobs: the same snapshots give the same bytes.
#[derive(Debug, Args)]
#[command(
    override_usage = "fabric report [OPTIONS] <DIR or FILES>...",
    after_long_help = examples::REPORT
)]
pub(crate) struct Report {
    /// Write Markdown as GitHub renders it: --format md [default, unless --output ends in .html]
    #[arg(long, conflicts_with = "html")]
    pub(crate) md: bool,
    /// Write one HTML page that opens without network: --format html
    #[arg(long)]
    pub(crate) html: bool,
    /// How to write the page
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with_all = ["md", "html"], help_heading = "Output")]
    pub(crate) format: Option<PageFormat>,
    #[command(flatten)]
    pub(crate) series: SeriesArguments,
    /// Write to this file, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
}

/// The verdict from which a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Growth beyond noise, or a leak
    Growing,
    /// A leak
    Leaking,
}
