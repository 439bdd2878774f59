//! Flags that choose how and where a result is written.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// How to write the result [default: by the ending of --output, else table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Write to this file, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Whether a table is coloured
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// How and where what is said of a series is written: a series is no profile.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct SeriesOutput {
    /// How to write the result [default: by the ending of --output, else table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<SeriesFormat>,
    /// Write to this file, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Whether a table is coloured
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

impl SeriesOutput {
    pub(crate) fn output(&self) -> Output {
        Output {
            format: self.format.map(Format::from),
            output: self.output.clone(),
            color: self.color,
        }
    }
}

/// How what is said of a series is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeriesFormat {
    /// Text for a terminal
    Table,
    /// Versioned JSON, see fabric-json(5)
    Json,
    /// GitHub-flavoured Markdown
    Md,
    /// One page with tables and chart that opens without network
    Html,
    /// The chart
    Svg,
}

impl From<SeriesFormat> for Format {
    fn from(format: SeriesFormat) -> Format {
        match format {
            SeriesFormat::Table => Format::Table,
            SeriesFormat::Json => Format::Json,
            SeriesFormat::Md => Format::Md,
            SeriesFormat::Html => Format::Html,
            SeriesFormat::Svg => Format::Svg,
        }
    }
}

/// How a page about a series is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageFormat {
    /// Markdown as GitHub renders it
    Md,
    /// One page that opens without network
    Html,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for a terminal
    Table,
    /// Versioned JSON, see fabric-json(5)
    Json,
    /// GitHub-flavoured Markdown
    Md,
    /// One page with tables and flame graph that opens without network
    Html,
    /// A flame graph; of two profiles, red grew, blue shrank, and the more colourful the more certain
    Svg,
    /// A gzipped profile.proto for pprof, speedscope or Firefox Profiler
    Pprof,
    /// Folded stacks; of two profiles, with two counts
    Folded,
}

impl Format {
    /// Whether it holds what is said, rather than a picture or a profile.
    pub(crate) fn is_statement(self) -> bool {
        matches!(
            self,
            Format::Table | Format::Json | Format::Md | Format::Html
        )
    }
}

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Endings of files that fabric does not write: under such a name a table would pass for something else.
const FOREIGN_ENDINGS: [&str; 11] = [
    ".gz", ".zst", ".xz", ".bz2", ".zip", ".png", ".jpg", ".pdf", ".csv", ".xml", ".yaml",
];

impl Output {
    /// The ending of the file, where it promises what fabric does not write and no format is named.
    pub(crate) fn foreign_ending(&self) -> Option<&'static str> {
        let name = self.output.as_ref()?.to_string_lossy().to_ascii_lowercase();
        if self.format.is_some() || name.ends_with(".pb.gz") {
            return None;
        }
        FOREIGN_ENDINGS
            .into_iter()
            .find(|ending| name.ends_with(ending))
    }

    /// The format asked for, or the one the ending of the file says.
    pub(crate) fn format(&self) -> Format {
        if let Some(format) = self.format {
            return format;
        }
        let name = self
            .output
            .as_ref()
            .and_then(|path| path.file_name())
            .map(|name| name.to_string_lossy().to_ascii_lowercase())
            .unwrap_or_default();
        let endings: [(&str, Format); 10] = [
            (".json", Format::Json),
            (".md", Format::Md),
            (".markdown", Format::Md),
            (".html", Format::Html),
            (".htm", Format::Html),
            (".svg", Format::Svg),
            (".pb.gz", Format::Pprof),
            (".pprof", Format::Pprof),
            (".folded", Format::Folded),
            (".collapsed", Format::Folded),
        ];
        endings
            .into_iter()
            .find(|(ending, _)| name.ends_with(ending))
            .map_or(Format::Table, |(_, format)| format)
    }
}
