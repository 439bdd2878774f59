//! Why a session ends, and what the client is told.

use std::io;

use serde::Serialize;
use tungstenite::Error;
use tungstenite::error::ProtocolError;

/// Why a session ends. The names are part of the JSON contract and of the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// The client said goodbye.
    ClientClosed,
    /// The connection broke, or the client went without a goodbye.
    ConnectionLost,
    /// More waited for it than may, or it took too long to read its first message.
    SlowClient,
    /// It gave no sign of life.
    Idle,
    /// It sent a message that is too large.
    MessageTooLarge,
    /// It sent messages too often.
    TooManyMessages,
    /// It sent what is no WebSocket frame, or frames that do not belong together.
    ProtocolError,
    /// It sent a text that is not UTF-8.
    NotUtf8,
    /// This process stops.
    Shutdown,
}

impl Ending {
    /// All of them, in the order of their counters.
    pub const ALL: [Ending; 9] = [
        Ending::ClientClosed,
        Ending::ConnectionLost,
        Ending::SlowClient,
        Ending::Idle,
        Ending::MessageTooLarge,
        Ending::TooManyMessages,
        Ending::ProtocolError,
        Ending::NotUtf8,
        Ending::Shutdown,
    ];

    /// The code and the reason the client is told (RFC 6455, section 7.4.1, and the registry of codes: 1013 is "try again later"); `None`
    /// where it spoke first or cannot be told.
    pub fn close_code(self) -> Option<(u16, &'static str)> {
        match self {
            Ending::ClientClosed | Ending::ConnectionLost => None,
            Ending::SlowClient => Some((1013, "too much is waiting: read faster, or filter")),
            Ending::Idle => Some((1001, "no sign of life")),
            Ending::MessageTooLarge => Some((1009, "a message is at most 16 KiB")),
            Ending::TooManyMessages => Some((1008, "too many messages")),
            Ending::ProtocolError => Some((1002, "not a WebSocket frame")),
            Ending::NotUtf8 => Some((1007, "a text is not UTF-8")),
            Ending::Shutdown => Some((1001, "the server stops")),
        }
    }

    /// What an error of a connection means for its session.
    pub(super) fn of_error(error: &Error) -> Ending {
        match error {
            Error::Capacity(_) => Ending::MessageTooLarge,
            Error::Utf8(_) => Ending::NotUtf8,
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
            | Error::Io(_)
            | Error::ConnectionClosed
            | Error::AlreadyClosed => Ending::ConnectionLost,
            _ => Ending::ProtocolError,
        }
    }

    /// What it means for a session that nothing more can be written.
    pub(super) fn of_write_error(error: &io::Error) -> Ending {
        if is_stall(error) {
            Ending::SlowClient
        } else {
            Ending::ConnectionLost
        }
    }

    /// Its name in JSON and in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Ending::ClientClosed => "clientClosed",
            Ending::ConnectionLost => "connectionLost",
            Ending::SlowClient => "slowClient",
            Ending::Idle => "idle",
            Ending::MessageTooLarge => "messageTooLarge",
            Ending::TooManyMessages => "tooManyMessages",
            Ending::ProtocolError => "protocolError",
            Ending::NotUtf8 => "notUtf8",
            Ending::Shutdown => "shutdown",
        }
    }
}

/// Whether writing failed because the client has taken nothing for too long in the eyes of what carries the connection, which is whole
/// otherwise. The system's own error of this kind, which has a number, means that the other side cannot be reached.
pub(super) fn is_stall(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::TimedOut && error.raw_os_error().is_none()
}
