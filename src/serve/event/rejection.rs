//! Why a line is no event.

use serde::Serialize;

/// Why a line is no event. The names are part of the JSON contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectReason {
    /// It is longer than a line may be.
    TooLong,
    /// It is not UTF-8.
    NotUtf8,
    /// It is not JSON.
    NotJson,
    /// It is JSON, but no object.
    NotAnObject,
    /// It has not the fields of any shape.
    UnknownShape,
    /// Its level is none of the four.
    BadLevel,
    /// Its time cannot be read, or is out of range.
    BadTime,
    /// Its worker is neither a name nor an object with one.
    BadWorker,
    /// Its schema version is one that is not known.
    SchemaVersion,
}

/// A line that is no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub reason: RejectReason,
    /// The file it stands in.
    pub file: String,
    /// Where the line begins in the file, in bytes.
    pub offset: u64,
    /// The beginning of the line, made valid UTF-8; foreign text.
    pub example: String,
}
