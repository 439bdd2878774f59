//! What came, into the folder, with the arguments and the exit codes of the command.

use fabric::archive::{Archive, Stored};
use fabric::keep::{self, Captured, KeepError, Manner};
use fabric::load::LocalModules;
use fabric::symbolize::{ImageStore, Symbolizer};
use fabric::units::{Bytes, Span};

use super::run::{now_ms, say};
use crate::args::Snapshot;
use crate::commands::names::symbol_folders;
use crate::exit::Failure;

/// Checks what came, makes it self-contained and stores it.
pub(super) fn store(
    arguments: &Snapshot,
    archive: &Archive,
    captured: Captured,
) -> Result<Stored, Failure> {
    let images = ImageStore::default();
    let modules = LocalModules::new(symbol_folders(&arguments.symbols)?);
    let symbolizer = Symbolizer::new(&images, &modules);
    let manner = Manner {
        trigger: arguments.trigger,
        service: arguments.service.as_deref(),
        symbolizer: (!arguments.symbols.no_symbolize).then_some(&symbolizer),
        keep_original: arguments.keep_original,
    };
    let kept = keep::store(archive, captured, &manner).map_err(cannot_keep)?;
    for remark in &kept.remarks {
        say(arguments, &remark.to_string());
    }
    let took = i64::try_from(kept.duration.as_millis()).unwrap_or(i64::MAX);
    say(
        arguments,
        &format!("{} in {}", Bytes(kept.bytes), Span(took)),
    );
    Ok(kept.stored)
}

/// Removes what is beyond the bounds.
pub(super) fn prune(
    arguments: &Snapshot,
    archive: &Archive,
    stored: &Stored,
) -> Result<(), Failure> {
    let retention = arguments.keeping.retention();
    let pruned = keep::prune(archive, &retention, Some(stored.name), now_ms());
    for it in pruned.map_err(Failure::output)? {
        say(
            arguments,
            &format!("removed {} (--{})", it.name, it.excess.name()),
        );
    }
    Ok(())
}

/// Trouble at the source and trouble at the folder have codes of their own.
pub(super) fn cannot_keep(error: KeepError) -> Failure {
    match error {
        KeepError::Folder(error) => Failure::output(error),
        KeepError::Source(error) if error.kind.is_usage() => Failure::usage(error),
        KeepError::Source(error) => Failure::input(error),
    }
}
