//! What the guard is told.

use super::Secret;

/// What the guard is told.
#[derive(Debug, Clone, Default)]
pub struct GuardOptions {
    /// Whoever posts must have it. Without one everybody may post: only for loopback addresses.
    pub token: Option<Secret>,
    /// Whether reading needs the token too, over HTTP and WebSocket.
    pub auth_reads: bool,
    /// Names under which this machine is reached besides `localhost` and its addresses, without port.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may open a WebSocket and post, as `https://name` or `https://name:port`.
    pub allowed_origins: Vec<String>,
}
