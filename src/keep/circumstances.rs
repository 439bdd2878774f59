//! The document beside a snapshot: from its process, and from the profile where the process was not asked.

use super::captured::Captured;
use super::store::Manner;
use crate::capture::{Process, counters_of_profile};
use crate::load::series::{ProcessMemory, SIDECAR_SCHEMA, Sidecar, main_program};
use crate::model::Profile;

/// What is known of the process.
pub(super) fn of_process(captured: &Captured, manner: &Manner<'_, '_>) -> Sidecar {
    let Process {
        started_at_ms,
        command,
        build_id,
        memory,
        cgroup,
        ..
    } = captured.process.clone().unwrap_or_default();
    Sidecar {
        schema: Some(SIDECAR_SCHEMA.to_owned()),
        trigger: Some(manner.trigger.name().to_owned()),
        source: Some(captured.source.clone()),
        capture_duration_ms: u64::try_from(captured.duration.as_millis()).ok(),
        host: captured.host.clone(),
        service: manner.service.map(str::to_owned),
        pid: captured.pid,
        process_started_at: started_at_ms,
        command,
        build_id,
        memory: Some(memory).filter(|it| *it != ProcessMemory::default()),
        cgroup,
        allocator: captured.allocator,
        ..Sidecar::default()
    }
}

/// Adds what the profile itself knows, where the process was not asked.
pub(super) fn add_profile(sidecar: &mut Sidecar, profile: &Profile) {
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
