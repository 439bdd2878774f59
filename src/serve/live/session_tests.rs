//! Sessions over fake sockets, in time that passes when nothing else is to do.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;
use tungstenite::Message;

use super::fake_socket_tests::{Client, Hub};
use super::subscription::{Request, Resume};
use super::tests::{changes, event, view};
use crate::serve::event::Level;
use crate::serve::store::{Change, MemorySample, SequencedEvent, View};

pub(super) const MIB: usize = 1 << 20;

pub(super) fn asks(query: &[(&str, &str)]) -> Request {
    let pairs: Vec<(String, String)> = query
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Request::from_query(&pairs).unwrap_or_else(|error| panic!("{error}"))
}

fn returning(epoch: u64, seq: u64) -> Request {
    Request {
        resume: Some(Resume { epoch, seq }),
        ..Request::default()
    }
}

pub(super) async fn settle() {
    sleep(Duration::from_millis(200)).await;
}

fn kinds(client: &Client) -> Vec<String> {
    let messages = client.messages();
    let kind = |message: &Value| message["type"].as_str().unwrap_or_default().to_owned();
    messages.iter().map(kind).collect()
}

pub(super) fn numbers(client: &Client) -> Vec<u64> {
    let messages = client.messages();
    let events = messages.iter().filter(|message| message["type"] == "event");
    events.filter_map(|event| event["seq"].as_u64()).collect()
}

/// Publishes `bytes` bytes of events of about a KiB.
pub(super) fn publish_bytes(hub: &Hub, from: u64, bytes: usize) -> u64 {
    let large = event("w", Level::Info, &"x".repeat(1_000), None);
    let to = from + (bytes / 1_000) as u64;
    let new: Vec<Change> = (from..to)
        .map(|seq| Change::Event(seq, Arc::clone(&large)))
        .collect();
    let events = new.iter().rev().take(100).rev().map(|change| match change {
        Change::Event(seq, event) => SequencedEvent {
            seq: *seq,
            event: Arc::clone(event),
        },
        _ => unreachable!("only events"),
    });
    let view = View {
        epoch: 7,
        seq: to - 1,
        events: events.collect(),
        ..View::default()
    };
    hub.publish(&new, Arc::new(view));
    to
}

#[tokio::test(start_paused = true)]
async fn a_client_gets_the_picture_and_then_every_event_once() {
    let hub = Hub::new(view(1, 80));
    let client = hub.client(Request::default());
    settle().await;
    hub.publish(&changes(81..=82), view(1, 82));
    hub.publish(&changes(83..=83), view(1, 83));
    settle().await;
    let init = client.messages().remove(0);
    assert_eq!(init["type"], "init");
    assert_eq!((&init["epoch"], &init["seq"]), (&json!(7), &json!(80)));
    assert_eq!(init["data"]["resumed"], false);
    assert_eq!(init["data"].get("filter"), None);
    let recent = init["data"]["recentEvents"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert_eq!(recent.len(), 50);
    assert_eq!(recent[0]["msg"], "event 31");
    assert_eq!(recent[49]["msg"], "event 80");
    for name in ["workers", "collisions"] {
        assert!(init["data"][name].is_array(), "{name}");
    }
    assert_eq!(numbers(&client), [81, 82, 83]);
}

#[tokio::test(start_paused = true)]
async fn a_client_with_a_filter_gets_what_it_asked_for_also_among_recent_events() {
    let hub = Hub::new(view(1, 200));
    let client = hub.client(asks(&[("type", "*5"), ("batch", "true")]));
    settle().await;
    hub.publish(&changes(201..=230), view(1, 230));
    settle().await;
    let messages = client.messages();
    let init = &messages[0]["data"];
    assert_eq!(init["filter"], json!({"type": "*5"}));
    let recent = init["recentEvents"].as_array().cloned().unwrap_or_default();
    assert_eq!(recent.len(), 20);
    assert!(
        recent
            .iter()
            .all(|event| event["msg"].as_str().is_some_and(|msg| msg.ends_with('5')))
    );
    assert_eq!(messages[1]["type"], "events");
    assert_eq!(messages[1]["seqs"], json!([205, 215, 225]));
    assert_eq!(messages.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn collisions_and_memory_are_told_from_the_view() {
    let hub = Hub::new(view(1, 3));
    let client = hub.client(Request::default());
    settle().await;
    let mut picture = View::clone(&view(1, 3));
    let mut memory = crate::serve::store::MemoryHistory::default();
    memory.samples.push(MemorySample {
        rss: 4_096,
        ..MemorySample::default()
    });
    memory.trend = crate::serve::store::MemoryTrend::Stable;
    picture.memory = Arc::new(memory);
    hub.publish(&[Change::Memory, Change::Collisions], Arc::new(picture));
    settle().await;
    assert_eq!(kinds(&client), ["init", "collision", "memory"]);
    let messages = client.messages();
    assert!(
        messages[1]["data"]["collisions"].is_array() && messages[1]["data"]["workers"].is_array()
    );
    assert_eq!(messages[1]["seq"], 3);
    assert_eq!(messages[2]["data"]["process"]["rss"], 4_096);
    assert_eq!(messages[2]["data"]["trend"], "stable");
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_changed_by_message_and_a_bad_one_changes_nothing() {
    let hub = Hub::new(view(1, 10));
    let client = hub.client(Request::default());
    settle().await;
    client.say(Ok(Message::text(
        r#"{"type":"subscribe","filter":{"type":"*2"},"batch":true}"#,
    )));
    client.say(Ok(Message::text(
        r#"{"type":"subscribe","filter":{"level":"loud"}}"#,
    )));
    client.say(Ok(Message::binary(vec![1])));
    settle().await;
    hub.publish(&changes(11..=22), view(1, 22));
    settle().await;
    assert_eq!(
        kinds(&client),
        ["init", "subscribed", "error", "error", "events"]
    );
    let messages = client.messages();
    assert_eq!(messages[1]["seq"], 10);
    assert_eq!(
        messages[1]["data"],
        json!({"filter": {"type": "*2"}, "batch": true})
    );
    assert_eq!(messages[4]["seqs"], json!([12, 22]));
    assert_eq!(hub.live.counts().bad_messages, 2);
}

#[tokio::test(start_paused = true)]
async fn who_was_here_before_gets_exactly_what_it_missed() {
    // From the log.
    let hub = Hub::new(view(1, 0));
    hub.publish(&changes(1..=100), view(1, 100));
    let client = hub.client(returning(7, 40));
    settle().await;
    hub.publish(&changes(101..=101), view(1, 101));
    settle().await;
    let init = client.messages().remove(0);
    assert_eq!(init["data"]["resumed"], true);
    assert_eq!(init["data"].get("recentEvents"), None);
    assert_eq!(numbers(&client), (41..=101).collect::<Vec<_>>());

    // From the view, where the log has nothing.
    let hub = Hub::new(view(30, 100));
    let mut request = asks(&[("type", "*0")]);
    request.resume = Some(Resume { epoch: 7, seq: 40 });
    let client = hub.client(request);
    settle().await;
    hub.publish(&changes(101..=110), view(31, 110));
    settle().await;
    assert_eq!(client.messages()[0]["data"]["resumed"], true);
    assert_eq!(numbers(&client), [50, 60, 70, 80, 90, 100, 110]);
    assert_eq!((hub.live.counts().resumed, hub.live.counts().gaps), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn who_cannot_go_on_is_told_and_begins_anew() {
    let cases = [
        (
            7,
            10,
            json!({"from": 11, "to": 100, "dropped": 90, "reason": "not-kept"}),
        ),
        (
            6,
            99,
            json!({"from": 1, "to": 100, "dropped": null, "reason": "other-epoch"}),
        ),
        (
            7,
            101,
            json!({"from": 100, "to": 100, "dropped": 0, "reason": "ahead"}),
        ),
    ];
    for (epoch, seq, gap) in cases {
        let hub = Hub::new(view(30, 100));
        let client = hub.client(returning(epoch, seq));
        settle().await;
        hub.publish(&changes(101..=102), view(31, 102));
        settle().await;
        assert_eq!(kinds(&client), ["gap", "init", "event", "event"]);
        let messages = client.messages();
        assert_eq!(messages[0]["data"], gap);
        assert_eq!(messages[1]["data"]["resumed"], false);
        assert_eq!(numbers(&client), [101, 102]);
        assert_eq!(hub.live.counts().not_resumed, 1);
    }
    // The last that is kept.
    let hub = Hub::new(view(30, 100));
    let client = hub.client(returning(7, 29));
    settle().await;
    assert_eq!(numbers(&client), (30..=100).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn what_left_the_log_before_it_was_sent_is_a_gap_and_a_new_picture() {
    let hub = Hub::new(view(1, 10));
    let client = hub.client(Request::default());
    settle().await;
    let next = publish_bytes(&hub, 11, 40 * MIB);
    settle().await;
    publish_bytes(&hub, next, 2_000);
    settle().await;
    assert_eq!(kinds(&client)[..3], ["init", "gap", "init"]);
    let messages = client.messages();
    let last = next - 1;
    assert_eq!(
        messages[1]["data"],
        json!({"from": 11, "to": last, "dropped": last - 10, "reason": "lagged"})
    );
    assert_eq!(messages[2]["seq"], last);
    assert_eq!(numbers(&client), [next, next + 1]);
    assert_eq!(
        (hub.live.counts().gaps, hub.live.counts().gap_events),
        (1, last - 10)
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_never_published_is_a_gap_too() {
    let hub = Hub::new(view(1, 10));
    let client = hub.client(Request::default());
    settle().await;
    hub.publish(&changes(13..=14), view(1, 14));
    settle().await;
    hub.publish(&changes(15..=15), view(1, 15));
    settle().await;
    assert_eq!(kinds(&client), ["init", "gap", "init", "event"]);
    assert_eq!(numbers(&client), [15]);
}
