//! A WebSocket over a connection: reads the client's frames, writes ready ones.
//!
//! Reading, with its masks, fragments, control frames and answers to them, is `tungstenite`'s work; it never sees the socket's writing side:
//! what it wants to say is put between the frames that are written from here.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message, Utf8Bytes};

use super::ending;
use super::frame;
use super::line::Socket;
use crate::serve::bounds::{CLIENT_MESSAGE_BYTES, LIVE_CHUNK_BYTES};

/// What a session writes.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// Whole frames.
    Frames(Bytes),
    /// Goodbye: a code and a reason. Nothing may follow.
    Close(u16, &'static str),
}

/// A WebSocket over a connection.
#[derive(Debug)]
pub(super) struct Wire<IO> {
    io: IO,
    protocol: WebSocketContext,
    /// What the protocol wants to say, in whole frames.
    replies: Vec<u8>,
    /// Whole frames. Short: a session hands over [`LIVE_CHUNK_BYTES`] at a time.
    queue: VecDeque<Bytes>,
    /// Bytes of the first in `queue` that are written.
    first_written: usize,
    /// Bytes in `queue` that are not.
    queued: usize,
    /// Whether nothing but a goodbye is to come. From then on what is below has no say in how long a client may take nothing.
    parting: bool,
    reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Frames,
    /// What follows a frame that could not be read cannot be read either. It is taken and thrown away, at most so many bytes, because a
    /// connection that is closed with bytes unread is reset, and the client might lose the reason.
    Rest(usize),
    Ended,
}

/// The most bytes that are thrown away: a client that sends without end is not waited for.
const REST_BYTES: usize = 1 << 20;
/// A first read of this size takes any subscription; larger ones would be memory of every silent client.
const READ_BUFFER_BYTES: usize = 1 << 10;
/// The most slices handed to the system in one call.
const SLICES: usize = 16;

impl<IO: AsyncRead + AsyncWrite + Unpin> Wire<IO> {
    /// `read_already` is what came after the request.
    pub(super) fn new(io: IO, read_already: &[u8]) -> Wire<IO> {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(LIVE_CHUNK_BYTES)
            .max_message_size(Some(CLIENT_MESSAGE_BYTES))
            .max_frame_size(Some(CLIENT_MESSAGE_BYTES));
        Wire {
            io,
            protocol: WebSocketContext::from_partially_read(
                read_already.to_vec(),
                Role::Server,
                Some(config),
            ),
            replies: Vec::new(),
            queue: VecDeque::new(),
            first_written: 0,
            queued: 0,
            parting: false,
            reading: Reading::Frames,
        }
    }

    /// The connection, to be ended in its own way.
    pub(super) fn io(&self) -> &IO {
        &self.io
    }

    fn enqueue(&mut self, frames: Bytes) {
        self.queued += frames.len();
        if !frames.is_empty() {
            self.queue.push_back(frames);
        }
    }

    fn enqueue_replies(&mut self) {
        if !self.replies.is_empty() {
            let replies = Bytes::from(std::mem::take(&mut self.replies));
            self.enqueue(replies);
        }
    }

    fn poll_write_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.queued > 0 {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let mut count = 0;
            let mut begin = self.first_written;
            for (slice, frames) in slices.iter_mut().zip(&self.queue) {
                *slice = IoSlice::new(frames.get(begin..).unwrap_or_default());
                begin = 0;
                count += 1;
            }
            let slices = slices.get(..count).unwrap_or_default();
            let written = match ready!(Pin::new(&mut self.io).poll_write_vectored(cx, slices)) {
                // The connection wakes this when the client takes something, and whoever parts has a time limit.
                Err(error) if self.parting && ending::is_stall(&error) => return Poll::Pending,
                written => written?,
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.queued -= written;
            self.first_written += written;
            while let Some(first) = self.queue.front()
                && self.first_written >= first.len()
            {
                self.first_written -= first.len();
                self.queue.pop_front();
            }
        }
        // What a burst needed is not kept by a client that is silent afterwards.
        if self.queue.capacity() > SLICES {
            self.queue = VecDeque::new();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_rest(&mut self, cx: &mut Context<'_>, mut left: usize) -> Poll<()> {
        let mut thrown_away = [0; 2048];
        while left > 0 {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match Pin::new(&mut self.io).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    left = left.saturating_sub(buffer.filled().len());
                    self.reading = Reading::Rest(left);
                }
                Poll::Ready(_) => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        self.reading = Reading::Ended;
        Poll::Ready(())
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Socket for Wire<IO> {
    fn let_go(&mut self) {
        self.parting = true;
        self.replies = Vec::new();
        self.queued = 0;
        let written = std::mem::take(&mut self.first_written);
        let Some(first) = std::mem::take(&mut self.queue).pop_front() else {
            return;
        };
        let end = frame::end_of_frame(&first, written).min(first.len());
        let rest = first.slice(written..end);
        // The rest of a small frame is not to keep alive all the frames that were made with it. A large one is shared as it is.
        self.enqueue(if 2 * rest.len() < first.len() {
            Bytes::copy_from_slice(&rest)
        } else {
            rest
        });
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Stream for Wire<IO> {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let wire = self.get_mut();
        match wire.reading {
            Reading::Ended => return Poll::Ready(None),
            Reading::Rest(left) => return wire.poll_rest(cx, left).map(|()| None),
            Reading::Frames => {}
        }
        let mut side = ReadSide {
            io: Pin::new(&mut wire.io),
            cx,
            replies: &mut wire.replies,
        };
        match wire.protocol.read(&mut side) {
            Ok(message) => Poll::Ready(Some(Ok(message))),
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(Error::ConnectionClosed | Error::AlreadyClosed) => {
                wire.reading = Reading::Ended;
                Poll::Ready(None)
            }
            Err(error) => {
                wire.reading = match error {
                    Error::Io(_) => Reading::Ended,
                    _ => Reading::Rest(REST_BYTES),
                };
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Sink<Outgoing> for Wire<IO> {
    type Error = io::Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        if wire.queued < LIVE_CHUNK_BYTES {
            return Poll::Ready(Ok(()));
        }
        wire.poll_write_out(cx)
    }

    fn start_send(self: Pin<&mut Self>, item: Outgoing) -> io::Result<()> {
        let wire = self.get_mut();
        match item {
            Outgoing::Frames(frames) => wire.enqueue(frames),
            Outgoing::Close(code, reason) => {
                let frame = CloseFrame {
                    code: CloseCode::from(code),
                    reason: Utf8Bytes::from_static(reason),
                };
                let mut side = WriteSide(&mut wire.replies);
                match wire.protocol.close(&mut side, Some(frame)) {
                    Ok(()) | Err(Error::ConnectionClosed) => wire.enqueue_replies(),
                    Err(error) => return Err(io::Error::other(error)),
                }
            }
        }
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        match wire.protocol.flush(&mut WriteSide(&mut wire.replies)) {
            // The goodbye that was answered is among the replies now.
            Ok(()) | Err(Error::ConnectionClosed | Error::AlreadyClosed) => {}
            Err(error) => return Poll::Ready(Err(io::Error::other(error))),
        }
        // Replies wait where their bytes are bounded until what is queued has gone.
        ready!(wire.poll_write_out(cx))?;
        wire.enqueue_replies();
        ready!(wire.poll_write_out(cx))?;
        Pin::new(&mut wire.io).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

/// What the protocol reads from: the connection. What it writes is kept.
struct ReadSide<'a, 'b, IO> {
    io: Pin<&'a mut IO>,
    cx: &'a mut Context<'b>,
    replies: &'a mut Vec<u8>,
}

impl<IO: AsyncRead> Read for ReadSide<'_, '_, IO> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        match self.io.as_mut().poll_read(self.cx, &mut buffer) {
            Poll::Ready(Ok(())) => Ok(buffer.filled().len()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl<IO> Write for ReadSide<'_, '_, IO> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WriteSide(self.replies).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the protocol writes to when it has nothing to read: it is asked to flush or to close.
struct WriteSide<'a>(&'a mut Vec<u8>);

impl Read for WriteSide<'_> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}

impl Write for WriteSide<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Each reply answers a message, and the rate of those is bounded; but a client that never reads could gather answers all day.
        if self.0.len() + bytes.len() > LIVE_CHUNK_BYTES {
            return Err(io::Error::other("too many answers wait"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
