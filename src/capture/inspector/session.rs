//! One conversation with an inspector.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tungstenite::{Error, Message, WebSocket};

use super::target::Inspector;
use crate::capture::capture_error::{CaptureErrorKind, WholeSpan};

/// What to take, and how.
#[derive(Debug, Clone, Copy)]
pub struct HeapSnapshotRequest<'i> {
    /// From where.
    pub inspector: &'i Inspector,
    /// Everything together may take this long.
    pub time_limit: Duration,
    /// The snapshot may have so many bytes.
    pub max_bytes: u64,
    /// Whether the inspector is closed at the end, because it was opened for this.
    pub close_after: bool,
}

/// The process says nothing while it walks its heap: the limit of time is looked at this often.
const PATIENCE: Duration = Duration::from_millis(250);

/// The numbers of our two requests.
const TAKE: u64 = 1;
const CLOSE: u64 = 2;

/// One message: a part of the snapshot, or an answer. V8 sends the snapshot as strings of 100 KiB.
#[derive(Deserialize)]
struct Received {
    id: Option<u64>,
    method: Option<String>,
    params: Option<Chunk>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Chunk {
    chunk: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

/// Takes a heap snapshot; gives its size in bytes. The process stands still meanwhile, some seconds for each gigabyte.
///
/// # Errors
/// The inspector refuses or goes away, the snapshot is too large or takes too long, or `to` cannot be written.
pub fn take_heap_snapshot(
    wanted: &HeapSnapshotRequest<'_>,
    to: &mut dyn Write,
) -> Result<u64, CaptureErrorKind> {
    let until = Instant::now() + wanted.time_limit;
    let mut socket = connect(wanted)?;
    let take = format!(
        r#"{{"id":{TAKE},"method":"HeapProfiler.takeHeapSnapshot","params":{{"reportProgress":false}}}}"#
    );
    socket.send(Message::text(take)).map_err(ended)?;
    let mut bytes = 0;
    loop {
        let message = match socket.read() {
            Ok(Message::Text(text)) => text,
            Ok(Message::Close(_)) => {
                return Err(CaptureErrorKind::ProcessEnded(
                    "it said good-bye".to_owned(),
                ));
            }
            Ok(_) => continue,
            Err(Error::Io(error)) if is_patience(&error) => {
                if Instant::now() >= until {
                    return Err(CaptureErrorKind::TimedOut(WholeSpan(wanted.time_limit)));
                }
                continue;
            }
            Err(error) => return Err(ended(error)),
        };
        let received: Received = serde_json::from_str(&message).map_err(|error| {
            CaptureErrorKind::Inspector(format!("sent what is no message ({error})"))
        })?;
        if received.method.as_deref() == Some("HeapProfiler.addHeapSnapshotChunk")
            && let Some(chunk) = received.params.and_then(|params| params.chunk)
        {
            bytes += chunk.len() as u64;
            if bytes > wanted.max_bytes {
                return Err(CaptureErrorKind::TooLarge(wanted.max_bytes));
            }
            to.write_all(chunk.as_bytes())
                .map_err(CaptureErrorKind::Destination)?;
        } else if received.id == Some(TAKE) {
            if let Some(refusal) = received.error {
                return Err(CaptureErrorKind::Inspector(format!(
                    "refuses: {}",
                    refusal.message
                )));
            }
            break;
        }
        // A process that sends without end is cut off too.
        if Instant::now() >= until {
            return Err(CaptureErrorKind::TimedOut(WholeSpan(wanted.time_limit)));
        }
    }
    to.flush().map_err(CaptureErrorKind::Destination)?;
    finish(socket, wanted.close_after);
    Ok(bytes)
}

fn connect(wanted: &HeapSnapshotRequest<'_>) -> Result<WebSocket<TcpStream>, CaptureErrorKind> {
    let Inspector { address, path } = wanted.inspector;
    let cannot = |error: io::Error| CaptureErrorKind::Connect(error.to_string());
    let stream = TcpStream::connect_timeout(address, wanted.time_limit).map_err(cannot)?;
    stream
        .set_read_timeout(Some(wanted.time_limit))
        .and_then(|()| stream.set_write_timeout(Some(wanted.time_limit)))
        .map_err(cannot)?;
    let url = format!("ws://{address}{path}");
    let (socket, _) = tungstenite::client(url.as_str(), stream).map_err(|error| {
        // Another debugger does not stop us: inspectors talk to several.
        CaptureErrorKind::Inspector(format!("does not talk to us ({error})"))
    })?;
    socket
        .get_ref()
        .set_read_timeout(Some(PATIENCE))
        .map_err(cannot)?;
    Ok(socket)
}

/// Nothing that fails here can hurt what was taken.
fn finish(mut socket: WebSocket<TcpStream>, close_inspector: bool) {
    if close_inspector {
        // It waits for us to leave before it closes, so its answer is not waited for.
        let close = format!(
            r#"{{"id":{CLOSE},"method":"Runtime.evaluate","params":{{"expression":"process._debugEnd()"}}}}"#
        );
        let _ = socket.send(Message::text(close));
        std::thread::sleep(PATIENCE);
    }
    let _ = socket.close(None);
    let _ = socket.flush();
}

fn is_patience(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

fn ended(error: Error) -> CaptureErrorKind {
    CaptureErrorKind::ProcessEnded(error.to_string())
}
