//! Why a question about a target has no answer.

use thiserror::Error;

/// Why a question about a target has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TargetError {
    /// There is no target of that name.
    #[error("no target has this name: /api/memory/targets lists all")]
    NoSuchTarget,
    /// The target has no snapshot of that name.
    #[error("the target has no snapshot {0:?} that could be read: /api/memory/trend lists all")]
    NoSuchSnapshot(String),
    /// There is nothing to compare.
    #[error("at least two snapshots are needed, and there {}", are(*.0))]
    TooFew(usize),
    /// The two cannot be compared.
    #[error("{0}")]
    CannotCompare(String),
    /// Too many ask.
    #[error("too many questions about this target wait for an answer")]
    Busy,
    /// The server ends.
    #[error("the server is about to end")]
    Stopping,
    /// A fault.
    #[error("the analysis broke: this is a fault of fabric; its log says more")]
    Broken,
}

fn are(count: usize) -> String {
    match count {
        0 => "are none".to_owned(),
        1 => "is 1".to_owned(),
        count => format!("are {count}"),
    }
}
