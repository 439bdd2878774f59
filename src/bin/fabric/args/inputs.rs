//! Flags that choose what of a profile is seen. Their names are those of pprof.

use clap::{Args, ValueEnum};
use fabric::analysis::frame_filter::FrameFilter;
use fabric::analysis::granularity::Granularity;
use regex::Regex;

#[derive(Debug, Args)]
#[command(next_help_heading = "What to see")]
pub(crate) struct View {
    /// The value type to look at, like inuse_space or alloc_objects [default: bytes in use]
    #[arg(long, value_name = "NAME")]
    pub(crate) sample_index: Option<String>,
    /// Only stacks with a function, file or module that matches
    #[arg(long, value_name = "REGEX")]
    pub(crate) focus: Option<Regex>,
    /// No stacks with a function, file or module that matches
    #[arg(long, value_name = "REGEX")]
    pub(crate) ignore: Option<Regex>,
    /// Leave frames out whose function, file or module matches
    #[arg(long, value_name = "REGEX")]
    pub(crate) hide: Option<Regex>,
    /// How many rows to show; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 25)]
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
