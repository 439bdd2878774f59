//! Why a profile could not be had.

use std::io;
use std::time::Duration;

use crate::load::LoadErrorKind;
use crate::units::{Bytes, Span};

/// Why a profile could not be had: from where, and what is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{source_name}: {kind}")]
pub struct CaptureError {
    /// Where it should have come from, without secrets; foreign text.
    pub source_name: String,
    /// What is wrong.
    pub kind: CaptureErrorKind,
}

/// What is wrong with a source. Each message says what to do where there is something to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureErrorKind {
    /// The URL makes no sense.
    #[error("{0}")]
    BadUrl(String),
    /// A file of certificates, headers or the like cannot be used.
    #[error("{what} {file}: {why}")]
    BadFile {
        /// What it is for.
        what: &'static str,
        /// Its path; foreign text.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody knows the host.
    #[error("no such host: check the name, or whether this machine can look names up")]
    NoSuchHost,
    /// Nobody listens, or the connection cannot be made for another reason.
    #[error("cannot connect ({0}): does the service run, and does it listen there?")]
    Connect(String),
    /// It took too long.
    #[error("nothing came for {0}, or it came too slowly: give it more time with --timeout")]
    TimedOut(WholeSpan),
    /// The connection is not safe.
    #[error("{0}: name the certificate of its authority with --cacert")]
    Tls(String),
    /// The server answers something else.
    #[error("answered {status}{said}{advice}")]
    Status {
        /// Number and words of the answer.
        status: String,
        /// The first line of what it said, with a separator, where it said something; foreign text.
        said: String,
        /// What to do.
        advice: &'static str,
    },
    /// The server sends us in circles, or nowhere.
    #[error("{0}")]
    Redirect(String),
    /// There is more than was allowed.
    #[error("is larger than {}: allow more with --max-size", Bytes(*.0))]
    TooLarge(u64),
    /// It broke off.
    #[error("broke off after {}: {detail}", Bytes(*.bytes))]
    BrokeOff {
        /// What had come.
        bytes: u64,
        /// Why, as far as the system says.
        detail: String,
    },
    /// What came is no heap profile, or only a part of one.
    #[error("{0}")]
    Content(#[source] LoadErrorKind),
    /// A profile that ends early.
    #[error(
        "the profile ends early ({0}): it was being written or was cut off, so it is not kept; try again"
    )]
    Partial(String),
    /// A file that cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// There is no such process.
    #[error("there is no such process")]
    NoProcess,
    /// The process may not be looked at.
    #[error("permission denied: run as root or as the user of the process")]
    Forbidden,
    /// The process has no inspector.
    #[error("{0}")]
    NoInspector(String),
    /// The inspector said something else than it should.
    #[error("its inspector {0}")]
    Inspector(String),
    /// The process ended while it was looked at.
    #[error(
        "the process ended, or closed its inspector, before the heap snapshot was complete ({0})"
    )]
    ProcessEnded(String),
    /// Dumps cannot be watched for.
    #[error("cannot be watched: {0}")]
    Watch(String),
    /// What came could not be written down. The trouble is at the destination.
    #[error("cannot be written down: {0}")]
    Destination(io::Error),
}

/// A limit of time, as people give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeSpan(pub Duration);

impl std::fmt::Display for WholeSpan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = i64::try_from(self.0.as_millis()).unwrap_or(i64::MAX);
        Span(ms).fmt(f)
    }
}

impl CaptureErrorKind {
    /// The stable short name of this kind.
    pub fn name(&self) -> &'static str {
        match self {
            CaptureErrorKind::BadUrl(_) => "bad-url",
            CaptureErrorKind::BadFile { .. } => "bad-file",
            CaptureErrorKind::NoSuchHost => "no-such-host",
            CaptureErrorKind::Connect(_) => "connect",
            CaptureErrorKind::TimedOut(_) => "timed-out",
            CaptureErrorKind::Tls(_) => "tls",
            CaptureErrorKind::Status { .. } => "status",
            CaptureErrorKind::Redirect(_) => "redirect",
            CaptureErrorKind::TooLarge(_) => "too-large",
            CaptureErrorKind::BrokeOff { .. } => "broke-off",
            CaptureErrorKind::Content(error) => error.name(),
            CaptureErrorKind::Partial(_) => "partial",
            CaptureErrorKind::Read(_) => "read",
            CaptureErrorKind::NoProcess => "no-process",
            CaptureErrorKind::Forbidden => "forbidden",
            CaptureErrorKind::NoInspector(_) => "no-inspector",
            CaptureErrorKind::Inspector(_) => "inspector",
            CaptureErrorKind::ProcessEnded(_) => "process-ended",
            CaptureErrorKind::Watch(_) => "watch",
            CaptureErrorKind::Destination(_) => "destination",
        }
    }

    /// Whether the command line is wrong, rather than the source.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            CaptureErrorKind::BadUrl(_) | CaptureErrorKind::BadFile { .. }
        )
    }

    /// Names the source.
    pub fn of(self, source_name: impl Into<String>) -> CaptureError {
        CaptureError {
            source_name: source_name.into(),
            kind: self,
        }
    }
}
