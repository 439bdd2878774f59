//! Why bytes are not a profile: what is wrong, and where.

use std::fmt;

use crate::model::ModelError;

/// Why bytes could not be read as a profile.
#[derive(Debug, thiserror::Error)]
#[error("{kind}{place}")]
pub struct ReadError {
    /// What is wrong.
    #[source]
    pub kind: ReadErrorKind,
    /// Where.
    pub place: Place,
}

/// Where in the unwrapped input something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At no single place.
    Nowhere,
    /// In this line, from 1.
    Line(u64),
    /// At this byte, from 0.
    Offset(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Nowhere => Ok(()),
            Place::Line(line) => write!(f, " (line {line})"),
            Place::Offset(offset) => write!(f, " (byte {offset})"),
        }
    }
}

/// What is wrong with an input. Each message says what to do where there is something to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// There are no bytes.
    #[error(
        "the input is empty: the program that should have written it may have failed or not finished"
    )]
    Empty,
    /// No reader knows the content.
    #[error(
        "not a heap profile fabric knows (it begins with {beginning}): fabric reads pprof, jemalloc heap_v2 text, gperftools and Go debug=1 text, V8 heap snapshots and profiles, and folded stacks"
    )]
    Unrecognized {
        /// The first bytes, made printable.
        beginning: String,
    },
    /// The bytes end inside something.
    #[error("the file ends inside {inside}: it was cut off, fetch or copy it again")]
    Truncated {
        /// What the end falls into.
        inside: String,
    },
    /// Something is not as the format says.
    #[error("malformed {format}: {what}")]
    Malformed {
        /// The format it was taken for.
        format: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A profile, but not of memory.
    #[error(
        "this is a {kind} profile ({types}), not a heap profile: take one from the heap endpoint, like /debug/pprof/heap"
    )]
    NotHeap {
        /// What kind of profile it is, like `CPU`.
        kind: &'static str,
        /// Its value types, as text.
        types: String,
    },
    /// A value is negative: the file is the difference of two profiles.
    #[error(
        "it has negative values, so it is already a difference of two profiles: give fabric the two profiles themselves"
    )]
    NegativeValue,
    /// A known format that another command or version reads.
    #[error("this is {what}, which fabric cannot read: {advice}")]
    Unsupported {
        /// What it is.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A limit that protects memory.
    #[error("{what} is larger than the {} fabric takes", crate::units::Bytes(*limit))]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
    /// What was read breaks a promise of the model.
    #[error("unusable profile: {0}")]
    Model(#[from] ModelError),
    /// The bytes could not be had.
    #[error("reading failed: {0}")]
    Io(#[from] std::io::Error),
}

impl ReadErrorKind {
    /// The stable short name of this kind.
    pub fn name(&self) -> &'static str {
        match self {
            ReadErrorKind::Empty => "empty",
            ReadErrorKind::Unrecognized { .. } => "unrecognized",
            ReadErrorKind::Truncated { .. } => "truncated",
            ReadErrorKind::Malformed { .. } => "malformed",
            ReadErrorKind::NotHeap { .. } => "not-heap",
            ReadErrorKind::NegativeValue => "negative-value",
            ReadErrorKind::Unsupported { .. } => "unsupported",
            ReadErrorKind::TooLarge { .. } => "too-large",
            ReadErrorKind::Model(_) => "model",
            ReadErrorKind::Io(_) => "io",
        }
    }

    /// As an error at no single place.
    pub fn nowhere(self) -> ReadError {
        ReadError {
            kind: self,
            place: Place::Nowhere,
        }
    }

    /// As an error in a line, from 1.
    pub fn at_line(self, line: u64) -> ReadError {
        ReadError {
            kind: self,
            place: Place::Line(line),
        }
    }

    /// As an error at a byte, from 0.
    pub fn at_offset(self, offset: u64) -> ReadError {
        ReadError {
            kind: self,
            place: Place::Offset(offset),
        }
    }
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> ReadError {
        // Decompressors report a cut input as an unexpected end, and a broken one as invalid data.
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => ReadErrorKind::Truncated {
                inside: "its compressed data".to_owned(),
            }
            .nowhere(),
            _ => ReadErrorKind::Io(error).nowhere(),
        }
    }
}

impl From<ModelError> for ReadError {
    fn from(error: ModelError) -> ReadError {
        ReadErrorKind::Model(error).nowhere()
    }
}
