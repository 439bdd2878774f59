//! What is in a snapshot folder, and what retention would remove.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use fabric::archive::{Excess, Extension, Snapshot as Entry, snapshots};
use fabric::load::series::Sidecar;
use fabric::model::SourceFormat;
use fabric::units::Bytes;
use serde::Serialize;

use super::run::now_ms;
use crate::args::{ListFormat, Snapshot};
use crate::exit::{Failure, Outcome};

/// One snapshot as it is listed.
struct Row<'s> {
    entry: &'s Entry,
    sidecar: Option<Sidecar>,
    excess: Option<Excess>,
}

pub(super) fn run(arguments: &Snapshot, dir: &Path) -> Result<Outcome, Failure> {
    let found = snapshots(dir).map_err(Failure::input)?;
    let retention = arguments.keeping.retention();
    let removals = match arguments.keeping.dry_run {
        true => retention.removals(&found, None, now_ms()),
        false => Vec::new(),
    };
    let rows: Vec<Row<'_>> = found
        .iter()
        .map(|entry| Row {
            entry,
            // One that cannot be read is as good as none here; `trend` says what is wrong with it.
            sidecar: Sidecar::read(&entry.path).and_then(Result::ok),
            excess: removals
                .iter()
                .find(|removal| removal.snapshot.name == entry.name)
                .map(|removal| removal.excess),
        })
        .collect();
    let text = match arguments.keeping.format {
        ListFormat::Json => json(dir, &rows)?,
        ListFormat::Table => table(&rows, arguments.keeping.dry_run),
    };
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("cannot write to standard output")
        .map_err(Failure::output)?;
    Ok(Outcome::Done)
}

fn table(rows: &[Row<'_>], is_dry_run: bool) -> String {
    let shown: Vec<&Row<'_>> = rows
        .iter()
        .filter(|row| !is_dry_run || row.excess.is_some())
        .collect();
    let mut lines = Vec::new();
    if !shown.is_empty() {
        let last = if is_dry_run { "beyond" } else { "pinned" };
        lines.push(
            [
                "time (UTC)",
                "trigger",
                "size",
                "resident",
                "pid",
                last,
                "file",
            ]
            .map(str::to_owned),
        );
    }
    for row in &shown {
        let sidecar = row.sidecar.as_ref();
        let resident = sidecar.and_then(|it| it.memory.as_ref()?.resident_bytes);
        let last = match (row.excess, row.entry.is_pinned) {
            (Some(excess), _) => format!("--{}", excess.name()),
            (None, true) => "pinned".to_owned(),
            (None, false) => String::new(),
        };
        lines.push([
            time(row.entry.name.time_ms),
            row.entry.name.trigger.name().to_owned(),
            Bytes(row.entry.bytes).to_string(),
            resident.map_or_else(String::new, |bytes| Bytes(bytes).to_string()),
            sidecar
                .and_then(|it| it.pid)
                .map_or_else(String::new, |pid| pid.to_string()),
            last,
            row.entry.name.to_string(),
        ]);
    }
    let mut text = aligned(&lines);
    let total = |rows: &mut dyn Iterator<Item = &Row<'_>>| {
        let bytes: u64 = rows.map(|row| row.entry.total_bytes).sum();
        Bytes(bytes).to_string()
    };
    let all = total(&mut rows.iter());
    let summary = match is_dry_run {
        false => format!(
            "{} {}, {all} with the documents beside them\n",
            rows.len(),
            if rows.len() == 1 {
                "snapshot"
            } else {
                "snapshots"
            }
        ),
        true => format!(
            "would remove {} of {} snapshots, {} of {all}\n",
            shown.len(),
            rows.len(),
            total(&mut shown.iter().copied()),
        ),
    };
    text.push_str(&summary);
    text
}

/// Numbers to the right, words to the left. Nothing in it is foreign.
fn aligned(lines: &[[String; 7]]) -> String {
    let mut widths = [0; 7];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for line in lines {
        let mut row = String::new();
        for (at, (cell, width)) in line.iter().zip(widths).enumerate() {
            let cell = match at {
                2..=4 => format!("{cell:>width$}  "),
                _ => format!("{cell:<width$}  "),
            };
            row.push_str(&cell);
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| ms.to_string(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListJson<'r> {
    schema: &'static str,
    folder: String,
    total_bytes: u64,
    snapshots: Vec<RowJson<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowJson<'r> {
    filename: String,
    filepath: String,
    timestamp: i64,
    trigger: &'static str,
    format: &'static str,
    size_bytes: u64,
    size_mb: f64,
    total_bytes: u64,
    pinned: bool,
    /// The bound that `--dry-run` found it beyond.
    remove: Option<&'static str>,
    circumstances: Option<&'r Sidecar>,
}

fn json(dir: &Path, rows: &[Row<'_>]) -> Result<String, Failure> {
    let document = ListJson {
        schema: "fabric.snapshots/1",
        folder: dir.to_string_lossy().into_owned(),
        total_bytes: rows.iter().map(|row| row.entry.total_bytes).sum(),
        snapshots: rows.iter().map(row_json).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document)
        .context("cannot write JSON")
        .map_err(Failure::output)?;
    text.push('\n');
    Ok(text)
}

fn row_json<'r>(row: &'r Row<'_>) -> RowJson<'r> {
    let entry = row.entry;
    RowJson {
        filename: entry.name.to_string(),
        filepath: entry.path.to_string_lossy().into_owned(),
        timestamp: entry.name.time_ms,
        trigger: entry.name.trigger.name(),
        format: match entry.name.extension {
            Extension::Pprof => SourceFormat::Pprof,
            Extension::HeapSnapshot => SourceFormat::V8HeapSnapshot,
        }
        .name(),
        size_bytes: entry.bytes,
        size_mb: entry.bytes as f64 / (1024.0 * 1024.0),
        total_bytes: entry.total_bytes,
        pinned: entry.is_pinned,
        remove: row.excess.map(Excess::name),
        circumstances: row.sidecar.as_ref(),
    }
}
