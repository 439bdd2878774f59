//! What systemd gives and is told: sockets that are open already, readiness, progress, and the watchdog.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::anyhow;
use listenfd::ListenFd;
use sd_notify::NotifyState;

use crate::exit::Failure;

/// The sockets that systemd opened for this unit, else new ones.
pub(super) fn listeners(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, Failure> {
    let given = given()?;
    if !given.is_empty() {
        return Ok(given);
    }
    addresses
        .iter()
        .map(|address| {
            TcpListener::bind(address)
                .map_err(|error| Failure::start(anyhow!("cannot listen on {address}: {error}")))
        })
        .collect()
}

/// The sockets that systemd opened for this unit. They are given once.
pub(super) fn given() -> Result<Vec<TcpListener>, Failure> {
    let mut given = ListenFd::from_env();
    let mut listeners = Vec::new();
    for index in 0..given.len() {
        let listener = given.take_tcp_listener(index).map_err(|error| {
            Failure::start(anyhow!(
                "socket {index} that systemd gave is no TCP listener: {error}"
            ))
        })?;
        listeners.extend(listener);
    }
    Ok(listeners)
}

/// How long systemd waits for a sign of life, where its watchdog is on for this process.
pub(super) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().filter(|patience| !patience.is_zero())
}

pub(super) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

pub(super) fn alive(status: &str) {
    tell(&[NotifyState::Watchdog, NotifyState::Status(status)]);
}

pub(super) fn status(status: &str) {
    tell(&[NotifyState::Status(status)]);
}

pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Where there is no systemd nobody is told; where it cannot be told, it will notice by itself.
fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
