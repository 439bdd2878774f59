//! The versioned machine output. Types here only serialize; every field is described in `man/fabric-json.5`.
//!
//! Within a schema version fields are added and never changed. What is not known is null or absent, never zero.

mod diff;
mod heap;
mod heap_growth;
mod parts;
mod show;
mod trend;

use serde::Serialize;

use crate::report::heap::RetainersReport;
use crate::report::{DiffReport, SnapshotReport, TrendReport};

const MIB: f64 = 1024.0 * 1024.0;

/// Serializes the statement about one profile, schema `fabric.show/1`.
///
/// # Errors
/// Never with the types here; the error is passed on all the same.
pub fn snapshot(report: &SnapshotReport) -> serde_json::Result<String> {
    print(&show::Show::new(report))
}

/// Serializes the statement about who holds some objects, schema `fabric.retainers/1`.
///
/// # Errors
/// Never with the types here; the error is passed on all the same.
pub fn retainers(report: &RetainersReport) -> serde_json::Result<String> {
    print(&heap::RetainersJson::new(report))
}

/// Serializes the statement about two profiles, schema `fabric.diff/1`.
///
/// # Errors
/// Never with the types here; the error is passed on all the same.
pub fn diff(report: &DiffReport) -> serde_json::Result<String> {
    print(&diff::Diff::new(report))
}

/// Serializes the statement about a series, schema `fabric.trend/1`.
///
/// # Errors
/// Never with the types here; the error is passed on all the same.
pub fn trend(report: &TrendReport) -> serde_json::Result<String> {
    print(&trend::Trend::new(report))
}

fn print(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}
