//! What an event says about the worker it comes from.

use super::view::WorkerStatus;
use crate::serve::event::{Level, LogEvent};

/// What an event says about the worker it comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Effect {
    /// What it does now.
    pub(super) status: Option<WorkerStatus>,
    /// It completed a task.
    pub(super) completed: bool,
    /// It gave a task back with success.
    pub(super) released: bool,
    /// It works on no file any more.
    pub(super) clears_files: bool,
    /// It has no task any more.
    pub(super) clears_bead: bool,
    /// It has claimed the task of the event.
    pub(super) claims: bool,
}

impl Effect {
    pub(super) fn of(event: &LogEvent) -> Effect {
        let mut effect = match event.message() {
            "worker.started" | "bead.claimed" | "bead.agent_started" | "execution.started" => {
                Effect::becomes(WorkerStatus::Active)
            }
            "worker.idle" | "worker.stopped" | "worker.draining" => {
                Effect::becomes(WorkerStatus::Idle)
            }
            "bead.completed" => Effect {
                completed: event.bead().is_some(),
                clears_files: true,
                clears_bead: true,
                ..Effect::becomes(WorkerStatus::Idle)
            },
            "bead.released" if event.reason() == Some("release_success") => Effect {
                released: true,
                clears_files: true,
                clears_bead: true,
                ..Effect::becomes(WorkerStatus::Idle)
            },
            "bead.released" => Effect {
                clears_bead: true,
                ..Effect::default()
            },
            "bead.claim.succeeded" => Effect {
                claims: true,
                ..Effect::default()
            },
            "worker.state_transition" => Effect {
                status: event.transition().and_then(|(_, to)| status_of(to)),
                ..Effect::default()
            },
            _ => Effect::default(),
        };
        if event.level() == Level::Error {
            effect.status = Some(WorkerStatus::Error);
        }
        effect
    }

    fn becomes(status: WorkerStatus) -> Effect {
        Effect {
            status: Some(status),
            ..Effect::default()
        }
    }
}

/// What a worker does in the state it says it is in; nothing is concluded from one that is not known.
fn status_of(state: &str) -> Option<WorkerStatus> {
    match state {
        "BOOTING" | "SELECTING" | "CLAIMING" | "WORKING" | "BUILDING" | "DISPATCHING"
        | "EXECUTING" | "HANDLING" | "LOGGING" | "CLOSING" => Some(WorkerStatus::Active),
        "EXHAUSTED_IDLE" | "STOPPED" => Some(WorkerStatus::Idle),
        _ => None,
    }
}
