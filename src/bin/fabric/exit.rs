//! The exit codes of fabric. They are a contract with scripts and CI jobs.

use fabric::load::LoadError;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 0: done.
    Done,
    /// 1: done, and the condition of `--fail-on` holds.
    ConditionHolds,
    /// 6: done, a condition was asked for, and the data cannot tell whether it holds.
    Inconclusive,
}

impl Outcome {
    pub(crate) fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::ConditionHolds => 1,
            Outcome::Inconclusive => 6,
        }
    }
}

/// Why a run could not be carried through.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: FailureKind,
    error: anyhow::Error,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FailureKind {
    /// 2: the command line makes no sense. clap uses the same code for what it finds out itself.
    Usage,
    /// 3: an input could not be read.
    Input,
    /// 4: an output could not be written.
    Output,
    /// 5: the server could not start, or a part of it ended.
    Start,
}

impl Failure {
    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Failure {
        Failure {
            kind: FailureKind::Usage,
            error: error.into(),
        }
    }

    pub(crate) fn input(error: impl Into<anyhow::Error>) -> Failure {
        Failure {
            kind: FailureKind::Input,
            error: error.into(),
        }
    }

    /// An input could not be loaded; or what was named is none, which is a slip of whoever named it.
    pub(crate) fn loading(error: LoadError) -> Failure {
        if error.kind.is_usage() {
            Failure::usage(error)
        } else {
            Failure::input(error)
        }
    }

    pub(crate) fn output(error: impl Into<anyhow::Error>) -> Failure {
        Failure {
            kind: FailureKind::Output,
            error: error.into(),
        }
    }

    pub(crate) fn start(error: impl Into<anyhow::Error>) -> Failure {
        Failure {
            kind: FailureKind::Start,
            error: error.into(),
        }
    }

    pub(crate) fn code(&self) -> u8 {
        match self.kind {
            FailureKind::Usage => 2,
            FailureKind::Input => 3,
            FailureKind::Output => 4,
            FailureKind::Start => 5,
        }
    }

    /// Whether the reader of our output went away, as `fabric show x | head` does.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.kind == FailureKind::Output
            && self.error.chain().any(|cause| {
                cause
                    .downcast_ref::<std::io::Error>()
                    .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
            })
    }

    /// What went wrong in one line: each cause after the one it explains, once, and with foreign text made safe.
    pub(crate) fn message(&self) -> String {
        let mut message = String::new();
        for cause in self.error.chain() {
            let text = cause.to_string();
            // Some errors print their cause as part of themselves.
            if message.ends_with(&text) {
                continue;
            }
            if !message.is_empty() {
                message.push_str(": ");
            }
            message.push_str(&text);
        }
        fabric::escape::terminal(&message).into_owned()
    }
}
