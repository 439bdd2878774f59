//! The documents, one for each schema, as text.

use serde::Serialize;

use super::diff::Diff;
use super::heap::RetainersJson;
use super::show::Show;
use super::trend::Trend;
use crate::report::heap::RetainersReport;
use crate::report::{DiffReport, SnapshotReport, TrendReport};

/// Serializes the statement about one profile, schema `fabric.show/1`.
///
/// # Errors
/// Never with the types here; the error is passed on all the same.
pub fn snapshot(report: &SnapshotReport) -> serde_json::Result<String> {
    print(&Show::new(report))
}

/// Serializes the statement about who holds some objects, schema `fabric.retainers/1`.
///
/// # Errors
/// Never with the types here; the error is passed on all the same.
pub fn retainers(report: &RetainersReport) -> serde_json::Result<String> {
    print(&RetainersJson::new(report))
}

/// Serializes the statement about two profiles, schema `fabric.diff/1`.
///
/// # Errors
/// Never with the types here; the error is passed on all the same.
pub fn diff(report: &DiffReport) -> serde_json::Result<String> {
    print(&Diff::new(report))
}

/// Serializes the statement about a series, schema `fabric.trend/1`.
///
/// # Errors
/// Never with the types here; the error is passed on all the same.
pub fn trend(report: &TrendReport) -> serde_json::Result<String> {
    print(&Trend::new(report))
}

fn print(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}
