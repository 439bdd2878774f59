//! One client, from its first message until there is a reason to end.
//!
//! A session is a place in the log and what is being written; nothing is queued for it. It runs over anything that takes frames and gives
//! messages, so that its limits are tested without a socket.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;

use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until};
use tungstenite::Message;

use super::change_log::{Lagged, Placed, Position};
use super::ending::Ending;
use super::frame;
use super::gap::{Gap, Reason};
use super::line::{Heard, Line, Socket};
use super::opening::Opening;
use super::replay::Replay;
use super::sessions::Live;
use super::subscription::{Request, Resume, Subscription};
use super::token_bucket::TokenBucket;
use crate::serve::bounds::{
    CLIENT_IDLE_LIMIT, CLIENT_JOIN_LIMIT, CLIENT_MESSAGES_BURST, CLIENT_MESSAGES_PER_SECOND,
    CLIENT_PING_INTERVAL, CLIENT_WAITING, CLIENT_WAITING_GRACE, LIVE_CHUNK_BYTES,
};
use crate::serve::store::View;

/// Serves a client until there is a reason to end. That is counted here, at once; how the client is told is not this one's matter.
pub(super) async fn run<S: Socket>(live: &Live, request: Request, socket: &mut S) -> Ending {
    let now = Instant::now();
    let mut session = Session {
        live,
        line: Line::new(socket),
        log: live.changes.subscribe(),
        shutdown: live.shutdown.clone(),
        subscription: request.subscription,
        at: Position::default(),
        had: 0,
        shown: 0,
        epoch: 0,
        joined_at: 0,
        written: 0,
        replay: None,
        joining_since: Some(now),
        over_since: None,
        heard: now,
        ping_at: now + CLIENT_PING_INTERVAL,
        inbound: TokenBucket::full(now),
        placed: Vec::new(),
    };
    session.join(request.resume);
    let ending = session.converse().await;
    live.counters.ended(ending);
    ending
}

struct Session<'a, S> {
    live: &'a Live,
    line: Line<'a, S>,
    log: watch::Receiver<Position>,
    shutdown: watch::Receiver<bool>,
    subscription: Subscription,
    /// Everything in the log before this has been handed to `outgoing`.
    at: Position,
    /// Everything up to this event has been sent or filtered out; also in the view that was sent.
    had: u64,
    /// The newest event of the picture that was sent.
    shown: u64,
    epoch: u64,
    /// Where the log ended when this client joined: what lies before that waits for it because it was away, not because it is slow.
    joined_at: u64,
    /// The place in bytes up to which everything has been handed to the socket and flushed.
    written: u64,
    /// What is sent from a view before the log is gone on with.
    replay: Option<Replay>,
    /// Since when the first message, and what was missed, is on its way.
    joining_since: Option<Instant>,
    /// Since when more than may waits.
    over_since: Option<Instant>,
    heard: Instant,
    ping_at: Instant,
    inbound: TokenBucket,
    placed: Vec<Placed>,
}

/// What woke a session.
enum Woken {
    Socket(Heard),
    Published,
    Timer,
    Shutdown,
}

impl<S: Socket> Session<'_, S> {
    /// Begins with the first message and, where the client was here before and that can be, goes on from where it stopped.
    fn join(&mut self, resume: Option<Resume>) {
        let entry = self.enter(resume.map_or(0, |resume| resume.seq));
        let Some(resume) = resume else {
            return self.show(&entry, false);
        };
        let resumed = self.go_on(&entry, resume);
        let counters = &self.live.counters;
        if resumed {
            counters.resumed.fetch_add(1, Relaxed);
        } else {
            counters.not_resumed.fetch_add(1, Relaxed);
            self.tell(Gap::for_resume(resume, &entry.0));
        }
        self.show(&entry, resumed);
    }

    /// Takes a place in the log, and the picture of that moment.
    fn enter(&mut self, had: u64) -> (Arc<Opening>, Arc<View>) {
        let now = Instant::now();
        let live = self.live;
        let (opening, view) = live.openings.take(&live.changes, &live.views, had, now);
        self.epoch = opening.epoch;
        (self.at, self.had) = (opening.position, opening.seq);
        self.shown = opening.seq;
        self.joining_since = Some(now);
        self.joined_at = live.changes.end().bytes;
        self.written = self.at.bytes;
        (opening, view)
    }

    /// Goes back to where the client stopped. Returns whether everything since then is there.
    fn go_on(&mut self, (opening, view): &(Arc<Opening>, Arc<View>), resume: Resume) -> bool {
        if resume.epoch != opening.epoch || resume.seq > opening.seq {
            return false;
        }
        let log = &self.live.changes;
        if let Some(place) = log.place_after(resume.seq, opening.seq) {
            self.turn_back(place, resume.seq);
            return true;
        }
        self.replay = Replay::of(view, resume.seq, opening.seq);
        if self.replay.is_some() {
            return true;
        }
        // The newest events of the view are on their way into the log; were they not to come, that would be told as a gap.
        let place = log.place_after(resume.seq, 0);
        if let Some(place) = place {
            self.turn_back(place, resume.seq);
        }
        place.is_some()
    }

    fn turn_back(&mut self, place: Position, had: u64) {
        (self.at, self.had, self.written) = (place, had, place.bytes);
    }

    fn show(&mut self, (opening, view): &(Arc<Opening>, Arc<View>), resumed: bool) {
        for frames in opening.frames(view, &self.subscription.filter, resumed) {
            self.line.push(frames);
        }
    }

    fn tell(&mut self, gap: Gap) {
        self.live.counters.gaps.fetch_add(1, Relaxed);
        self.live
            .counters
            .gap_events
            .fetch_add(gap.dropped.unwrap_or(0), Relaxed);
        self.line.push(frame::text(&gap.message(self.epoch)));
    }

    async fn converse(&mut self) -> Ending {
        let mut timer = pin!(sleep_until(self.ping_at));
        loop {
            if self.line.is_idle() {
                while self.refill() {
                    // With a filter much may be read and nothing found.
                    tokio::task::coop::consume_budget().await;
                }
            }
            let woken = self.wait(timer.as_mut()).await;
            let now = Instant::now();
            match woken {
                Woken::Socket(Heard::Received(Some(Ok(message)))) => {
                    self.heard = now;
                    if let Some(ending) = self.hear(message, now) {
                        return ending;
                    }
                }
                Woken::Socket(Heard::Received(Some(Err(error)))) => {
                    return Ending::of_error(&error);
                }
                Woken::Socket(Heard::Received(None)) => return Ending::ConnectionLost,
                Woken::Socket(Heard::Written(Err(error))) => {
                    return Ending::of_write_error(&error);
                }
                Woken::Socket(Heard::Written(Ok(()))) => {
                    let counters = &self.live.counters;
                    let sent = self.line.take_sent_bytes();
                    counters.sent_bytes.fetch_add(sent, Relaxed);
                    self.all_written();
                }
                Woken::Published | Woken::Timer => {}
                Woken::Shutdown => return Ending::Shutdown,
            }
            if let Some(ending) = self.judge(now) {
                return ending;
            }
        }
    }

    /// Hands on what comes next, once the last of it is written. Returns whether there may be more and none of it was for this client.
    fn refill(&mut self) -> bool {
        let Subscription { filter, batch } = &self.subscription;
        if let Some(replay) = &mut self.replay {
            match replay.next(self.epoch, filter, *batch) {
                Some(frames) => {
                    self.line.push(frames);
                    return false;
                }
                None => self.replay = None,
            }
        }
        let mut placed = std::mem::take(&mut self.placed);
        let read = self
            .live
            .changes
            .read(self.at, LIVE_CHUNK_BYTES, &mut placed);
        if read == Err(Lagged) {
            self.lagged(self.had + 1);
            return false;
        }
        let progress = !placed.is_empty();
        let mut hole = None;
        for Placed { segment, end } in placed.drain(..) {
            // What was never published cannot be sent; but a client is not left to believe that there was nothing.
            if segment.follows() > self.had {
                hole = Some(segment.follows());
                break;
            }
            if segment.is_outdated(self.shown) {
                self.at = end;
                continue;
            }
            if let Some(frames) = segment.frames(self.had, filter, *batch) {
                self.line.push(frames);
            }
            self.had = self.had.max(segment.through());
            self.at = end;
        }
        self.placed = placed;
        if let (Some(through), true) = (hole, self.line.is_idle()) {
            self.lagged(through);
            return false;
        }
        if self.line.is_idle() {
            self.all_written();
            return progress;
        }
        false
    }

    fn all_written(&mut self) {
        self.written = self.at.bytes;
        if self.replay.is_none() && self.written >= self.joined_at {
            self.joining_since = None;
        }
    }

    /// What this client has not had, up to `through` at least, is gone: it is told, and begins anew.
    fn lagged(&mut self, through: u64) {
        let had = self.had;
        let opening = self.enter(through);
        self.tell(Gap {
            from: had + 1,
            to: self.had,
            dropped: Some(self.had.saturating_sub(had)),
            reason: Reason::Lagged,
        });
        self.show(&opening, false);
    }

    async fn wait(&mut self, mut timer: Pin<&mut Sleep>) -> Woken {
        let line = &mut self.line;
        // The socket takes what it is given at once, as a rule; only if it does not is there something to watch before the next ping.
        if let Poll::Ready(heard) = poll_fn(|cx| Poll::Ready(line.poll(cx))).await {
            return Woken::Socket(heard);
        }
        let writing = !line.is_idle();
        let mut look_at = self.ping_at.min(self.heard + CLIENT_IDLE_LIMIT);
        if writing {
            look_at = look_at.min(Instant::now() + CLIENT_WAITING_GRACE / 4);
        }
        if timer.deadline() > look_at || timer.is_elapsed() {
            timer.as_mut().reset(look_at);
        }
        let end = self.at;
        tokio::select! {
            biased;
            _ = self.shutdown.wait_for(|&stop| stop) => Woken::Shutdown,
            heard = poll_fn(|cx| line.poll(cx)) => Woken::Socket(heard),
            Ok(_) = self.log.wait_for(|&head| head != end), if !writing => Woken::Published,
            () = timer => Woken::Timer,
        }
    }

    fn hear(&mut self, message: Message, now: Instant) -> Option<Ending> {
        self.live.counters.received.fetch_add(1, Relaxed);
        if matches!(message, Message::Close(_)) {
            return Some(Ending::ClientClosed);
        }
        if self
            .inbound
            .take(now, CLIENT_MESSAGES_PER_SECOND, CLIENT_MESSAGES_BURST)
            .is_err()
        {
            return Some(Ending::TooManyMessages);
        }
        let changed = match message {
            Message::Text(text) => self.subscription.changed_by(&text),
            Message::Binary(_) => Err("a message is a text".to_owned()),
            // The protocol answers a ping; a pong is the sign of life it was.
            _ => return None,
        };
        let answer = match changed {
            Ok(subscription) => {
                self.subscription = subscription;
                self.subscription.confirmation(self.epoch, self.had)
            }
            Err(reason) => {
                self.live.counters.bad_messages.fetch_add(1, Relaxed);
                serde_json::json!({ "type": "error", "data": { "error": reason } })
            }
        };
        self.line.push(frame::text(&answer.to_string()));
        None
    }

    /// Pings when it is time; ends what has gone on for too long.
    fn judge(&mut self, now: Instant) -> Option<Ending> {
        if now.duration_since(self.heard) >= CLIENT_IDLE_LIMIT {
            return Some(Ending::Idle);
        }
        if self
            .joining_since
            .is_some_and(|since| now.duration_since(since) >= CLIENT_JOIN_LIMIT)
        {
            return Some(Ending::SlowClient);
        }
        let waiting = self.live.changes.end().bytes;
        let waiting = waiting.saturating_sub(self.written.max(self.joined_at));
        self.live.counters.max_waiting.fetch_max(waiting, Relaxed);
        if CLIENT_WAITING.cap_bytes.is_some_and(|cap| waiting > cap) {
            let since = *self.over_since.get_or_insert(now);
            if now.duration_since(since) >= CLIENT_WAITING_GRACE && self.really_waits() {
                return Some(Ending::SlowClient);
            }
        } else {
            self.over_since = None;
        }
        if now >= self.ping_at {
            self.ping_at = now + CLIENT_PING_INTERVAL;
            self.line.push(frame::ping());
        }
        None
    }

    /// Whether what waits is too much also without what the filter keeps out. Looked at only where the whole is too much.
    fn really_waits(&mut self) -> bool {
        let filter = &self.subscription.filter;
        let waiting = self.live.changes.bytes_after(self.at, self.had, filter);
        let too_much = CLIENT_WAITING.cap_bytes.is_some_and(|cap| waiting > cap);
        if !too_much {
            self.over_since = None;
        }
        too_much
    }
}
