//! What is said about a profile as a file: its name, time, size and precision.

use crate::load::series::{FileName, main_program};
use crate::model::{Measure, PeriodSource, Profile, Sampling, SourceFormat, Unit, ValueType};
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

/// Two profiles in one heading: `run/heap.1.pb.gz → heap.2.pb.gz`. The folder that both lie in is told once.
pub fn pair_title(before: &str, after: &str) -> String {
    let folder = |path: &str| path.rfind('/').map_or(0, |at| at + 1);
    let start = match after.get(..folder(after)) {
        Some(inside) if inside.len() == folder(before) && before.starts_with(inside) => {
            inside.len()
        }
        _ => 0,
    };
    format!("{before} → {}", &after[start..])
}

/// What a value is called in a sentence: bytes in use are the heap, everything else has the name of its value type.
pub fn called(value_name: &str, is_bytes: bool) -> &str {
    let value = ValueType::from_names(value_name, if is_bytes { "bytes" } else { "count" });
    match value == ValueType::inuse_space() || value_name.eq_ignore_ascii_case("space") && is_bytes
    {
        true => "heap",
        false => value_name,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_two_profiles_share_is_told_once() {
        assert_eq!(
            pair_title("run/a.pb.gz", "run/b.pb.gz"),
            "run/a.pb.gz → b.pb.gz"
        );
        assert_eq!(pair_title("a.heap", "b.heap"), "a.heap → b.heap");
        assert_eq!(
            pair_title("run1/a.heap", "run2/a.heap"),
            "run1/a.heap → run2/a.heap"
        );
        assert_eq!(
            pair_title("run/a.heap", "run/more/a.heap"),
            "run/a.heap → run/more/a.heap"
        );
        assert_eq!(
            pair_title("/base.heap", "standard input"),
            "/base.heap → standard input"
        );
    }

    #[test]
    fn only_bytes_in_use_are_the_heap() {
        assert_eq!(called("inuse_space", true), "heap");
        assert_eq!(called("space", true), "heap");
        assert_eq!(called("alloc_space", true), "alloc_space");
        assert_eq!(called("inuse_objects", false), "inuse_objects");
        assert_eq!(called("growth_space", true), "growth_space");
    }
}
