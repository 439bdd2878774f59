//! What stays of a profile of a series when the profile itself is gone.

use super::file_name::FileName;
use super::find::SeriesFile;
use super::sidecar::Sidecar;
use crate::load::loaded::{Fingerprint, Loaded};
use crate::model::{DELETED, Profile};

/// What is known of one file of a series, from its content, its name and the JSON beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesEntry {
    /// The name without folders; foreign text.
    pub name: String,
    /// What the name tells.
    pub told: FileName,
    /// When it was taken as the profile says, in milliseconds since 1970.
    pub captured_at_ms: Option<i64>,
    /// When the file was last changed, in milliseconds since 1970.
    pub modified_ms: Option<i64>,
    /// Process id, as the profile says.
    pub profile_pid: Option<u32>,
    /// File name of the main program, as the profile says; foreign text.
    pub program: Option<String>,
    /// The content in short.
    pub fingerprint: Fingerprint,
    /// The JSON beside it.
    pub sidecar: Option<Sidecar>,
}

impl SeriesEntry {
    /// Gathers what is known of a loaded file.
    pub fn new(file: &SeriesFile, loaded: &Loaded, sidecar: Option<Sidecar>) -> SeriesEntry {
        let origin = loaded.profile.origin();
        let command = origin.command.as_deref().and_then(program_of_command);
        SeriesEntry {
            name: file.name.clone(),
            told: file.told.clone(),
            captured_at_ms: origin.captured_at_ms,
            modified_ms: file.modified_ms,
            profile_pid: origin.pid,
            program: command.or_else(|| main_program(&loaded.profile)),
            fingerprint: loaded.fingerprint,
            sidecar,
        }
    }

    /// Process id, from the profile, the JSON beside it or the name, in this order.
    pub fn pid(&self) -> Option<u32> {
        let beside = self.sidecar.as_ref().and_then(|sidecar| sidecar.pid);
        self.profile_pid.or(beside).or(self.told.pid)
    }

    /// When the process began, in milliseconds since 1970.
    pub fn process_started_ms(&self) -> Option<i64> {
        self.sidecar.as_ref()?.process_started_at
    }

    /// File name of the main program, from the profile or from the JSON beside it.
    pub(super) fn any_program(&self) -> Option<String> {
        let beside = || program_of_command(self.sidecar.as_ref()?.command.as_deref()?);
        self.program.clone().or_else(beside)
    }
}

/// The file name of the main program, where the format has mappings: the linker maps it below its libraries. Nothing where the
/// list begins with a library, because then the program has no sample.
pub fn main_program(profile: &Profile) -> Option<String> {
    let mut paths = profile.mappings().iter().map(|it| profile.text(it.path));
    let path = paths.find(|path| !path.is_empty() && !path.starts_with('['))?;
    let path = path.strip_suffix(DELETED).unwrap_or(path);
    let name = path.rsplit('/').next()?;
    let is_library = name.ends_with(".so") || name.contains(".so.");
    (!name.is_empty() && !is_library).then(|| name.to_owned())
}

/// The file name in the first word of a command line.
fn program_of_command(command: &str) -> Option<String> {
    let word = command.split_whitespace().next()?;
    word.rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}
