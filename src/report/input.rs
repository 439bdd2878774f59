//! What is said about a profile as a file: its name, time, size and precision.

use crate::load::series::{FileName, main_program};
use crate::model::{Measure, PeriodSource, Profile, Sampling, SourceFormat, Unit};
use crate::units::Bytes;

/// A profile as a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// File name without folders, or `standard input`.
    pub filename: String,
    /// Path as it was given.
    pub filepath: String,
    /// When it was taken, in milliseconds since 1970; nothing where the file does not tell.
    pub timestamp_ms: Option<i64>,
    /// Size of the file; nothing for standard input.
    pub size_bytes: Option<u64>,
    /// Why the snapshot was taken, where its name tells (`heap-<ms>-<trigger>.*`).
    pub trigger: Option<String>,
    /// The format.
    pub format: SourceFormat,
    /// How precise its numbers are.
    pub sampling: Sampling,
    /// Bytes in use, where it counts them.
    pub inuse_bytes: Option<u64>,
    /// Objects in use, where it counts them.
    pub inuse_objects: Option<u64>,
    /// Program, where the file tells.
    pub command: Option<String>,
}

impl Input {
    /// Describes a profile that was read from `path`.
    pub fn new(path: &str, size_bytes: Option<u64>, profile: &Profile) -> Input {
        let filename = path.rsplit('/').next().unwrap_or(path).to_owned();
        let total = |unit| {
            profile
                .value_of(Measure::InUse, unit)
                .map(|index| profile.total(index))
        };
        Input {
            trigger: FileName::parse(&filename)
                .trigger
                .map(|it| it.name().to_owned()),
            filename,
            filepath: path.to_owned(),
            timestamp_ms: profile.origin().captured_at_ms,
            size_bytes,
            format: profile.origin().format,
            sampling: profile.origin().sampling,
            inuse_bytes: total(Unit::Bytes),
            inuse_objects: total(Unit::Objects),
            command: profile
                .origin()
                .command
                .clone()
                .or_else(|| main_program(profile)),
        }
    }

    /// Format, program, time and precision in one line.
    pub fn describe(&self) -> String {
        let mut parts = vec![self.format.to_string()];
        parts.extend(self.command.as_ref().map(|command| format!("of {command}")));
        parts.extend(self.timestamp_ms.and_then(time_text));
        parts.push(sampling_text(self.sampling));
        parts.join(", ")
    }
}

/// A time as `2026-11-23 14:05:00 UTC`; nothing for one outside the calendar.
pub fn time_text(ms: i64) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(ms).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// How precise heaps are whose every object is known.
pub(super) const COUNTED: &str =
    "every object is counted: no sampling error, but what no collection has taken yet is noise";

/// How precise the numbers are, in words.
pub fn sampling_text(sampling: Sampling) -> String {
    match sampling {
        Sampling::Exact => "exact".to_owned(),
        Sampling::Unknown => "precision not known".to_owned(),
        Sampling::Poisson { period, source } => {
            let source = match source {
                PeriodSource::Stated => "",
                PeriodSource::Recovered => " (recovered)",
                PeriodSource::UpperBound => " at most (recovered)",
            };
            format!("sampled once in {}{source}", Bytes(period))
        }
    }
}
