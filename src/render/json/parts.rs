//! What several documents are made of: a profile as a file, frames, notes.

use serde::Serialize;

use super::MIB;
use crate::analysis::call_path::{PathFrame, blamed};
use crate::model::{PeriodSource, Sampling};
use crate::notes::Notes;
use crate::report::Input;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Snapshot<'r> {
    filename: &'r str,
    filepath: &'r str,
    timestamp: Option<i64>,
    size_bytes: Option<u64>,
    size_mb: Option<f64>,
    trigger: Option<&'r str>,
    format: &'static str,
    sampling: SamplingJson,
    inuse_bytes: Option<u64>,
    inuse_objects: Option<u64>,
    command: Option<&'r str>,
}

impl<'r> Snapshot<'r> {
    pub(super) fn new(input: &'r Input) -> Snapshot<'r> {
        Snapshot::at(input, input.timestamp_ms)
    }

    /// A snapshot whose time is known from elsewhere: its name, or the clock of its file.
    pub(super) fn at(input: &'r Input, timestamp_ms: Option<i64>) -> Snapshot<'r> {
        Snapshot {
            filename: &input.filename,
            filepath: &input.filepath,
            timestamp: timestamp_ms,
            size_bytes: input.size_bytes,
            size_mb: input.size_bytes.map(|bytes| bytes as f64 / MIB),
            trigger: input.trigger.as_deref(),
            format: input.format.name(),
            sampling: SamplingJson::new(input.sampling),
            inuse_bytes: input.inuse_bytes,
            inuse_objects: input.inuse_objects,
            command: input.command.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SamplingJson {
    kind: &'static str,
    period_bytes: Option<u64>,
    period_source: Option<&'static str>,
}

impl SamplingJson {
    pub(super) fn new(sampling: Sampling) -> SamplingJson {
        let (kind, period_bytes, period_source) = match sampling {
            Sampling::Exact => ("exact", None, None),
            Sampling::Unknown => ("unknown", None, None),
            Sampling::Poisson { period, source } => (
                "poisson",
                Some(period),
                Some(match source {
                    PeriodSource::Stated => "stated",
                    PeriodSource::Recovered => "recovered",
                    PeriodSource::UpperBound => "upper-bound",
                }),
            ),
        };
        SamplingJson {
            kind,
            period_bytes,
            period_source,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FrameJson<'r> {
    function: &'r str,
    module: &'r str,
    file: Option<&'r str>,
    line: Option<u32>,
}

pub(super) fn stack(frames: &[PathFrame]) -> Vec<FrameJson<'_>> {
    frames
        .iter()
        .map(|frame| FrameJson {
            function: &frame.name,
            module: &frame.module,
            file: Some(frame.file.as_str()).filter(|file| !file.is_empty()),
            line: Some(frame.line).filter(|&line| line > 0),
        })
        .collect()
}

/// The frame to blame of a call path, as the first fields of a suspect.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlamedJson<'r> {
    function: &'r str,
    module: Option<&'r str>,
    file: Option<&'r str>,
    line: Option<u32>,
}

impl<'r> BlamedJson<'r> {
    pub(super) fn new(frames: &'r [PathFrame]) -> BlamedJson<'r> {
        let first = frames.first();
        BlamedJson {
            function: blamed(frames),
            module: first.map(|frame| frame.module.as_str()),
            file: first
                .map(|frame| frame.file.as_str())
                .filter(|file| !file.is_empty()),
            line: first.map(|frame| frame.line).filter(|&line| line > 0),
        }
    }
}

/// A change in percent of what was there before.
pub(super) fn percent_change(before: u64, delta: i64) -> Option<f64> {
    (before > 0).then(|| delta as f64 / before as f64 * 100.0)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NoteJson<'r> {
    kind: &'static str,
    count: u64,
    text: &'static str,
    example: &'r str,
}

pub(super) fn notes(notes: &Notes) -> Vec<NoteJson<'_>> {
    notes
        .iter()
        .map(|note| NoteJson {
            kind: note.kind.name(),
            count: note.count,
            text: note.kind.text(),
            example: &note.example,
        })
        .collect()
}
