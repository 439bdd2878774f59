//! Files of a series that cannot be loaded, as remarks.

use super::find::SeriesFile;
use crate::load::load_error::LoadError;
use crate::notes::{NoteKind, Notes};

/// Remarks that `file` was left out, and why. What is damaged and what never was a profile are told apart: the first is a
/// snapshot that is missing from the series.
pub fn note_skipped(notes: &mut Notes, file: &SeriesFile, error: &LoadError) {
    let kind = match error.kind.is_foreign() {
        true => NoteKind::ForeignFile,
        false => NoteKind::UnreadableSnapshot,
    };
    notes.add(kind, || {
        format!("{}: {}", file.name, error.kind.in_series())
    });
}
