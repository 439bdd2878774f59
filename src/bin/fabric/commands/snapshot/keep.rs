//! A profile that has come -> a snapshot in the folder, and older ones out of it.

use fabric::archive::{Archive, Extension, Original, SnapshotName, Stored};
use fabric::capture::{
    CaptureErrorKind, Content, HeapProfile, Process, counters_of_profile, examine, inflate,
    is_compressed_heap_snapshot,
};
use fabric::load::LocalModules;
use fabric::load::series::{ProcessMemory, SIDECAR_SCHEMA, Sidecar, main_program};
use fabric::model::Profile;
use fabric::symbolize::{ImageStore, Symbolizer};
use fabric::units::{Bytes, Span};

use super::source::Taken;
use super::{cannot_take, now_ms, say};
use crate::args::Snapshot;
use crate::exit::Failure;

/// Checks what came, makes it self-contained and stores it.
pub(super) fn store(
    arguments: &Snapshot,
    archive: &Archive,
    mut taken: Taken,
) -> Result<Stored, Failure> {
    unpack_heap_snapshot(archive, &mut taken)?;
    let images = ImageStore::default();
    let modules = LocalModules::new(super::super::symbol_folders(&arguments.symbols)?);
    let symbolizer = Symbolizer::new(&images, &modules);
    let symbolizer = (!arguments.symbols.no_symbolize).then_some(&symbolizer);
    let content = examine(taken.stage.path(), symbolizer)
        .map_err(|kind: CaptureErrorKind| cannot_take(archive, kind.of(taken.source.clone())))?;
    if let Content::Profile(profile) = &content {
        drop_other_process(arguments, &mut taken, &profile.loaded.profile);
    }
    let mut sidecar = circumstances(arguments, &taken);
    let mut at_ms = taken.at_ms;
    let extension = match &content {
        Content::HeapSnapshot => {
            sidecar.source_format = Some("heapsnapshot".to_owned());
            Extension::HeapSnapshot
        }
        Content::Profile(profile) => {
            add_profile(&mut sidecar, &profile.loaded.profile);
            let own = profile.loaded.profile.origin().captured_at_ms;
            if let Some(own) = own.filter(|&own| own > 0 && !taken.is_live) {
                at_ms = own;
            }
            Extension::Pprof
        }
    };
    sidecar.captured_at = Some(at_ms);
    let name = SnapshotName {
        time_ms: at_ms.max(0),
        trigger: arguments.trigger,
        extension,
    };
    let bytes = taken.stage.bytes();
    let duration = taken.duration;
    let (stage, original) = match content {
        Content::Profile(profile) if !profile.is_kept_as_it_is() => {
            convert(arguments, archive, taken, &profile)?
        }
        _ => (taken.stage, None),
    };
    let stored = archive
        .store(stage, name, sidecar, original)
        .map_err(Failure::output)?;
    say(
        arguments,
        &format!(
            "{} in {}",
            Bytes(bytes),
            Span(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
        ),
    );
    Ok(stored)
}

/// A heap snapshot is kept as it is, but for a compression around it.
fn unpack_heap_snapshot(archive: &Archive, taken: &mut Taken) -> Result<(), Failure> {
    let path = taken.stage.path();
    // What cannot be read here is found out below, with a better word.
    if !is_compressed_heap_snapshot(path).unwrap_or(false) {
        return Ok(());
    }
    let mut unpacked = archive.stage().map_err(Failure::output)?;
    inflate(path, &mut unpacked).map_err(|error| match error.kind() {
        std::io::ErrorKind::StorageFull => Failure::output(archive.cannot_write(error)),
        _ => {
            let kind = CaptureErrorKind::Partial(error.to_string());
            cannot_take(archive, kind.of(taken.source.clone()))
        }
    })?;
    taken.stage = unpacked;
    Ok(())
}

fn convert(
    arguments: &Snapshot,
    archive: &Archive,
    taken: Taken,
    profile: &HeapProfile,
) -> Result<(fabric::archive::Stage, Option<Original>), Failure> {
    let mut stage = archive.stage().map_err(Failure::output)?;
    profile
        .write(taken.stage.path(), &mut stage)
        .map_err(|error| Failure::output(archive.cannot_write(error)))?;
    let original = arguments.keep_original.then(|| Original {
        stage: taken.stage,
        extension: profile.original_extension(),
    });
    Ok((stage, original))
}

fn circumstances(arguments: &Snapshot, taken: &Taken) -> Sidecar {
    let process = taken.process.clone().unwrap_or_default();
    let Process {
        started_at_ms,
        command,
        build_id,
        memory,
        cgroup,
        ..
    } = process;
    Sidecar {
        schema: Some(SIDECAR_SCHEMA.to_owned()),
        trigger: Some(arguments.trigger.name().to_owned()),
        source: Some(taken.source.clone()),
        capture_duration_ms: u64::try_from(taken.duration.as_millis()).ok(),
        host: taken.host.clone(),
        service: arguments.service.clone(),
        pid: taken.pid,
        process_started_at: started_at_ms,
        command,
        build_id,
        memory: Some(memory).filter(|it| *it != ProcessMemory::default()),
        cgroup,
        allocator: taken.allocator,
        ..Sidecar::default()
    }
}

/// A process that was found by where it listens, and that runs another program than the profiled one, is a proxy: its memory says nothing.
fn drop_other_process(arguments: &Snapshot, taken: &mut Taken, profile: &Profile) {
    let Some(process) = taken.process.as_ref().filter(|_| taken.is_live) else {
        return;
    };
    if arguments.pid.is_none() && !process.may_be(main_program(profile).as_deref()) {
        say(
            arguments,
            &format!(
                "process {} only listens for the service: name that with --pid",
                process.pid
            ),
        );
        taken.process = None;
        taken.pid = None;
    }
}

/// What the profile itself knows, where the process was not asked.
fn add_profile(sidecar: &mut Sidecar, profile: &Profile) {
    let origin = profile.origin();
    sidecar.source_format = Some(origin.format.name().to_owned());
    sidecar.pid = sidecar.pid.or(origin.pid);
    if sidecar.allocator.is_none() {
        sidecar.allocator = counters_of_profile(&origin.allocator_stats);
    }
    let program = main_program(profile);
    if sidecar.build_id.is_none() {
        sidecar.build_id = profile
            .mappings()
            .iter()
            .find(|it| profile.text(it.path).rsplit('/').next() == program.as_deref())
            .map(|it| profile.text(it.build_id).to_owned())
            .filter(|id| !id.is_empty());
    }
    if sidecar.command.is_none() {
        let word = origin
            .command
            .as_deref()
            .and_then(|command| command.split_whitespace().next());
        sidecar.command = word.map(str::to_owned).or(program);
    }
}

/// Removes what is beyond the bounds.
pub(super) fn prune(
    arguments: &Snapshot,
    archive: &Archive,
    stored: &Stored,
) -> Result<(), Failure> {
    let snapshots = archive.snapshots().map_err(Failure::output)?;
    let retention = arguments.keeping.retention();
    for removal in retention.removals(&snapshots, Some(stored.name), now_ms()) {
        if archive.remove(&removal).map_err(Failure::output)? {
            let (name, bound) = (removal.snapshot.name, removal.excess.name());
            say(arguments, &format!("removed {name} (--{bound})"));
        }
    }
    Ok(())
}
