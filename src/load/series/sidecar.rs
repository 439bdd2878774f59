//! The JSON beside a profile: under which circumstances it was taken.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::find::{Links, SeriesFile};
use crate::limits;
use crate::load::source::open_file;
use crate::notes::{NoteKind, Notes};
use crate::units::Bytes;

/// What `X.json` says of the profile `X`; its schema is `fabric.snapshot/1`. Everything may be missing, and what is not known
/// here is passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sidecar {
    /// Name and version of the schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// When the profile was taken, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<i64>,
    /// How long it took to get the profile, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture_duration_ms: Option<u64>,
    /// Why it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// Where it was fetched from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The format it came in, as `fabric show` calls it; the snapshot itself is always pprof or a V8 heap snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_format: Option<String>,
    /// Where the bytes as they came are kept, from the folder of the snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// The machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The service, as people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Process id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// When the process began, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process_started_at: Option<i64>,
    /// The command line, or its first word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Build id of the main program, as hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_id: Option<String>,
    /// The process as the kernel sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<ProcessMemory>,
    /// The control group of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<Cgroup>,
    /// The allocator's own counters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocator: Option<AllocatorCounters>,
}

/// Memory of a process in bytes, as in `/proc/<pid>/smaps_rollup`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProcessMemory {
    /// In physical memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_bytes: Option<u64>,
    /// The same, with what is shared divided by the number of sharers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proportional_bytes: Option<u64>,
    /// Swapped out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swap_bytes: Option<u64>,
    /// Resident and of no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous_bytes: Option<u64>,
    /// Resident and of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_bytes: Option<u64>,
    /// Pages that were given without reading from a disk, since the process began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor_faults: Option<u64>,
    /// Pages that were read from a disk, since the process began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub major_faults: Option<u64>,
}

/// Memory of a control group in bytes, as in `memory.*` of cgroup v2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cgroup {
    /// The group, from the root of the hierarchy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// In use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_bytes: Option<u64>,
    /// Above this the kernel slows the group down; missing where there is no such limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_bytes: Option<u64>,
    /// Above this the kernel kills; missing where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// Counters of `memory.events`, like `oom_kill`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, u64>,
}

/// Counters of an allocator in bytes, in jemalloc's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AllocatorCounters {
    /// Given to the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocated_bytes: Option<u64>,
    /// In pages that hold at least one allocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_bytes: Option<u64>,
    /// In physical memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_bytes: Option<u64>,
    /// Address space kept for later, without memory behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retained_bytes: Option<u64>,
    /// The allocator's own tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_bytes: Option<u64>,
    /// In mapped chunks.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    #[error("its schema is {0}, not {SIDECAR_SCHEMA}")]
    OtherSchema(String),
}

/// Name and version of the schema that is written.
pub const SIDECAR_SCHEMA: &str = "fabric.snapshot/1";

impl Sidecar {
    /// Where the JSON beside a profile is. The whole name is kept, so that `a.pb.gz` and `a.heap` do not share one.
    pub fn path(profile: &Path) -> PathBuf {
        let mut path = profile.as_os_str().to_owned();
        path.push(".json");
        path.into()
    }

    /// The document as it is written.
    ///
    /// # Errors
    /// Never for values that were read; the serializer leaves it open.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Reads the JSON beside a profile; `None` where there is none.
    ///
    /// # Errors
    /// It is there and cannot be used.
    pub fn read(profile: &Path) -> Option<Result<Sidecar, SidecarError>> {
        let path = Sidecar::path(profile);
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
        let file = open_file(path)?;
        file.take(limits::SIDECAR_BYTES + 1)
            .read_to_end(&mut text)?;
        if text.len() as u64 > limits::SIDECAR_BYTES {
            return Err(SidecarError::TooLarge);
        }
        let sidecar: Sidecar = serde_json::from_slice(&text)?;
        match sidecar.schema {
            Some(schema) if schema != SIDECAR_SCHEMA => Err(SidecarError::OtherSchema(schema)),
            _ => Ok(sidecar),
        }
    }
}

impl SeriesFile {
    /// The JSON beside this file. One that cannot be used is a remark: the profile is good without it.
    pub fn sidecar(&self, notes: &mut Notes) -> Option<Sidecar> {
        if self.links == Links::LeftOut && Sidecar::path(&self.path).is_symlink() {
            return None;
        }
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
            "captureDurationMs": 12, "sourceFormat": "jemalloc", "original": "originals/x.heap",
            "source": "http://localhost:6060", "host": "h", "service": "web", "pid": 17, "processStartedAt": 5,
            "command": "/usr/bin/web -p 1", "buildId": "ab12", "later": {"field": [1]},
            "memory": {"residentBytes": 1, "proportionalBytes": 2, "swapBytes": 3, "anonymousBytes": 4, "fileBytes": 5,
                       "minorFaults": 15, "majorFaults": 16},
            "cgroup": {"path": "/web", "currentBytes": 6, "highBytes": 7, "maxBytes": null, "events": {"oom_kill": 8}},
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
        let Some(Ok(it)) = read(text) else {
            panic!("a sidecar");
        };
        let written = it.to_json().unwrap_or_default();
        assert!(matches!(read(&written), Some(Ok(again)) if again == it));
        let given: serde_json::Value = serde_json::from_slice(text).unwrap_or_default();
        let written: serde_json::Value = serde_json::from_slice(&written).unwrap_or_default();
        for (key, value) in given.as_object().into_iter().flatten() {
            match key.as_str() {
                "later" => assert!(written.get(key).is_none()),
                "cgroup" => assert!(written[key].get("maxBytes").is_none()),
                _ => assert_eq!(written.get(key), Some(value)),
            }
        }
        assert_eq!(Sidecar::default().to_json().unwrap_or_default(), b"{}\n");
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
