//! Two snapshots of a target, compared.

use std::path::PathBuf;

use bytes::Bytes;

use super::bounded_modules::BoundedModules;
use crate::analysis::diff::DiffOptions;
use crate::judge::{change_tree, compare};
use crate::load::{LoadError, Loaded, Progress, load_file};
use crate::render;
use crate::report::DiffReport;
use crate::report::input::pair_title;
use crate::symbolize::{ImageStore, Symbolizer};

/// Two snapshots of a target, compared.
#[derive(Debug)]
pub struct Compared {
    /// What changed.
    pub report: DiffReport,
    /// That as JSON, schema `fabric.diff/1`.
    pub json: Bytes,
    /// That as a flame graph: an SVG document.
    pub flame: Bytes,
}

impl Compared {
    /// Reads both and compares them, one after the other: one core is left to the hub.
    pub(super) fn of(before: PathBuf, after: PathBuf) -> Result<Compared, String> {
        let images = ImageStore::default();
        let modules = BoundedModules::new();
        let symbolizer = Symbolizer::of_symbol_tables(&images, &modules);
        let read = |path: PathBuf| -> Result<Loaded, LoadError> {
            load_file(&path, Some(&symbolizer), &Progress::default())
        };
        let before = read(before).map_err(|error| error.to_string())?;
        let after = read(after).map_err(|error| error.to_string())?;
        let options = DiffOptions::default();
        let refused = |error: crate::analysis::diff::DiffError| {
            format!("{} and {}: {error}", before.name, after.name)
        };
        let report = compare(&before, &after, &options).map_err(refused)?;
        let tree = change_tree(&before, &after, &options).map_err(refused)?;
        let title = pair_title(&before.name, &after.name);
        Ok(Compared {
            json: render::json::diff(&report).unwrap_or_default().into(),
            flame: render::flame_svg(&tree, &title).into(),
            report,
        })
    }

    /// What it holds in memory, about.
    pub(super) fn bytes(&self) -> u64 {
        (3 * self.json.len() + self.flame.len()) as u64
    }
}
