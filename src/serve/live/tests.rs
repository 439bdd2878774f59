//! Messages, the log, filters and what clients may ask for.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::change_log::{ChangeLog, Lagged, Position};
use super::filter::Filter;
use super::segment::Segment;
use super::subscription::{Request, Resume, Subscription};
use crate::serve::bounds::{LIVE_CHANGES, LIVE_CHUNK_BYTES};
use crate::serve::event::{Draft, Level, LogEvent};
use crate::serve::store::{Change, SequencedEvent, View};
use crate::serve::time::EventTime;

pub(super) fn event(
    worker: &str,
    level: Level,
    message: &str,
    path: Option<&str>,
) -> Arc<LogEvent> {
    let draft = Draft {
        ts: EventTime(1_777_368_070_123),
        level: Some(level),
        worker: worker.into(),
        message: message.into(),
        path: path.map(Into::into),
        ..Draft::default()
    };
    Arc::new(draft.into_event())
}

pub(super) fn plain(seq: u64) -> Arc<LogEvent> {
    event("w", Level::Info, &format!("event {seq}"), None)
}

/// A view of epoch 7 with the events `from..=seq`.
pub(super) fn view(from: u64, seq: u64) -> Arc<View> {
    let events = (from..=seq).map(|seq| SequencedEvent {
        seq,
        event: plain(seq),
    });
    Arc::new(View {
        epoch: 7,
        seq,
        events: events.collect(),
        ..View::default()
    })
}

pub(super) fn changes(events: std::ops::RangeInclusive<u64>) -> Vec<Change> {
    events.map(|seq| Change::Event(seq, plain(seq))).collect()
}

/// The messages in frames from server to client; fragments are put together.
pub(super) fn messages(frames: &[u8]) -> Vec<Value> {
    let mut rest = frames;
    let mut whole = Vec::new();
    let mut found = Vec::new();
    while let [first, short, after @ ..] = rest {
        let (length, payload) = match short {
            126 => (
                usize::from(u16::from_be_bytes(
                    after[..2].try_into().unwrap_or_default(),
                )),
                &after[2..],
            ),
            127 => (
                u64::from_be_bytes(after[..8].try_into().unwrap_or_default()) as usize,
                &after[8..],
            ),
            short => (usize::from(*short), after),
        };
        rest = &payload[length..];
        if first & 0x0f >= 8 {
            continue;
        }
        whole.extend_from_slice(&payload[..length]);
        if first & 0x80 != 0 {
            let message = serde_json::from_slice(&whole);
            found.push(message.unwrap_or_else(|error| panic!("not JSON: {error}")));
            whole.clear();
        }
    }
    assert!(rest.is_empty(), "cut off");
    found
}

fn filter(query: &str) -> Filter {
    request(query)
        .unwrap_or_else(|error| panic!("{error}"))
        .subscription
        .filter
}

fn request(query: &str) -> Result<Request, String> {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Request::from_query(&pairs)
}

fn segment(events: std::ops::RangeInclusive<u64>) -> Segment {
    let mut segments = Segment::of_events(7, events.map(|seq| (seq, plain(seq))));
    assert_eq!(segments.len(), 1);
    segments.remove(0)
}

#[test]
fn an_event_keeps_the_old_shape_and_says_its_place() {
    let everything = Filter::default();
    let frames = segment(3..=3)
        .frames(0, &everything, false)
        .unwrap_or_default();
    assert_eq!(
        messages(&frames),
        [json!({
            "type": "event", "epoch": 7, "seq": 3,
            "data": { "ts": 1_777_368_070_123_i64, "worker": "w", "level": "info", "msg": "event 3" },
        })]
    );
}

#[test]
fn events_travel_in_one_frame_for_who_can_take_it_and_numbers_are_told_where_some_are_missing() {
    let all = segment(3..=6);
    let batch = messages(&all.frames(2, &Filter::default(), true).unwrap_or_default());
    assert_eq!(batch.len(), 1);
    assert_eq!(batch[0]["first"], 3);
    assert_eq!(batch[0]["last"], 6);
    assert_eq!(batch[0]["data"].as_array().map(Vec::len), Some(4));
    assert_eq!(batch[0].get("seqs"), None);

    let mut some = Filter::default();
    assert_eq!(some.add("type", "event 3,event 5"), Ok(()));
    let batch = messages(&all.frames(2, &some, true).unwrap_or_default());
    assert_eq!(batch[0]["seqs"], json!([3, 5]));
    assert_eq!(all.frames(5, &some, true), None);
}

#[test]
fn a_client_gets_only_what_is_above_its_place() {
    let all = segment(3..=6);
    let everything = Filter::default();
    let numbers = |after| -> Vec<u64> {
        let frames = all.frames(after, &everything, false).unwrap_or_default();
        let found = messages(&frames);
        found.iter().filter_map(|one| one["seq"].as_u64()).collect()
    };
    assert_eq!(numbers(2), [3, 4, 5, 6]);
    assert_eq!(numbers(4), [5, 6]);
    assert_eq!(numbers(6), [0; 0]);
}

#[test]
fn many_events_are_cut_into_segments_and_a_large_one_stands_alone() {
    let long = "x".repeat(2 * LIVE_CHUNK_BYTES);
    let events = (1..=2_000).map(|seq| {
        let message = if seq == 1_000 { &long } else { "short" };
        (seq, event("w", Level::Info, message, None))
    });
    let segments = Segment::of_events(7, events);
    let mut next = 1;
    for segment in &segments {
        assert_eq!(segment.follows() + 1, next);
        next = segment.through() + 1;
        assert!(segment.len() == 1 || segment.message_bytes() <= LIVE_CHUNK_BYTES as u64);
    }
    assert_eq!(next, 2_001);
    assert!(segments.len() < 12, "{}", segments.len());
}

#[test]
fn a_filter_lets_through_what_has_a_value_of_every_part() {
    let failed = event(
        "w-1",
        Level::Warn,
        "hook.failed",
        Some("/srv/app/src/router.rs"),
    );
    let cases = [
        ("", true),
        ("worker=w-1", true),
        ("worker=w-2,w-1", true),
        ("worker=w", false),
        ("level=warn,error", true),
        ("level=error", false),
        ("type=hook.*", true),
        ("type=*.failed", true),
        ("type=*.fail", false),
        ("type=hook.faile?", true),
        ("type=hook.failed?", false),
        ("type=h*k.f*l*d", true),
        ("path=/srv/*.rs", true),
        ("path=/srv/*/main.rs", false),
        ("worker=w-1&level=warn&type=hook.*&path=*router*", true),
        ("worker=w-1&level=warn&type=bead.*&path=*router*", false),
    ];
    for (query, expected) in cases {
        assert_eq!(filter(query).matches(&failed), expected, "{query}");
    }
    let no_path = event("w-1", Level::Warn, "hook.failed", None);
    assert!(!filter("path=*").matches(&no_path));
}

#[test]
fn a_pattern_full_of_stars_costs_no_more_than_its_length() {
    let pattern = format!("type={}", "*a".repeat(120));
    let event = event("w", Level::Info, &"a".repeat(60_000), None);
    let start = std::time::Instant::now();
    assert!(filter(&pattern).matches(&event));
    let never = format!("{pattern}b");
    assert!(!filter(&never).matches(&event));
    // A pattern that is tried in every way would take longer than anybody waits.
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_query_says_what_is_wrong_with_it() {
    for (query, reason) in [
        ("worker=", "worker: a value is empty"),
        (
            "level=loud",
            "level: a value is none of debug, info, warn, error",
        ),
        (
            "colour=red",
            "no parameter is named \"colour\": there are worker, level, type, path, batch, epoch, seq",
        ),
        ("epoch=1", "epoch and seq go together"),
        ("epoch=1&seq=x", "seq is not a number"),
        ("epoch=+1&seq=1", "epoch is not a number"),
        ("epoch=1&seq=99999999999999999999", "seq is not a number"),
        ("epoch=1&seq=1&seq=2", "seq is given twice"),
        ("batch=maybe", "batch is neither true nor false"),
    ] {
        assert_eq!(request(query), Err(reason.to_owned()), "{query}");
    }
    let many = format!("worker={}", "w,".repeat(33).trim_end_matches(','));
    assert_eq!(
        request(&many),
        Err("worker: more than 32 values".to_owned())
    );
    let long = format!("path={}", "é".repeat(257));
    assert_eq!(
        request(&long),
        Err("path: a value is longer than 256 characters".to_owned())
    );
    let good = request("batch=1&epoch=7&seq=9").unwrap_or_else(|error| panic!("{error}"));
    assert!(good.subscription.batch);
    assert_eq!(good.resume, Some(Resume { epoch: 7, seq: 9 }));
}

#[test]
fn a_message_changes_what_it_names_and_nothing_else() {
    let start = Subscription {
        filter: filter("worker=a"),
        batch: true,
    };
    let changed = |message: &str| start.changed_by(message);
    assert_eq!(changed(r#"{"type":"subscribe"}"#), Ok(start.clone()));
    assert_eq!(
        changed(r#"{"type":"subscribe","filter":null}"#).map(|now| (now.filter, now.batch)),
        Ok((Filter::default(), true))
    );
    assert_eq!(
        changed(r#"{"type":"subscribe","filter":{"level":"warn,error","path":["a,b","c"]},"batch":false}"#)
            .map(|now| (serde_json::to_value(now.filter).ok(), now.batch)),
        Ok((Some(json!({"level": ["warn", "error"], "path": ["a,b", "c"]})), false))
    );
    for bad in [
        "",
        "[]",
        "{}",
        r#"{"type":"shout"}"#,
        r#"{"type":"subscribe","filter":7}"#,
        r#"{"type":"subscribe","filter":{"colour":"red"}}"#,
        r#"{"type":"subscribe","filter":{"level":"loud"}}"#,
        r#"{"type":"subscribe","batch":"yes"}"#,
        r#"{"type":"subscribe","loud":true}"#,
    ] {
        assert!(changed(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_log_gives_what_follows_a_place_and_says_when_that_is_gone() {
    let log = ChangeLog::new();
    log.publish(&changes(1..=3), &view(1, 3));
    let place = log.end();
    log.publish(&changes(4..=5), &view(1, 5));
    let mut found = Vec::new();
    assert_eq!(log.read(place, 1 << 20, &mut found), Ok(()));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].end, log.end());
    assert_eq!(log.place_after(3, 0), Some(place));
    assert_eq!(log.place_after(4, 0), Some(place));
    assert_eq!(log.place_after(5, 0), Some(log.end()));
    assert_eq!(log.place_after(6, 0), None);
    assert_eq!(log.place_after(0, 0), Some(Position::default()));
    assert_eq!(log.place_after(3, 6), None);

    let long: Arc<LogEvent> = event("w", Level::Info, &"x".repeat(1 << 20), None);
    for seq in 6..30 {
        log.publish(&[Change::Event(seq, Arc::clone(&long))], &view(1, seq));
    }
    found.clear();
    assert_eq!(log.read(place, 1 << 20, &mut found), Err(Lagged));
    assert_eq!(log.place_after(5, 0), None);
    assert_eq!(log.place_after(29, 0), Some(log.end()));
}

#[test]
fn ten_times_the_cap_pushed_through_leaves_the_log_within_its_bound() {
    let log = ChangeLog::new();
    let (entries, bytes) = (
        LIVE_CHANGES.cap_entries.unwrap_or_default(),
        LIVE_CHANGES.cap_bytes.unwrap_or_default(),
    );
    let small = plain(0);
    let nothing = view(1, 0);
    let mut seq = 0;
    let mut push = |event: &Arc<LogEvent>, count: u64| {
        let new: Vec<Change> = (seq + 1..=seq + count)
            .map(|seq| Change::Event(seq, Arc::clone(event)))
            .collect();
        seq += count;
        log.publish(&new, &nothing);
    };
    for _ in 0..10 * entries / 4_096 {
        push(&small, 4_096);
        let usage = log.report().usage;
        assert!(usage.length <= entries && usage.bytes <= bytes, "{usage:?}");
    }
    let large = event("w", Level::Info, &"x".repeat(64 << 10), None);
    for _ in 0..10 * bytes / (64 << 10) {
        push(&large, 1);
        let usage = log.report().usage;
        assert!(usage.length <= entries && usage.bytes <= bytes, "{usage:?}");
    }
    let usage = log.report().usage;
    assert_eq!(usage.evictions + usage.length, seq);
    assert!(usage.high_water_bytes <= bytes + (1 << 20));
}
