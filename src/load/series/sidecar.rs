//! The JSON beside a profile: under which circumstances it was taken.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::find::SeriesFile;
use crate::limits;
use crate::notes::{NoteKind, Notes};
use crate::units::Bytes;

/// What `X.json` says of the profile `X`; its schema is `fabric.snapshot/1`. Everything may be missing, and what is not known
/// here is passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sidecar {
    /// Name and version of the schema.
    pub schema: Option<String>,
    /// When the profile was taken, in milliseconds since 1970.
    pub captured_at: Option<i64>,
    /// Why it was taken.
    pub trigger: Option<String>,
    /// Where it was fetched from.
    pub source: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The service, as people call it.
    pub service: Option<String>,
    /// Process id.
    pub pid: Option<u32>,
    /// When the process began, in milliseconds since 1970.
    pub process_started_at: Option<i64>,
    /// The command line, or its first word.
    pub command: Option<String>,
    /// Build id of the main program, as hexadecimal digits.
    pub build_id: Option<String>,
    /// The process as the kernel sees it.
    pub memory: Option<ProcessMemory>,
    /// The control group of the process.
    pub cgroup: Option<Cgroup>,
    /// The allocator's own counters.
    pub allocator: Option<AllocatorCounters>,
}

/// Memory of a process in bytes, as in `/proc/<pid>/smaps_rollup`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProcessMemory {
    /// In physical memory.
    pub resident_bytes: Option<u64>,
    /// The same, with what is shared divided by the number of sharers.
    pub proportional_bytes: Option<u64>,
    /// Swapped out.
    pub swap_bytes: Option<u64>,
    /// Resident and of no file.
    pub anonymous_bytes: Option<u64>,
    /// Resident and of a file.
    pub file_bytes: Option<u64>,
}

/// Memory of a control group in bytes, as in `memory.*` of cgroup v2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cgroup {
    /// In use.
    pub current_bytes: Option<u64>,
    /// Above this the kernel slows the group down; missing where there is no such limit.
    pub high_bytes: Option<u64>,
    /// Above this the kernel kills; missing where there is no limit.
    pub max_bytes: Option<u64>,
    /// Counters of `memory.events`, like `oom_kill`.
    pub events: BTreeMap<String, u64>,
}

/// Counters of an allocator in bytes, in jemalloc's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AllocatorCounters {
    /// Given to the program.
    pub allocated_bytes: Option<u64>,
    /// In pages that hold at least one allocation.
    pub active_bytes: Option<u64>,
    /// In physical memory.
    pub resident_bytes: Option<u64>,
    /// Address space kept for later, without memory behind it.
    pub retained_bytes: Option<u64>,
    /// The allocator's own tables.
    pub metadata_bytes: Option<u64>,
    /// In mapped chunks.
    pub mapped_bytes: Option<u64>,
}

/// Why the JSON beside a profile is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SidecarError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is too large for what it should be.
    #[error("is larger than {}", Bytes(limits::SIDECAR_BYTES))]
    TooLarge,
    /// It is no JSON, or a field of it has another type.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It belongs to something else.
    #[error("its schema is {0}, not {SCHEMA}")]
    OtherSchema(String),
}

const SCHEMA: &str = "fabric.snapshot/1";

impl Sidecar {
    /// Reads the JSON beside a profile; `None` where there is none.
    ///
    /// # Errors
    /// It is there and cannot be used.
    pub fn read(profile: &Path) -> Option<Result<Sidecar, SidecarError>> {
        let path = beside(profile);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Some(Sidecar::read_file(&path)),
            // A folder or a pipe of that name is something else.
            Ok(_) => None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(Err(error.into())),
        }
    }

    fn read_file(path: &Path) -> Result<Sidecar, SidecarError> {
        let mut text = Vec::new();
        let file = File::open(path)?;
        file.take(limits::SIDECAR_BYTES + 1)
            .read_to_end(&mut text)?;
        if text.len() as u64 > limits::SIDECAR_BYTES {
            return Err(SidecarError::TooLarge);
        }
        let sidecar: Sidecar = serde_json::from_slice(&text)?;
        match sidecar.schema {
            Some(schema) if schema != SCHEMA => Err(SidecarError::OtherSchema(schema)),
            _ => Ok(sidecar),
        }
    }
}

impl SeriesFile {
    /// The JSON beside this file. One that cannot be used is a remark: the profile is good without it.
    pub fn sidecar(&self, notes: &mut Notes) -> Option<Sidecar> {
        match Sidecar::read(&self.path)? {
            Ok(sidecar) => Some(sidecar),
            Err(error) => {
                notes.add(NoteKind::SidecarUnreadable, || {
                    format!("{}.json: {error}", self.name)
                });
                None
            }
        }
    }
}

/// The whole name is kept, so that `a.pb.gz` and `a.heap` do not share one.
fn beside(profile: &Path) -> PathBuf {
    let mut path = profile.as_os_str().to_owned();
    path.push(".json");
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Option<Result<Sidecar, SidecarError>> {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let profile = folder.path().join("heap.pb.gz");
        assert!(fs::write(folder.path().join("heap.pb.gz.json"), text).is_ok());
        Sidecar::read(&profile)
    }

    #[test]
    fn every_field_is_read_and_none_is_needed() {
        let text = br#"{"schema": "fabric.snapshot/1", "capturedAt": 1795515300000, "trigger": "periodic",
            "source": "http://localhost:6060", "host": "h", "service": "web", "pid": 17, "processStartedAt": 5,
            "command": "/usr/bin/web -p 1", "buildId": "ab12", "later": {"field": [1]},
            "memory": {"residentBytes": 1, "proportionalBytes": 2, "swapBytes": 3, "anonymousBytes": 4, "fileBytes": 5},
            "cgroup": {"currentBytes": 6, "highBytes": 7, "maxBytes": null, "events": {"oom_kill": 8}},
            "allocator": {"allocatedBytes": 9, "activeBytes": 10, "residentBytes": 11, "retainedBytes": 12,
                          "metadataBytes": 13, "mappedBytes": 14}}"#;
        let Some(Ok(it)) = read(text) else {
            panic!("a sidecar");
        };
        assert_eq!(it.captured_at, Some(1_795_515_300_000));
        assert_eq!((it.pid, it.process_started_at), (Some(17), Some(5)));
        assert_eq!(it.build_id.as_deref(), Some("ab12"));
        assert_eq!(it.memory.and_then(|it| it.file_bytes), Some(5));
        assert_eq!(it.allocator.and_then(|it| it.mapped_bytes), Some(14));
        let cgroup = it.cgroup.unwrap_or_default();
        assert_eq!((cgroup.high_bytes, cgroup.max_bytes), (Some(7), None));
        assert_eq!(cgroup.events.get("oom_kill"), Some(&8));
        assert!(matches!(read(b"{}"), Some(Ok(it)) if it == Sidecar::default()));
    }

    #[test]
    fn none_is_no_error_and_a_broken_one_says_why() {
        assert!(Sidecar::read(Path::new("/nowhere/heap.pb.gz")).is_none());
        let check = |text: &[u8], expected: &str| match read(text) {
            Some(Err(error)) => assert!(error.to_string().contains(expected), "{error}"),
            other => panic!("{other:?}"),
        };
        check(b"", "EOF");
        check(b"{\"pid\": -1}", "invalid value");
        check(b"{\"schema\": \"other/1\"}", "its schema is other/1");
        check(&vec![b' '; (1 << 20) + 1], "larger than 1");
        // Depth costs no stack.
        check(&b"{\"later\":".repeat(100_000), "EOF");
    }
}
