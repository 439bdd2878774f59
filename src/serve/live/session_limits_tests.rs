//! Limits of sessions over fake sockets, in time that passes when nothing else is to do.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tungstenite::error::{CapacityError, ProtocolError};
use tungstenite::{Error, Message};

use super::ending::Ending;
use super::fake_socket_tests::{Client, Hub, NEVER};
use super::subscription::Request;
use super::tests::{changes, event, view};
use crate::serve::event::Level;
use crate::serve::store::Change;

use super::session_tests::{MIB, asks, numbers, publish_bytes, settle};

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_found_slow_a_second_after_too_much_waits() {
    let hub = Hub::new(view(1, 10));
    let client = hub.client_at(Request::default(), NEVER);
    settle().await;
    let start = Instant::now();
    let next = publish_bytes(&hub, 11, MIB / 2);
    sleep(Duration::from_secs(3)).await;
    assert!(
        !client.session.is_finished(),
        "half of what may wait is no reason"
    );
    publish_bytes(&hub, next, MIB);
    let over = Instant::now();
    while hub.live.counts().ended["slowClient"] == 0 {
        sleep(Duration::from_millis(10)).await;
    }
    let took = over.elapsed();
    assert!(
        took >= Duration::from_secs(1) && took < Duration::from_millis(2_500),
        "{took:?}"
    );
    assert_eq!(client.ending().await, (Ending::SlowClient, false, None));
    assert!(start.elapsed() < Duration::from_secs(12));
    assert_eq!(hub.live.counts().ended["slowClient"], 1);
    assert!(hub.live.bounds().iter().any(|report| {
        report.bound.collection == "webSocketClientWaiting" && report.usage.evictions == 1
    }));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_its_first_message_is_found_slow_after_ten_seconds() {
    let hub = Hub::new(view(1, 10));
    let start = Instant::now();
    let client = hub.client_at(Request::default(), NEVER);
    assert_eq!(client.ending().await, (Ending::SlowClient, false, None));
    let took = start.elapsed();
    assert!(
        took >= Duration::from_secs(15) && took < Duration::from_secs(17),
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_trickles_is_closed_and_told() {
    let hub = Hub::new(view(1, 10));
    let client = hub.client_at(Request::default(), 200_000);
    let start = Instant::now();
    let mut next = 11;
    // 2 MB a second, ten times what it reads.
    while client.close_code().is_none() && start.elapsed() < Duration::from_secs(20) {
        next = publish_bytes(&hub, next, 40_000);
        sleep(Duration::from_millis(20)).await;
    }
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(client.close_code(), Some(1013));
    assert_eq!(
        client.ending().await,
        (Ending::SlowClient, true, Some(1013))
    );
}

#[tokio::test(start_paused = true)]
async fn a_healthy_client_survives_a_burst_of_five_mebibytes() {
    let hub = Hub::new(view(1, 10));
    // 100 Mbit/s.
    let client = hub.client_at(Request::default(), 12_500_000);
    settle().await;
    let next = publish_bytes(&hub, 11, 5 * MIB);
    sleep(Duration::from_secs(5)).await;
    assert!(!client.session.is_finished());
    assert_eq!(numbers(&client), (11..next).collect::<Vec<_>>());
    assert!(hub.live.counts().max_waiting_bytes > 4 << 20);
    assert_eq!(hub.live.counts().gaps, 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_filters_is_not_slow_because_of_what_it_does_not_want() {
    let hub = Hub::new(view(1, 10));
    let client = hub.client_at(asks(&[("worker", "other")]), 2_000);
    let mut next = 11;
    sleep(Duration::from_secs(5)).await;
    let wanted = event("other", Level::Info, &"y".repeat(4_000), None);
    for _ in 0..8 {
        hub.publish(&[Change::Event(next, Arc::clone(&wanted))], view(1, 10));
        next = publish_bytes(&hub, next + 1, MIB);
        sleep(Duration::from_secs(1)).await;
    }
    sleep(Duration::from_secs(20)).await;
    assert!(!client.session.is_finished());
    assert_eq!(hub.live.counts().ended["slowClient"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_without_a_sign_of_life_is_pinged_twice_and_closed() {
    let hub = Hub::new(view(1, 10));
    let start = Instant::now();
    let client = hub.client(Request::default());
    sleep(Duration::from_secs(74)).await;
    assert_eq!(client.pings(), 2);
    assert!(!client.session.is_finished());
    assert_eq!(client.ending().await, (Ending::Idle, true, Some(1001)));
    let took = start.elapsed();
    assert!(
        took >= Duration::from_secs(75) && took < Duration::from_secs(77),
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_pings_stays() {
    let hub = Hub::new(view(1, 10));
    let client = hub.client(Request::default());
    settle().await;
    for minute in 1..=60 {
        sleep(Duration::from_secs(30)).await;
        client.say(Ok(Message::Pong(Vec::new().into())));
        assert_eq!(client.pings(), minute);
    }
    assert!(!client.session.is_finished());
}

#[tokio::test(start_paused = true)]
async fn every_other_end_has_its_code_and_is_counted() {
    type Said = fn() -> Result<Message, Error>;
    let cases: [(Said, Ending, Option<u16>); 6] = [
        (|| Ok(Message::Close(None)), Ending::ClientClosed, None),
        (
            || {
                Err(Error::Capacity(CapacityError::MessageTooLong {
                    size: 9,
                    max_size: 8,
                }))
            },
            Ending::MessageTooLarge,
            Some(1009),
        ),
        (
            || Err(Error::Protocol(ProtocolError::UnmaskedFrameFromClient)),
            Ending::ProtocolError,
            Some(1002),
        ),
        (
            || Err(Error::Utf8(String::new())),
            Ending::NotUtf8,
            Some(1007),
        ),
        (
            || Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)),
            Ending::ConnectionLost,
            None,
        ),
        (
            || Err(Error::Io(std::io::ErrorKind::ConnectionReset.into())),
            Ending::ConnectionLost,
            None,
        ),
    ];
    for (said, ending, code) in cases {
        let hub = Hub::new(view(1, 10));
        let client = hub.client(Request::default());
        settle().await;
        client.say(said());
        let (found, _, found_code) = client.ending().await;
        assert_eq!((found, found_code), (ending, code));
        assert_eq!(hub.live.counts().ended[ending.name()], 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_talks_too_much_is_closed_and_one_that_talks_is_not() {
    let hub = Hub::new(view(1, 10));
    let client = hub.client(Request::default());
    settle().await;
    for _ in 0..200 {
        client.say(Ok(Message::Ping(Vec::new().into())));
        sleep(Duration::from_millis(60)).await;
    }
    assert!(!client.session.is_finished());
    for _ in 0..200 {
        client.say(Ok(Message::text(r#"{"type":"subscribe"}"#)));
    }
    assert_eq!(
        client.ending().await,
        (Ending::TooManyMessages, true, Some(1008))
    );
}

#[tokio::test(start_paused = true)]
async fn when_the_process_stops_all_are_told_in_time_also_those_that_do_not_read() {
    let hub = Hub::new(view(1, 10));
    let reads = hub.client(Request::default());
    let never = hub.client_at(Request::default(), NEVER);
    settle().await;
    let start = Instant::now();
    hub.shutdown.send_replace(true);
    assert_eq!(reads.ending().await, (Ending::Shutdown, true, Some(1001)));
    assert_eq!(never.ending().await, (Ending::Shutdown, false, None));
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn clients_that_join_together_share_one_first_message() {
    let hub = Hub::new(view(1, 10));
    let clients: Vec<Client> = (0..200).map(|_| hub.client(Request::default())).collect();
    settle().await;
    let now = Instant::now();
    let (first, _) = hub
        .live
        .openings
        .take(&hub.changes, &hub.live.views, 0, now);
    hub.publish(&changes(11..=11), view(1, 11));
    let (second, _) = hub
        .live
        .openings
        .take(&hub.changes, &hub.live.views, 0, now);
    assert!(Arc::ptr_eq(&first, &second), "made anew within its time");
    // Who has had the newest gets a picture that has it too.
    let (third, _) = hub
        .live
        .openings
        .take(&hub.changes, &hub.live.views, 11, now);
    assert_eq!((first.seq, third.seq), (10, 11));
    settle().await;
    for client in clients {
        assert_eq!(numbers(&client), [11]);
    }
}
