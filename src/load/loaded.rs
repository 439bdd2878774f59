//! A profile with what is known of the file it came from.

use std::path::PathBuf;

use crate::model::Profile;

/// A profile and what is known of its file.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The profile, with names.
    pub profile: Profile,
    /// The name to show; foreign text.
    pub name: String,
    /// The path, where it has one.
    pub path: Option<PathBuf>,
    /// Size as it lies in the file, compressed.
    pub size_bytes: u64,
    /// When the file was last changed, in milliseconds since 1970, where it is a file.
    pub modified_ms: Option<i64>,
    /// The content in short.
    pub fingerprint: Fingerprint,
}

/// The content of a file in short: equal for equal content, and for other content once in four billion cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    pub(super) bytes: u64,
    pub(super) crc32: u32,
}

impl Fingerprint {
    /// The fingerprint of a file with this content, as it lies there, compressed.
    pub fn of(content: &[u8]) -> Fingerprint {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        Fingerprint {
            bytes: content.len() as u64,
            crc32: crc.sum(),
        }
    }
}
