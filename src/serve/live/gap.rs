//! What a client did not get.

use serde::Serialize;

use super::opening::Opening;
use super::subscription::Resume;

/// Events that a client did not get and will not get; a new picture follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Gap {
    pub(super) from: u64,
    pub(super) to: u64,
    /// How many, its filter aside; `None` where that cannot be known.
    pub(super) dropped: Option<u64>,
    pub(super) reason: Reason,
}

/// Why it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reason {
    /// It read too slowly.
    Lagged,
    /// It was away for too long.
    NotKept,
    /// It was here in another lifetime of the process, whose numbers mean nothing now.
    OtherEpoch,
    /// It says it has had what does not exist yet.
    Ahead,
}

impl Gap {
    /// The gap of a client that cannot go on where it says it stopped.
    pub(super) fn for_resume(resume: Resume, opening: &Opening) -> Gap {
        let (reason, from, dropped) = if resume.epoch != opening.epoch {
            (Reason::OtherEpoch, 1, None)
        } else if resume.seq > opening.seq {
            (Reason::Ahead, opening.seq, Some(0))
        } else {
            let missed = opening.seq - resume.seq;
            (Reason::NotKept, resume.seq + 1, Some(missed))
        };
        Gap {
            from,
            to: opening.seq,
            dropped,
            reason,
        }
    }

    pub(super) fn message(&self, epoch: u64) -> String {
        serde_json::json!({ "type": "gap", "epoch": epoch, "data": self }).to_string()
    }
}
