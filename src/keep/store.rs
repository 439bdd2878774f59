//! Examines what came, makes it self-contained and stores it.

use std::io;
use std::time::Duration;

use super::captured::Captured;
use super::circumstances;
use super::content::{Content, HeapProfile, examine, inflate, is_compressed_heap_snapshot};
use super::keep_error::KeepError;
use crate::archive::{Archive, Extension, Original, SnapshotName, Stage, Stored, Trigger};
use crate::capture::CaptureErrorKind;
use crate::load::series::main_program;
use crate::model::{Profile, SourceFormat};
use crate::symbolize::Symbolizer;

/// Why and how something is kept.
#[derive(Clone, Copy)]
pub struct Manner<'a, 'i> {
    /// Why it was taken.
    pub trigger: Trigger,
    /// The service, as people call it.
    pub service: Option<&'a str>,
    /// Looks up names for addresses that have none, while the program that has them is there.
    pub symbolizer: Option<&'a Symbolizer<'i>>,
    /// Whether the bytes as they came are kept, too, where they are converted.
    pub keep_original: bool,
}

/// A snapshot that is in the folder.
#[derive(Debug)]
pub struct Kept {
    /// Its name and where it is.
    pub stored: Stored,
    /// How many bytes came.
    pub bytes: u64,
    /// How long getting them took.
    pub duration: Duration,
    /// What is worth saying.
    pub remarks: Vec<KeptRemark>,
}

/// What is worth saying about a snapshot that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeptRemark {
    /// The process that listens runs another program than the profiled one: it is a proxy, and its memory was left out.
    #[error(
        "process {pid} listens there and runs another program than the profile is of, so its memory is not recorded: name the service with --pid"
    )]
    OtherProcess {
        /// Who listens.
        pid: u32,
    },
}

/// Checks what came, makes it self-contained and stores it.
///
/// # Errors
/// It is neither a heap profile nor a heap snapshot, or the folder cannot be written. Then nothing of it is there.
pub fn store(
    archive: &Archive,
    mut captured: Captured,
    manner: &Manner<'_, '_>,
) -> Result<Kept, KeepError> {
    unpack_heap_snapshot(archive, &mut captured)?;
    let mut content = examine(captured.stage.path(), manner.symbolizer)
        .map_err(|kind| KeepError::capturing(archive, &captured.source, kind))?;
    let mut remarks = Vec::new();
    if let Content::Profile(profile) = &content {
        remarks.extend(drop_other_process(&mut captured, &profile.loaded.profile));
    }
    let mut sidecar = circumstances::of_process(&captured, manner);
    let mut at_ms = captured.at_ms;
    let extension = match &content {
        Content::HeapSnapshot => {
            sidecar.source_format = Some(SourceFormat::V8HeapSnapshot.name().to_owned());
            Extension::HeapSnapshot
        }
        Content::Profile(profile) => {
            let profile = &profile.loaded.profile;
            circumstances::add_profile(&mut sidecar, profile);
            let own = profile.origin().captured_at_ms;
            if let Some(own) = own.filter(|&own| own > 0 && !captured.is_live) {
                at_ms = own;
            }
            Extension::Pprof
        }
    };
    sidecar.captured_at = Some(at_ms);
    if let Content::Profile(profile) = content {
        content = Content::Profile(profile.taken_at(at_ms));
    }
    let name = SnapshotName {
        time_ms: at_ms.max(0),
        trigger: manner.trigger,
        extension,
    };
    let bytes = captured.stage.bytes();
    let duration = captured.duration;
    let (stage, original) = match content {
        Content::Profile(profile) if !profile.is_kept_as_it_is() => {
            convert(archive, captured.stage, &profile, manner)?
        }
        _ => (captured.stage, None),
    };
    let stored = archive.store(stage, name, sidecar, original)?;
    Ok(Kept {
        stored,
        bytes,
        duration,
        remarks,
    })
}

/// A heap snapshot is kept as it is, but for a compression around it.
fn unpack_heap_snapshot(archive: &Archive, captured: &mut Captured) -> Result<(), KeepError> {
    let path = captured.stage.path();
    // What cannot be read here is found out when it is examined, with a better word.
    if !is_compressed_heap_snapshot(path).unwrap_or(false) {
        return Ok(());
    }
    let mut unpacked = archive.stage()?;
    inflate(path, &mut unpacked).map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull => KeepError::writing(archive, error),
        _ => {
            let kind = CaptureErrorKind::Partial(error.to_string());
            KeepError::capturing(archive, &captured.source, kind)
        }
    })?;
    captured.stage = unpacked;
    Ok(())
}

fn convert(
    archive: &Archive,
    came: Stage,
    profile: &HeapProfile,
    manner: &Manner<'_, '_>,
) -> Result<(Stage, Option<Original>), KeepError> {
    let mut stage = archive.stage()?;
    profile
        .write(came.path(), &mut stage)
        .map_err(|error| KeepError::writing(archive, error))?;
    let original = manner.keep_original.then(|| Original {
        stage: came,
        extension: profile.original_extension(),
    });
    Ok((stage, original))
}

/// A process that was found by where it listens, and that runs another program than the profiled one, is a proxy: its memory says nothing.
fn drop_other_process(captured: &mut Captured, profile: &Profile) -> Option<KeptRemark> {
    if captured.is_process_certain || !captured.is_live {
        return None;
    }
    let process = captured.process.as_ref()?;
    if process.may_be(main_program(profile).as_deref()) {
        return None;
    }
    let remark = KeptRemark::OtherProcess { pid: process.pid };
    captured.process = None;
    captured.pid = None;
    Some(remark)
}
