//! A socket that reads as fast as a test says.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Sink, Stream};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep_until};
use tungstenite::{Error, Message};

use super::change_log::ChangeLog;
use super::ending::Ending;
use super::line::Socket;
use super::parting;
use super::session;
use super::sessions::{Live, LiveOptions};
use super::subscription::Request;
use super::tests::messages;
use super::wire::Outgoing;
use crate::serve::store::{Change, View};

/// A socket that takes `rate` bytes a second, at most 64 KiB ahead.
struct FakeSocket {
    rate: u64,
    begun: Instant,
    sent: u64,
    waiting: VecDeque<Outgoing>,
    said: mpsc::UnboundedReceiver<Result<Message, Error>>,
    seen: Arc<Mutex<Seen>>,
    sleep: Option<Pin<Box<Sleep>>>,
}

#[derive(Default)]
struct Seen {
    frames: Vec<u8>,
    pings: u64,
    close: Option<(u16, &'static str)>,
}

const FAST: u64 = u64::MAX;
pub(super) const NEVER: u64 = 0;

impl Socket for FakeSocket {
    /// What it takes it takes whole, so nothing is written in part.
    fn let_go(&mut self) {
        self.waiting.clear();
    }
}

impl FakeSocket {
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(next) = self.waiting.front() {
            let length = match next {
                Outgoing::Frames(frames) => frames.len() as u64,
                Outgoing::Close(..) => 2,
            };
            let ready_at = match self.rate {
                FAST => self.begun,
                NEVER => return Poll::Pending,
                rate => {
                    let micros = (self.sent + length).saturating_mul(1_000_000) / rate;
                    self.begun + Duration::from_micros(micros)
                }
            };
            if Instant::now() < ready_at {
                let sleep = self.sleep.insert(Box::pin(sleep_until(ready_at)));
                std::task::ready!(sleep.as_mut().poll(cx));
            }
            self.sent += length;
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            match self.waiting.pop_front() {
                Some(Outgoing::Frames(frames)) if frames[..] == [0x89, 0] => seen.pings += 1,
                Some(Outgoing::Frames(frames)) => seen.frames.extend_from_slice(&frames),
                Some(Outgoing::Close(code, reason)) => seen.close = Some((code, reason)),
                None => {}
            }
        }
        // A socket that was idle does not owe what it could have sent.
        if self.rate != FAST && self.rate != NEVER {
            self.begun = Instant::now();
            self.sent = 0;
        }
        Poll::Ready(Ok(()))
    }
}

impl Sink<Outgoing> for FakeSocket {
    type Error = io::Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.waiting.len() < 4 {
            return Poll::Ready(Ok(()));
        }
        self.poll_send(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, item: Outgoing) -> io::Result<()> {
        self.waiting.push_back(item);
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_send(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_send(cx)
    }
}

impl Stream for FakeSocket {
    type Item = Result<Message, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.said.poll_recv(cx)
    }
}

/// A hub without a store, and the room it feeds.
pub(super) struct Hub {
    pub(super) live: Arc<Live>,
    pub(super) views: watch::Sender<Arc<View>>,
    pub(super) changes: Arc<ChangeLog>,
    pub(super) shutdown: watch::Sender<bool>,
}

impl Hub {
    pub(super) fn new(view: Arc<View>) -> Hub {
        let (views, views_read) = watch::channel(view);
        let (shutdown, shutdown_read) = watch::channel(false);
        let changes = Arc::new(ChangeLog::new());
        let options = LiveOptions::default();
        let live = Live::new(views_read, Arc::clone(&changes), options, shutdown_read);
        Hub {
            live: Arc::new(live),
            views,
            changes,
            shutdown,
        }
    }

    /// First the view, then what changed.
    pub(super) fn publish(&self, changes: &[Change], view: Arc<View>) {
        self.views.send_replace(Arc::clone(&view));
        self.changes.publish(changes, &view);
    }

    pub(super) fn client(&self, request: Request) -> Client {
        self.client_at(request, FAST)
    }

    pub(super) fn client_at(&self, request: Request, rate: u64) -> Client {
        let (say, said) = mpsc::unbounded_channel();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let live = Arc::clone(&self.live);
        let mut socket = FakeSocket {
            rate,
            begun: Instant::now(),
            sent: 0,
            waiting: VecDeque::new(),
            said,
            seen: Arc::clone(&seen),
            sleep: None,
        };
        let mut seat = live.seats.take().unwrap_or_else(|| panic!("no seat"));
        let session = tokio::spawn(async move {
            let ending = session::run(&live, request, &mut socket).await;
            let told = parting::part(&live, ending, &mut socket, &mut seat).await;
            (ending, told)
        });
        Client {
            say: Some(say),
            seen,
            session,
        }
    }
}

/// The other side of a fake socket.
pub(super) struct Client {
    /// Gone when the client is.
    pub(super) say: Option<mpsc::UnboundedSender<Result<Message, Error>>>,
    seen: Arc<Mutex<Seen>>,
    pub(super) session: JoinHandle<(Ending, bool)>,
}

impl Client {
    pub(super) fn say(&self, message: Result<Message, Error>) {
        if let Some(say) = &self.say {
            let _ = say.send(message);
        }
    }

    pub(super) fn messages(&self) -> Vec<Value> {
        messages(&self.seen().frames)
    }

    pub(super) fn pings(&self) -> u64 {
        self.seen().pings
    }

    pub(super) fn close_code(&self) -> Option<u16> {
        self.seen().close.map(|(code, _)| code)
    }

    /// How it ended; the client is there until then.
    pub(super) async fn ending(self) -> (Ending, bool, Option<u16>) {
        let Client { say, seen, session } = self;
        let (ending, told) = session.await.unwrap_or_else(|error| panic!("{error}"));
        drop(say);
        let close = seen.lock().unwrap_or_else(PoisonError::into_inner).close;
        (ending, told, close.map(|(code, _)| code))
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
