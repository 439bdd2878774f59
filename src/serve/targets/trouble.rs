//! Why there is no newer snapshot of a target.

use crate::capture::CaptureErrorKind;
use crate::formats::ReadErrorKind;
use crate::keep::KeepError;
use crate::load::LoadErrorKind;
use crate::units::Bytes;

/// Why there is no newer snapshot of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::serve) struct Trouble {
    /// A stable short name for the kind of reason.
    pub(in crate::serve) kind: &'static str,
    /// The reason in words, without secrets and without what a service answered; foreign text.
    pub(in crate::serve) words: String,
}

/// More of a reason is not told.
const WORDS_CHARS: usize = 300;

impl Trouble {
    pub(in crate::serve) fn new(kind: &'static str, words: &str) -> Trouble {
        Trouble {
            kind,
            words: words.chars().take(WORDS_CHARS).collect(),
        }
    }

    /// Why what came was not kept, in the words of the server: it has other flags than the command, and tells everybody who may read. So what a
    /// service answered is not quoted: it may be anything.
    pub(super) fn of(error: &KeepError) -> Trouble {
        let words = match error {
            KeepError::Source(error) => {
                format!("{}: {}", error.source_name, of_capture(&error.kind))
            }
            KeepError::Folder(error) => error.to_string(),
        };
        Trouble::new(error.name(), &words)
    }
}

fn of_capture(kind: &CaptureErrorKind) -> String {
    match kind {
        CaptureErrorKind::TimedOut(limit) => {
            format!("nothing came for {limit}, or it came too slowly")
        }
        CaptureErrorKind::TooLarge(limit) => {
            format!("is larger than {}: a server takes no more", Bytes(*limit))
        }
        CaptureErrorKind::Tls(why) => {
            format!("{why}: this machine has to trust the authority of its certificate")
        }
        CaptureErrorKind::Status { status, advice, .. } => match status.starts_with("401") {
            true => format!("answered {status}: give its token with --watch-token-file"),
            false => format!("answered {status}{advice}"),
        },
        CaptureErrorKind::Partial(_) => {
            "the profile ends early: it was being written or was cut off, so it is not kept"
                .to_owned()
        }
        CaptureErrorKind::Content(kind) => of_content(kind),
        kind => kind.to_string(),
    }
}

fn of_content(kind: &LoadErrorKind) -> String {
    let LoadErrorKind::Read(error) = kind else {
        return kind.to_string();
    };
    match &error.kind {
        ReadErrorKind::Unrecognized { .. } => {
            "what it answers is no heap profile that fabric knows".to_owned()
        }
        ReadErrorKind::Truncated { .. } => "the profile ends early: it was cut off".to_owned(),
        ReadErrorKind::Malformed { format, .. } => format!("malformed {format}"),
        ReadErrorKind::NotHeap { kind, .. } => format!(
            "this is a {kind} profile, not a heap profile: name the heap endpoint, like /debug/pprof/heap"
        ),
        ReadErrorKind::Model(_) => "unusable profile".to_owned(),
        // Neither of these quotes anything.
        kind => kind.to_string(),
    }
}
