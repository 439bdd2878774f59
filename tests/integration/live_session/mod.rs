//! WebSocket clients against a real server: joining, limits, broken frames, storms.

/// Clients that send what they should not.
mod broken_clients;
/// Many clients at once.
mod crowds;
/// Clients that behave, written by others.
mod libraries;
/// The server, with a hub that publishes what a test says.
mod server;
/// Clients that stop reading and begin again.
mod slow_clients;
