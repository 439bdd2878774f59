//! Why an input could not be loaded.

use std::io;

use super::unwrap::UnwrapError;
use crate::formats::{ReadError, ReadErrorKind};

/// Why an input could not be loaded: which one, and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{input}: {kind}")]
pub struct LoadError {
    /// The input, as [`Source::name`](super::Source::name) has it; foreign text.
    pub input: String,
    /// What is wrong.
    pub kind: LoadErrorKind,
}

/// What is wrong with an input. Each message says what to do where there is something to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// There is no such file.
    #[error("no such file or folder")]
    NotFound,
    /// A directory where a file belongs.
    #[error("is a directory: name a profile in it, or judge all of them with `fabric trend`")]
    IsDirectory,
    /// The file may not be read.
    #[error(
        "permission denied: profiles of services often belong to root or to the service's user"
    )]
    PermissionDenied,
    /// The file cannot be opened for another reason.
    #[error("cannot be opened: {0}")]
    Open(#[source] io::Error),
    /// Both inputs are standard input, which can be read only once.
    #[error("given twice: standard input can be only one of the two profiles")]
    StdinTwice,
    /// Standard input among the files of a series.
    #[error("standard input cannot be one of a series: name files or a folder")]
    StdinInSeries,
    /// A folder without files that could be profiles.
    #[error("holds no files: name the folder that the profiles are written to")]
    EmptyFolder,
    /// A folder whose files are all one level below.
    #[error(
        "holds no files itself, but {count} of its folders do (first: {first}): name one of them"
    )]
    OnlySubfolders {
        /// How many of its folders hold files.
        count: u64,
        /// The first of them by name; foreign text.
        first: String,
    },
    /// A profile of stacks where a heap with its objects belongs.
    #[error(
        "is a {format} profile, which knows no single objects: take a heap snapshot, as `v8.writeHeapSnapshot()` writes it"
    )]
    NoObjects {
        /// The format it is in.
        format: &'static str,
    },
    /// The compression around the profile is not right.
    #[error("{0}")]
    Unwrap(#[source] UnwrapError),
    /// The bytes are not a profile.
    #[error("{0}")]
    Read(#[source] ReadError),
}

impl LoadErrorKind {
    /// The stable short name of this kind.
    pub fn name(&self) -> &'static str {
        match self {
            LoadErrorKind::NotFound => "not-found",
            LoadErrorKind::IsDirectory => "is-directory",
            LoadErrorKind::PermissionDenied => "permission-denied",
            LoadErrorKind::Open(_) => "open",
            LoadErrorKind::StdinTwice => "stdin-twice",
            LoadErrorKind::StdinInSeries => "stdin-in-series",
            LoadErrorKind::EmptyFolder => "empty-folder",
            LoadErrorKind::OnlySubfolders { .. } => "only-subfolders",
            LoadErrorKind::NoObjects { .. } => "no-objects",
            LoadErrorKind::Unwrap(error) => error.name(),
            LoadErrorKind::Read(error) => error.kind.name(),
        }
    }

    /// Whether the command line is wrong, rather than an input.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            LoadErrorKind::StdinTwice | LoadErrorKind::StdinInSeries
        )
    }

    /// Whether the file is something else than a heap profile, rather than a damaged one.
    pub fn is_foreign(&self) -> bool {
        match self {
            LoadErrorKind::Read(error) => matches!(
                error.kind,
                ReadErrorKind::Unrecognized { .. }
                    | ReadErrorKind::NotHeap { .. }
                    | ReadErrorKind::Unsupported { .. }
            ),
            _ => false,
        }
    }

    /// What stands behind the name of a file that is left out of a series. That fabric does not know its content is said once for all.
    pub(super) fn in_series(&self) -> String {
        match self {
            LoadErrorKind::Read(ReadError {
                kind: ReadErrorKind::Unrecognized { beginning },
                ..
            }) => format!("begins with {beginning}"),
            kind => kind.to_string(),
        }
    }

    pub(crate) fn from_open(error: io::Error) -> LoadErrorKind {
        match error.kind() {
            io::ErrorKind::NotFound => LoadErrorKind::NotFound,
            io::ErrorKind::PermissionDenied => LoadErrorKind::PermissionDenied,
            io::ErrorKind::IsADirectory => LoadErrorKind::IsDirectory,
            _ => LoadErrorKind::Open(error),
        }
    }

    /// Readers see what is wrong with the compression as a failed read; here it gets its own name back.
    pub(crate) fn from_read(error: ReadError) -> LoadErrorKind {
        if let ReadErrorKind::Io(error) = &error.kind
            && let Some(unwrap) = UnwrapError::inside(error)
        {
            return LoadErrorKind::Unwrap(unwrap);
        }
        LoadErrorKind::Read(error)
    }
}
