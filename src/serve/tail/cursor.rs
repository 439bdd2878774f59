//! What to do with a file, from what is known of it and what the file system says. No file is touched here.

use serde::{Deserialize, Serialize};

/// Bytes at the start of a file that tell it from others.
pub(super) const HEAD_BYTES: usize = 256;
/// Bytes before a place that tell whether the file still is what it was there.
pub(super) const BEFORE_BYTES: usize = 64;

/// Which file it is, whatever its name. The number of an inode is given again after its file was deleted: a [`Print`] tells the two apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Identity {
    pub(super) device: u64,
    pub(super) inode: u64,
}

/// A few bytes of a file, remembered by their number and FNV-1a hash. That hash is the same in every run and on every machine, as what
/// stands in a state file must be; it need not withstand an attacker, who could simply write events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Print {
    pub(super) bytes: u16,
    pub(super) hash: u64,
}

impl Print {
    /// Of at most the first [`HEAD_BYTES`].
    pub(super) fn of_start(bytes: &[u8]) -> Print {
        Print::of(bytes.get(..HEAD_BYTES).unwrap_or(bytes))
    }

    /// Of at most the last [`BEFORE_BYTES`].
    pub(super) fn of_end(bytes: &[u8]) -> Print {
        let from = bytes.len().saturating_sub(BEFORE_BYTES);
        Print::of(bytes.get(from..).unwrap_or_default())
    }

    fn of(bytes: &[u8]) -> Print {
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Print {
            // Both callers cut to far fewer.
            bytes: u16::try_from(bytes.len()).unwrap_or(u16::MAX),
            hash,
        }
    }

    fn starts(self, bytes: &[u8]) -> bool {
        let start = bytes.get(..usize::from(self.bytes));
        self.bytes == 0 || start.is_some_and(|start| Print::of(start) == self)
    }

    fn ends(self, bytes: &[u8]) -> bool {
        let from = bytes.len().checked_sub(usize::from(self.bytes));
        let end = from.and_then(|from| bytes.get(from..));
        self.bytes == 0 || end.is_some_and(|end| Print::of(end) == self)
    }
}

/// How far a file has been read, and how to know it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    /// Where the first line begins that was not delivered.
    pub(super) offset: u64,
    /// The first bytes; grows with the file up to [`HEAD_BYTES`].
    pub(super) head: Print,
    /// The bytes before the offset; empty where they are not known.
    pub(super) before: Print,
}

/// What there is of a file now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// Its length.
    pub(super) size: u64,
    /// Its first bytes, [`HEAD_BYTES`] or all.
    pub(super) head: &'a [u8],
    /// The bytes before the place where reading goes on, as many as [`BEFORE_BYTES`] where there are.
    pub(super) before: &'a [u8],
}

/// What to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is what it was, with nothing after the place.
    Wait,
    /// It is what it was, and longer.
    ReadOn,
    /// It was cut, or is another one: what was read of it says nothing about what is in it now.
    StartAgain,
}

/// Whether a file is still the one that was read up to `at`, the bytes before which were `before`.
pub(super) fn decide(head: Print, at: u64, before: Print, seen: &Seen<'_>) -> Decision {
    if seen.size < at || !head.starts(seen.head) || !before.ends(seen.before) {
        Decision::StartAgain
    } else if seen.size == at {
        Decision::Wait
    } else {
        Decision::ReadOn
    }
}

/// What happened to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameChange {
    /// It names the file that it named, or still none.
    Same,
    /// It names a file, and named none.
    Appeared,
    /// It names another file: the old one is finished first.
    Replaced,
    /// It names none any more.
    Gone,
}

/// What happened to a name that led to `known` and leads to `seen`.
pub(super) fn under_name(known: Option<Identity>, seen: Option<Identity>) -> NameChange {
    match (known, seen) {
        (None, None) => NameChange::Same,
        (None, Some(_)) => NameChange::Appeared,
        (Some(_), None) => NameChange::Gone,
        (Some(known), Some(seen)) if known == seen => NameChange::Same,
        (Some(_), Some(_)) => NameChange::Replaced,
    }
}
