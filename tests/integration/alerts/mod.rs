//! Alerts of a running server: from snapshots in a folder to whoever is on call, and what Prometheus and Grafana are given.

/// The dashboard can be loaded, and its questions have answers.
mod grafana;
/// The rules are right, and their metrics are there.
mod prometheus;
/// Snapshots of services that leak and that do not.
mod snapshots;
/// A leak reaches everybody who is to know, once.
mod told;
/// What could not be told before a stop is told after it.
mod undelivered;
