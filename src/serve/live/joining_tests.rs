//! Joining at any moment, thousands of times: nothing falls out, nothing comes twice, and what is missing is told.

use std::sync::Arc;

use serde_json::Value;

use super::fake_socket_tests::{Client, Hub};
use super::subscription::{Request, Resume};
use super::tests::{event, view};
use crate::serve::event::{Level, LogEvent};
use crate::serve::store::{Change, SequencedEvent, View};

/// Numbers that look random and are the same in every run (xorshift64*, Vigna 2016).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }
}

struct Joined {
    client: Client,
    /// Where it said it had stopped.
    had: Option<u64>,
    /// Whether it wants only events whose number ends in 3.
    filtered: bool,
}

/// Every message must follow from those before it. Returns the last event that is accounted for, and how many gaps were told.
fn check(joined: &Joined, seed: u64) -> (u64, u64) {
    let mut had = None;
    let mut gaps = 0;
    let mut told_to = None;
    let number = |value: &Value| {
        value
            .as_u64()
            .unwrap_or_else(|| panic!("no number: {value}"))
    };
    for message in joined.client.messages() {
        match message["type"].as_str() {
            Some("gap") => {
                gaps += 1;
                let from = number(&message["data"]["from"]);
                if let Some(had) = had.or(joined.had) {
                    assert!(
                        from == had + 1 || joined.filtered && from > had,
                        "seed {seed}: {message}"
                    );
                }
                told_to = Some(number(&message["data"]["to"]));
            }
            Some("init") if message["data"]["resumed"] == true => {
                assert_eq!(had, None, "seed {seed}");
                had = joined.had;
            }
            Some("init") => {
                let seq = number(&message["seq"]);
                assert!(
                    told_to.take().is_none_or(|to| to == seq),
                    "seed {seed}: {message}"
                );
                assert!(had.is_none_or(|had| had <= seq), "seed {seed}: {message}");
                had = Some(seq);
            }
            Some("event") => {
                let seq = number(&message["seq"]);
                expect(&mut had, seq, joined.filtered, seed);
                assert_eq!(message["data"]["msg"], format!("event {seq}"));
            }
            Some("events") => {
                let first = number(&message["first"]);
                let listed = message["seqs"].as_array();
                let data = message["data"].as_array().cloned().unwrap_or_default();
                for (index, event) in data.iter().enumerate() {
                    let seq = match listed {
                        Some(listed) => number(&listed[index]),
                        None => first + index as u64,
                    };
                    expect(&mut had, seq, joined.filtered, seed);
                    assert_eq!(event["msg"], format!("event {seq}"));
                }
                assert_eq!(had, message["last"].as_u64());
            }
            _ => panic!("seed {seed}: {message}"),
        }
    }
    (had.unwrap_or_default(), gaps)
}

fn expect(had: &mut Option<u64>, seq: u64, filtered: bool, seed: u64) {
    let after = had.unwrap_or_else(|| panic!("seed {seed}: an event before the first message"));
    let next = if filtered {
        (after + 1..).find(|seq| seq % 10 == 3)
    } else {
        Some(after + 1)
    };
    assert_eq!(Some(seq), next, "seed {seed}: after {after}");
    *had = Some(seq);
}

fn numbered(seq: u64, size: usize) -> Arc<LogEvent> {
    let mut path = String::new();
    path.extend(std::iter::repeat_n('x', size));
    event("w", Level::Info, &format!("event {seq}"), Some(&path))
}

/// One course: a hub that publishes, now and then between its two steps interrupted, and clients that join whenever they like.
async fn course(seed: u64, event_size: usize) -> (u64, u64) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let hub = Hub::new(view(1, 0));
    let mut kept: Vec<SequencedEvent> = Vec::new();
    let mut seq = 0;
    let mut clients = Vec::new();
    for _ in 0..30 {
        for _ in 0..dice.below(3) {
            let mut request = Request::default();
            let had = (dice.below(2) == 0).then(|| dice.below(seq + 1));
            request.resume = had.map(|seq| Resume { epoch: 7, seq });
            request.subscription.batch = dice.below(2) == 0;
            let filtered = dice.below(3) == 0;
            if filtered {
                assert_eq!(request.subscription.filter.add("type", "*3"), Ok(()));
            }
            let rate = 1 << (14 + dice.below(16));
            clients.push(Joined {
                client: hub.client_at(request, rate),
                had,
                filtered,
            });
            if dice.below(2) == 0 {
                tokio::task::yield_now().await;
            }
        }
        let mut changes = Vec::new();
        for _ in 0..dice.below(40) {
            seq += 1;
            let event = numbered(seq, event_size);
            changes.push(Change::Event(seq, Arc::clone(&event)));
            kept.push(SequencedEvent { seq, event });
        }
        let beyond = kept.len().saturating_sub(50);
        kept.drain(..beyond);
        let view = Arc::new(View {
            epoch: 7,
            seq,
            events: kept.iter().cloned().collect(),
            ..View::default()
        });
        hub.views.send_replace(Arc::clone(&view));
        for _ in 0..dice.below(4) {
            tokio::task::yield_now().await;
        }
        hub.changes.publish(&changes, &view);
        tokio::time::sleep(std::time::Duration::from_millis(dice.below(150))).await;
    }
    let (mut whole, mut gaps) = (0, 0);
    // Until those that read slowly have read it all, or were closed for it.
    tokio::time::sleep(std::time::Duration::from_secs(40)).await;
    for joined in &clients {
        let (had, told) = check(joined, seed);
        gaps += told;
        if !joined.client.session.is_finished() {
            whole += 1;
            let last = if joined.filtered {
                (had + 1..=seq).all(|seq| seq % 10 != 3)
            } else {
                had == seq
            };
            assert!(last, "seed {seed}: ends at {had} of {seq}");
        }
        joined
            .client
            .say(Ok(tungstenite::Message::Pong(Vec::new().into())));
    }
    (whole, gaps)
}

#[tokio::test(start_paused = true)]
async fn whoever_joins_whenever_gets_every_event_once() {
    let (mut whole, mut gaps) = (0, 0);
    for seed in 1..=250 {
        let (clients, told) = course(seed, 10).await;
        whole += clients;
        gaps += told;
    }
    // Most stay to the end. With small events the log has everything, so nobody is told of a gap.
    assert!(whole > 2_000, "{whole}");
    assert_eq!(gaps, 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_falls_behind_is_told_of_everything_that_is_missing() {
    let (mut whole, mut gaps) = (0, 0);
    for seed in 1..=8 {
        let (clients, told) = course(seed, 100_000).await;
        whole += clients;
        gaps += told;
    }
    assert!(whole > 20 && gaps > 100, "{whole} {gaps}");
}
