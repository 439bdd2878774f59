//! Clients that were too slow and read again: over the frames of a real wire, in time that passes when nothing else is to do.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep};

use super::ending::Ending;
use super::fake_socket_tests::{Hub, NEVER};
use super::frame;
use super::parting;
use super::session;
use super::session_tests::{MIB, publish_bytes, settle};
use super::subscription::Request;
use super::tests::{messages, view};
use super::wire::Wire;
use crate::serve::bounds::PARTING_CLIENTS;

/// A connection that holds so many bytes for its client; the client's end, and the session.
fn connect(hub: &Hub, room: usize) -> (DuplexStream, JoinHandle<(Ending, bool)>) {
    let (server, client) = duplex(room);
    (client, serve(hub, server))
}

fn serve<IO: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    hub: &Hub,
    io: IO,
) -> JoinHandle<(Ending, bool)> {
    let live = Arc::clone(&hub.live);
    let mut seat = live.seats.take().unwrap_or_else(|| panic!("no seat"));
    tokio::spawn(async move {
        let mut wire = Wire::new(io, &[]);
        let ending = session::run(&live, Request::default(), &mut wire).await;
        let told = parting::part(&live, ending, &mut wire, &mut seat).await;
        (ending, told)
    })
}

/// Everything that comes until the end; the code of the goodbye if there is one as the last frame. All frames must be whole.
async fn read_on(mut client: DuplexStream) -> (Vec<serde_json::Value>, Option<u16>) {
    let mut bytes = Vec::new();
    let read = client.read_to_end(&mut bytes).await;
    assert!(read.is_ok(), "{read:?}");
    let mut last = 0;
    let mut end = 0;
    while end < bytes.len() {
        last = end;
        end = last + frame::end_of_frame(&bytes[last..], 1);
    }
    let code = match &bytes[last..] {
        [0x88, _, high, low, ..] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    };
    (messages(&bytes), code)
}

async fn until_slow(hub: &Hub, count: u64) {
    while hub.live.counts().ended["slowClient"] < count {
        sleep(Duration::from_millis(10)).await;
    }
}

/// Connections that are in the way at different places of a frame.
const ROOMS: [usize; 5] = [1_500, 4_096, 10_007, 65_536, 100_001];

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_again_in_time_sees_whole_messages_and_then_the_reason() {
    for room in ROOMS {
        let hub = Hub::new(view(1, 1));
        let (client, session) = connect(&hub, room);
        settle().await;
        publish_bytes(&hub, 2, 2 * MIB);
        until_slow(&hub, 1).await;
        assert!(!session.is_finished());
        sleep(Duration::from_millis(4_900)).await;
        let (messages, code) = read_on(client).await;
        assert_eq!(code, Some(1013), "{room}");
        let numbers: Vec<u64> = messages
            .iter()
            .skip(1)
            .filter_map(|message| message["seq"].as_u64())
            .collect();
        assert_eq!(messages[0]["type"], "init");
        // All without a hole as far as the connection held them, and at most one more.
        assert_eq!(
            numbers,
            (2..2 + numbers.len() as u64).collect::<Vec<_>>(),
            "{room}"
        );
        assert!(
            numbers.len() <= room / 1_000 + 1,
            "{room}: {}",
            numbers.len()
        );
        let ended = session.await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(ended, (Ending::SlowClient, true));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_too_late_is_cut_off() {
    let hub = Hub::new(view(1, 1));
    let (client, session) = connect(&hub, 10_000);
    settle().await;
    publish_bytes(&hub, 2, 2 * MIB);
    until_slow(&hub, 1).await;
    let found = Instant::now();
    let ended = session.await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ended, (Ending::SlowClient, false));
    let took = found.elapsed();
    assert!(
        took > Duration::from_millis(4_900) && took < Duration::from_millis(5_100),
        "{took:?}"
    );
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_found_slow_gives_back_its_seat_and_what_waits_for_it_at_once() {
    let hub = Hub::new(view(1, 1));
    let (client, session) = connect(&hub, 10_000);
    settle().await;
    publish_bytes(&hub, 2, 2 * MIB);
    until_slow(&hub, 1).await;
    settle().await;
    let report = |name: &str| {
        let bounds = hub.live.bounds();
        let found = bounds
            .iter()
            .find(|report| report.bound.collection == name)
            .unwrap_or_else(|| panic!("no {name}"));
        (found.usage.length, found.usage.evictions)
    };
    assert_eq!(hub.live.clients(), 0);
    assert_eq!(report("webSocketClientsParting"), (1, 0));
    // Until it is gone the room is not empty.
    let drained = tokio::time::timeout(Duration::from_millis(100), hub.live.drained()).await;
    assert!(drained.is_err());
    let (_, code) = read_on(client).await;
    assert_eq!(code, Some(1013));
    assert!(session.await.is_ok());
    hub.live.drained().await;
    assert_eq!(report("webSocketClientsParting"), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn more_than_may_part_at_once_are_cut_off() {
    let hub = Hub::new(view(1, 1));
    let cap = PARTING_CLIENTS.cap_entries.unwrap_or_default();
    let clients: Vec<_> = (0..cap + 3)
        .map(|_| hub.client_at(Request::default(), NEVER))
        .collect();
    settle().await;
    publish_bytes(&hub, 2, 2 * MIB);
    until_slow(&hub, cap + 3).await;
    settle().await;
    let gone = clients.iter().filter(|client| client.session.is_finished());
    assert_eq!(gone.count(), 3);
    assert_eq!(
        (hub.live.clients(), hub.live.partings.report().usage.length),
        (0, cap)
    );
    assert_eq!(hub.live.partings.report().usage.evictions, 3);
}

#[tokio::test(start_paused = true)]
async fn who_parts_when_the_process_stops_has_a_second_left_and_no_more() {
    for reads in [true, false] {
        let hub = Hub::new(view(1, 1));
        let (client, session) = connect(&hub, 10_000);
        settle().await;
        publish_bytes(&hub, 2, 2 * MIB);
        until_slow(&hub, 1).await;
        let start = Instant::now();
        hub.shutdown.send_replace(true);
        if reads {
            sleep(Duration::from_millis(900)).await;
            assert_eq!(read_on(client).await.1, Some(1013));
        }
        hub.live.drained().await;
        assert!(start.elapsed() < Duration::from_millis(1_100));
        let ended = session.await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(ended, (Ending::SlowClient, reads));
    }
}

/// A connection that, as the one below does, fails to write when its client has taken nothing for so long, and is whole all the same.
struct Impatient {
    io: DuplexStream,
    stall: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        if written.is_pending() {
            let stall = self
                .stall
                .get_or_insert_with(|| Box::pin(sleep(Duration::from_secs(8))));
            std::task::ready!(stall.as_mut().poll(cx));
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "too slow")));
        }
        self.stall = None;
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_the_connection_finds_slow_is_told_too() {
    let hub = Hub::new(view(1, 1));
    let (io, client) = duplex(10_000);
    let session = serve(&hub, Impatient { io, stall: None });
    settle().await;
    let start = Instant::now();
    // Far less than may wait.
    publish_bytes(&hub, 2, 100_000);
    until_slow(&hub, 1).await;
    assert!(start.elapsed() > Duration::from_secs(7));
    sleep(Duration::from_secs(3)).await;
    assert!(!session.is_finished());
    let (messages, code) = read_on(client).await;
    assert_eq!((messages.len() > 5, code), (true, Some(1013)));
    let ended = session.await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ended, (Ending::SlowClient, true));
}

#[test]
fn a_frame_ends_where_its_length_says() {
    let lengths = [0, 1, 125, 126, 65_535, 65_536];
    let mut frames = Vec::new();
    let mut ends = vec![0];
    for length in lengths {
        frame::append_text(&mut frames, &[&"x".repeat(length)]);
        ends.push(frames.len());
    }
    for pair in ends.windows(2) {
        let (begin, end) = (pair[0], pair[1]);
        assert_eq!(frame::end_of_frame(&frames, begin), begin);
        for inside in [begin + 1, (begin + end) / 2 + 1, end - 1, end] {
            if inside > begin && inside <= end {
                assert_eq!(frame::end_of_frame(&frames, inside), end, "{inside}");
            }
        }
    }
}
