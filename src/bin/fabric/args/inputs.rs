//! Flags that choose what of a profile is seen. Their names are those of pprof.

use clap::{Args, ValueEnum};
use fabric::analysis::frame_filter::FrameFilter;
use fabric::analysis::granularity::Granularity;
use regex::Regex;

#[derive(Debug, Args)]
#[command(next_help_heading = "What to see")]
pub(crate) struct View {
    /// The value type to look at, by name, like inuse_space or alloc_objects, or by its place in the file from 0 [default: bytes in use]
    #[arg(long, value_name = "NAME")]
    pub(crate) sample_index: Option<String>,
    /// Only stacks with a function, file or module that matches
    #[arg(long, value_name = "REGEX", value_parser = parse_pattern)]
    pub(crate) focus: Option<Regex>,
    /// No stacks with a function, file or module that matches
    #[arg(long, value_name = "REGEX", value_parser = parse_pattern)]
    pub(crate) ignore: Option<Regex>,
    /// Leave frames out whose function, file or module matches
    #[arg(long, value_name = "REGEX", value_parser = parse_pattern)]
    pub(crate) hide: Option<Regex>,
    /// How many rows of the main table to show, and of the smaller ones a third as many; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = parse_rows, allow_hyphen_values = true)]
    pub(crate) top: usize,
}

impl View {
    pub(crate) fn filter(&self) -> FrameFilter {
        FrameFilter {
            focus: self.focus.clone(),
            ignore: self.ignore.clone(),
            hide: self.hide.clone(),
        }
    }
}

fn parse_pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| {
        // The library draws where it is wrong, in several lines, and says what in the last one.
        let drawn = error.to_string();
        let what = drawn.lines().last().unwrap_or_default();
        format!(
            "no regular expression: {}",
            what.trim_start_matches("error: ")
        )
    })
}

fn parse_rows(text: &str) -> Result<usize, String> {
    text.parse()
        .map_err(|_| "not a number of rows: write it like 25, or 0 for all".to_owned())
}

/// What a row of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// A function
    Function,
    /// A source file
    File,
    /// A line of a function
    Line,
    /// A package, crate or namespace, else a mapped file
    Module,
    /// A call path from the frame to blame outward
    Stack,
}

impl From<By> for Granularity {
    fn from(by: By) -> Granularity {
        match by {
            By::Function => Granularity::Function,
            By::File => Granularity::File,
            By::Line => Granularity::Line,
            By::Module => Granularity::Module,
            By::Stack => Granularity::Stack,
        }
    }
}
