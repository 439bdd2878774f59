//! What the WebSocket room counts, as the metrics want it.

use std::sync::Arc;

use super::bounds::BoundReport;
use super::http::{LiveGauges, LiveNumber};
use super::live::Live;

/// The two rooms do not know each other: this stands between them.
pub(super) struct GaugesOfLive(pub(super) Arc<Live>);

impl LiveGauges for GaugesOfLive {
    fn clients(&self) -> u64 {
        self.0.clients()
    }

    fn numbers(&self) -> Vec<LiveNumber> {
        let counts = self.0.counts();
        let rises = |name, help, value| LiveNumber {
            name,
            help,
            rises: true,
            value,
        };
        vec![
            rises(
                "websocket_connected",
                "WebSocket clients that were let in",
                counts.connected,
            ),
            rises(
                "websocket_refused_full",
                "WebSocket clients refused because there were too many",
                counts.refused_full,
            ),
            rises(
                "websocket_refused_rate",
                "WebSocket clients refused because their address came too often",
                counts.refused_rate,
            ),
            rises(
                "websocket_slow",
                "WebSocket clients closed because they did not read",
                counts.ended.get("slowClient").copied().unwrap_or(0),
            ),
            rises(
                "websocket_gaps",
                "Gaps that WebSocket clients were told of",
                counts.gaps,
            ),
            rises(
                "websocket_gap_events",
                "Events in those gaps",
                counts.gap_events,
            ),
            rises(
                "websocket_sent_bytes",
                "Bytes sent to WebSocket clients",
                counts.sent_bytes,
            ),
        ]
    }

    fn bounds(&self) -> Vec<BoundReport> {
        self.0.bounds()
    }
}
