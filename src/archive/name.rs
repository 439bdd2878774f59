//! The names of snapshots: `heap-<epoch ms>-<trigger>.<extension>` and nothing else.

use std::fmt;

use crate::load::series::Trigger;

/// What a snapshot is, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extension {
    /// A gzipped profile.proto.
    Pprof,
    /// A heap snapshot of V8.
    HeapSnapshot,
}

impl Extension {
    /// What stands behind the first dot.
    pub fn name(self) -> &'static str {
        match self {
            Extension::Pprof => "pb.gz",
            Extension::HeapSnapshot => "heapsnapshot",
        }
    }
}

/// The name of a snapshot, without folders. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SnapshotName {
    /// When it was taken, in milliseconds since 1970.
    pub time_ms: i64,
    /// Why it was taken.
    pub trigger: Trigger,
    /// What it is.
    pub extension: Extension,
}

impl SnapshotName {
    /// Reads a name; `None` where it is not exactly one that is written here. The snapshots of the system before fabric have such names.
    pub fn parse(name: &str) -> Option<SnapshotName> {
        let (time, rest) = name.strip_prefix("heap-")?.split_once('-')?;
        let (word, ending) = rest.split_once('.')?;
        let found = SnapshotName {
            time_ms: time.parse().ok()?,
            trigger: Trigger::from_name(word)?,
            extension: [Extension::Pprof, Extension::HeapSnapshot]
                .into_iter()
                .find(|it| it.name() == ending)?,
        };
        // Signs and leading zeros read as numbers too.
        (found.time_ms >= 0 && found.to_string() == name).then_some(found)
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trigger, extension) = (self.trigger.name(), self.extension.name());
        write!(f, "heap-{}-{trigger}.{extension}", self.time_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::series::FileName;

    #[test]
    fn what_is_written_is_read_here_and_by_trend() {
        for trigger in Trigger::ALL {
            for extension in [Extension::Pprof, Extension::HeapSnapshot] {
                let name = SnapshotName {
                    time_ms: 1_795_515_300_000,
                    trigger,
                    extension,
                };
                assert_eq!(SnapshotName::parse(&name.to_string()), Some(name));
                let told = FileName::parse(&name.to_string());
                assert_eq!(told.time_ms, Some(name.time_ms));
                assert_eq!(told.trigger, Some(trigger));
            }
        }
    }

    #[test]
    fn nothing_else_is_a_name() {
        for name in [
            "heap-1-manual.pb",
            "heap-1-manual.pb.gz.json",
            "heap-1-manual.pb.gz~",
            "heap-1-later.pb.gz",
            "heap-1-../x.pb.gz",
            "heap--1-manual.pb.gz",
            "heap-+1-manual.pb.gz",
            "heap-01-manual.pb.gz",
            "heap-99999999999999999999-manual.pb.gz",
            "Heap-1-manual.pb.gz",
            "x/heap-1-manual.pb.gz",
            "heap-1-manual.heapsnapshot.gz",
            "",
        ] {
            assert_eq!(SnapshotName::parse(name), None, "{name}");
        }
    }
}
