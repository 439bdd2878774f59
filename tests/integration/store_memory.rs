//! The store's memory, counted by the allocator: what it says it holds is what it holds, and ten times of everything is no more than five.

use fabric::serve::event::{Draft, Level, LogEvent};
use fabric::serve::store::Store;
use fabric::serve::time::{EventTime, WallTime};

use crate::support::counting_allocator::live_bytes;

/// Every collection is filled anew in each round: so many events with workers, files, folders, tasks and errors that were not there before.
const EVENTS: i64 = 12_000;

struct Draws(u64);

impl Draws {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn word(&mut self) -> String {
        (0..12)
            .map(|_| char::from(b'a' + self.below(26) as u8))
            .collect()
    }
}

/// One of a round: `size` bytes are added to its text.
fn event(draws: &mut Draws, round: i64, place: i64, size: usize) -> LogEvent {
    // Two events for each of a thousand workers on each of their files and tasks: so they are in each other's way.
    let pair = place / 2;
    let error = format!(
        "{} {} failed {}",
        draws.word(),
        draws.word(),
        "x".repeat(size)
    );
    let draft = Draft {
        ts: EventTime(round * 60_000 + place),
        level: (place % 5 == 0).then_some(Level::Error),
        worker: format!("worker-{round}-{}", place % 1_200).into(),
        message: "tool.call".into(),
        sequence: Some(place as u64),
        session: Some(format!("session-{round}").into()),
        bead: Some(format!("bead-{round}-{pair}").into()),
        error: Some(error.into()),
        tool: Some("Edit".into()),
        path: Some(format!("/srv/app/{round}/{}/{pair}.rs", pair / 3).into()),
        ..Draft::default()
    };
    draft.into_event()
}

/// The bytes after each of ten rounds: as the allocator says, and as the store says.
fn rounds(size: usize) -> Vec<(i64, i64)> {
    // What is made once in a process is made before.
    let mut warm = Store::new(1, WallTime(0));
    let mut draws = Draws(1);
    for place in 0..2_000 {
        warm.ingest(event(&mut draws, 0, place, 0), WallTime(place));
    }
    drop(warm);
    let before = live_bytes();
    let mut store = Store::new(1, WallTime(0));
    let mut found = Vec::new();
    for round in 1..=10 {
        for place in 0..EVENTS {
            let now = WallTime(round * 60_000 + place);
            store.ingest(event(&mut draws, round, place, size), now);
            if place % 1_000 == 999 {
                store.take_changes();
                store.tidy(now);
                store.view(now);
            }
        }
        let view = store.view(WallTime(round * 60_000 + EVENTS));
        let reported: u64 = view.bounds.iter().map(|it| it.usage.bytes).sum();
        drop(view);
        found.push((live_bytes() - before, reported as i64));
        println!(
            "round {round}: {} bytes, {reported} reported",
            live_bytes() - before
        );
    }
    drop(store);
    let left = live_bytes() - before;
    assert!(left < 1024 * 1024, "{left} bytes are left of it");
    found
}

#[track_caller]
fn check(found: &[(i64, i64)]) {
    for (live, reported) in found {
        assert!(*live as f64 <= *reported as f64 * 1.1, "{live} {reported}");
        // An event that several collections keep is counted by each.
        assert!(*live as f64 >= *reported as f64 * 0.4, "{live} {reported}");
    }
    let (fifth, tenth) = (found[4].0 as f64, found[9].0 as f64);
    assert!((tenth / fifth - 1.0).abs() < 0.02, "{fifth} {tenth}");
}

#[test]
fn ten_times_of_everything_is_no_more_memory_than_five_and_the_store_says_how_much() {
    check(&rounds(0));
}

#[test]
fn so_are_ten_times_of_everything_in_large_events() {
    let found = rounds(16 * 1024);
    check(&found);
    assert!(
        found.iter().all(|(live, _)| *live <= 96 * 1024 * 1024),
        "{found:?}"
    );
}
