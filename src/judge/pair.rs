//! Two profiles in, what changed between them out.

use crate::analysis::call_tree::{self, CallTree};
use crate::analysis::diff::{self, DiffError, DiffOptions, common_value};
use crate::load::Loaded;
use crate::notes::NoteKind;
use crate::report::DiffReport;
use crate::report::input::Input;

/// Compares two profiles. What object by object changed, and whether a ceiling was kept, is for the caller to add.
///
/// # Errors
/// The two have no value in common, or not the one that is asked for.
pub fn compare(
    before: &Loaded,
    after: &Loaded,
    options: &DiffOptions,
) -> Result<DiffReport, DiffError> {
    let mut diff = diff::diff(&before.profile, &after.profile, options)?;
    if before.fingerprint == after.fingerprint {
        diff.notes.add(NoteKind::SameContent, || {
            format!("{} and {}", before.name, after.name)
        });
    }
    Ok(DiffReport {
        before: input(before),
        after: input(after),
        diff,
        gate: None,
        heap: None,
    })
}

/// The call tree of both, for a flame graph of what changed.
///
/// # Errors
/// The two have no value in common, or not the one that is asked for.
pub fn change_tree(
    before: &Loaded,
    after: &Loaded,
    options: &DiffOptions,
) -> Result<CallTree, DiffError> {
    let values = common_value(&before.profile, &after.profile, options)?;
    let filter = &options.filter;
    let views = (filter.apply(&before.profile), filter.apply(&after.profile));
    Ok(call_tree::of_pair(
        (&views.0, values.0),
        (&views.1, values.1),
    ))
}

fn input(loaded: &Loaded) -> Input {
    // What comes through standard input has no file whose size could be told.
    let size = loaded.path.is_some().then_some(loaded.size_bytes);
    Input::new(&loaded.name, size, &loaded.profile)
}
