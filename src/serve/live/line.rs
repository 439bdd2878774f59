//! What is being written to one client, and what it says meanwhile.

use std::collections::VecDeque;
use std::io;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tungstenite::{Error, Message};

use super::wire::Outgoing;

/// What a session talks through.
pub(super) trait Socket:
    Sink<Outgoing, Error = io::Error> + Stream<Item = Result<Message, Error>> + Unpin
{
    /// Lets go of everything that is not written yet, but for the rest of a frame that is written in part: a goodbye can follow it.
    fn let_go(&mut self);
}

/// A socket and what is being written to it.
#[derive(Debug)]
pub(super) struct Line<'a, S> {
    socket: &'a mut S,
    outgoing: VecDeque<Bytes>,
    /// Whether something was handed to the socket that it may not have sent on.
    unflushed: bool,
    sent_bytes: u64,
}

/// What became of waiting for a socket.
#[derive(Debug)]
pub(super) enum Heard {
    Received(Option<Result<Message, Error>>),
    /// Everything is written, or cannot be.
    Written(io::Result<()>),
}

impl<'a, S: Socket> Line<'a, S> {
    pub(super) fn new(socket: &'a mut S) -> Line<'a, S> {
        Line {
            socket,
            outgoing: VecDeque::new(),
            unflushed: false,
            sent_bytes: 0,
        }
    }

    /// Puts frames after those that wait.
    pub(super) fn push(&mut self, frames: Bytes) {
        self.outgoing.push_back(frames);
    }

    /// Whether everything that was pushed has been written.
    pub(super) fn is_idle(&self) -> bool {
        self.outgoing.is_empty() && !self.unflushed
    }

    /// Bytes handed to the socket since this was last asked.
    pub(super) fn take_sent_bytes(&mut self) -> u64 {
        std::mem::take(&mut self.sent_bytes)
    }

    /// Reads and writes at the same time: a client that does not read may still say goodbye.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Heard> {
        if let Poll::Ready(received) = self.socket.poll_next_unpin(cx) {
            return Poll::Ready(Heard::Received(received));
        }
        self.poll_write(cx).map(Heard::Written)
    }

    /// Ready when what was to be written is; pending when there was nothing.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.is_empty() {
            ready!(self.socket.poll_ready_unpin(cx))?;
            let Some(frames) = self.outgoing.pop_front() else {
                break;
            };
            self.sent_bytes += frames.len() as u64;
            self.unflushed = true;
            self.socket.start_send_unpin(Outgoing::Frames(frames))?;
        }
        // Also when nothing was sent from here: the protocol may have an answer to send.
        ready!(self.socket.poll_flush_unpin(cx))?;
        if std::mem::take(&mut self.unflushed) {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }
}
