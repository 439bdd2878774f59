//! Lines of logs: understood or refused, and the picture that is made of them answers every question.

use fabric::serve::event;
use fabric::serve::query;
use fabric::serve::store::Store;
use fabric::serve::time::WallTime;

use super::campaign::{Outcome, campaign};
use super::{byte_changes, corpus, token_changes};
use crate::support::counting_allocator;
use crate::support::random_draws::RandomDraws;

/// A whole log, with some of its lines changed.
pub(super) fn changed_log(originals: &[Vec<u8>], random: &mut RandomDraws) -> Vec<u8> {
    let original = &originals[random.below(originals.len() as u64) as usize];
    let other = &originals[random.below(originals.len() as u64) as usize];
    let mut lines: Vec<Vec<u8>> = original
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    for line in &mut lines {
        match random.below(4) {
            0 => byte_changes::change(line, other, random),
            1 => token_changes::change(line, random),
            2 => token_changes::change_values(line, random),
            _ => {}
        }
    }
    lines.join(&b'\n')
}

/// Logs to change.
pub(super) fn logs() -> Vec<Vec<u8>> {
    let mut logs = corpus::with_ending("events", "l.jsonl");
    logs.extend(corpus::with_ending("events", "t.jsonl"));
    logs.extend(corpus::with_ending("events", "needle.jsonl"));
    logs
}

#[test]
fn lines() {
    let logs = logs();
    let now = WallTime::now();
    let mut store = Store::new(7, now);
    let mut heard = 0_u64;
    campaign(
        "lines",
        2_000,
        |random| changed_log(&logs, random),
        |bytes, _| {
            let mut accepted = false;
            for line in bytes.split(|&byte| byte == b'\n') {
                counting_allocator::forget_peak();
                let parsed = event::parse(line, "here");
                let (taken, allowed) = (
                    counting_allocator::peak_bytes(),
                    16_384 + 64 * line.len() as i64,
                );
                assert!(
                    taken <= allowed,
                    "{taken} bytes of memory for a line of {}",
                    line.len()
                );
                match parsed {
                    Ok(Some(event)) => {
                        accepted = true;
                        heard += 1;
                        let text = serde_json::to_string(&event).expect("an event can be said");
                        assert!(
                            text.len() <= 8 * line.len() + 1_024,
                            "{} bytes of {}",
                            text.len(),
                            line.len()
                        );
                        let back = event::parse(text.as_bytes(), "here");
                        assert!(matches!(back, Ok(Some(_))), "{text} is {back:?}");
                        store.ingest(event, WallTime(now.0 + heard as i64));
                    }
                    Ok(None) => {}
                    Err(reason) => {
                        store.reject(event::Rejection::new(reason, "hostile.jsonl", 0, line))
                    }
                }
            }
            if heard.is_multiple_of(7) {
                let now = WallTime(now.0 + heard as i64);
                store.tidy(now);
                store.take_changes();
                let view = store.view(now);
                query::collision_alerts(&view);
                query::collision_stats(&view);
                query::error_groups(&view, now, false);
                query::error_stats(&view, now);
                query::heatmap_stats(&view);
            }
            match accepted {
                true => Outcome::Accepted,
                false => Outcome::Refused,
            }
        },
    );
}
