//! What HTTP counts.

use crate::serve::bounds::{BoundReport, HTTP_CONNECTIONS, HTTP_REFUSALS, Usage};
use crate::serve::{Count, Gauge};

/// What HTTP counts since start.
#[derive(Debug, Default)]
pub struct HttpGauges {
    /// Connections that are open.
    pub connections: Gauge,
    /// Connections that were accepted.
    pub accepted: Count,
    /// Connections that were refused because there were too many.
    pub refused: Count,
    /// Refusals that are being written.
    pub refusals: Gauge,
    /// Connections that were closed without an answer because too many were being refused.
    pub dropped: Count,
    /// Times that a connection could not be accepted.
    pub accept_errors: Count,
    /// Connections that ended with an error: a head that is none, a reset, a client that does not read.
    pub broken: Count,
    /// Answers by the first digit of their status: 1xx to 5xx.
    pub answers: [Count; 5],
    /// Requests that were refused for their Host, Origin, or a token in their address.
    pub misdirected: Count,
    /// Requests without a token where one is needed, or with a wrong one.
    pub unauthorized: Count,
    /// Requests that were refused because too many wrong tokens came from their address.
    pub rate_limited: Count,
    /// Requests that were not answered in time.
    pub timeouts: Count,
    /// Handlers that panicked: a fault of fabric.
    pub panics: Count,
}

impl HttpGauges {
    /// The bounds of the listener.
    pub fn bounds(&self) -> Vec<BoundReport> {
        let usage = |level: &Gauge, evictions: &Count| Usage {
            length: level.get(),
            evictions: evictions.get(),
            high_water_length: level.highest(),
            ..Usage::default()
        };
        vec![
            BoundReport {
                bound: HTTP_CONNECTIONS,
                usage: usage(&self.connections, &self.refused),
            },
            BoundReport {
                bound: HTTP_REFUSALS,
                usage: usage(&self.refusals, &self.dropped),
            },
        ]
    }
}
