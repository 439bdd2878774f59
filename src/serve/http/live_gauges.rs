//! What this room asks of the WebSocket room, which it does not know.

use crate::serve::bounds::BoundReport;

/// One number of the WebSocket room, for `GET /api/metrics`.
#[derive(Debug, Clone, Copy)]
pub struct LiveNumber {
    /// Name without prefix and without `_total`, in snake_case.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// Whether it only rises.
    pub rises: bool,
    /// Now.
    pub value: u64,
}

/// What the WebSocket room says of itself.
pub trait LiveGauges: Send + Sync {
    /// Clients that are connected.
    fn clients(&self) -> u64;
    /// Everything that it counts besides.
    fn numbers(&self) -> Vec<LiveNumber>;
    /// Its bounds.
    fn bounds(&self) -> Vec<BoundReport>;
}
