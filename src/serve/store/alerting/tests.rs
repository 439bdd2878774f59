//! Alerts over simulated time: who is told what, and when.

use std::collections::{BTreeMap, BTreeSet};

use super::book::AlertBook;
use super::*;
use crate::serve::bounds;
use crate::serve::store::bounds_tests::Draws;
use crate::serve::store::meter::Meter;
use crate::serve::store::tests::{HOUR, MINUTE, at};

fn finding(severity: Severity) -> Finding {
    Finding::new(severity, "it is so".into(), "because".into())
}

fn observed(scope: &str, finding: Option<Finding>) -> Observation {
    Observation {
        kind: AlertKind::MemoryPressure,
        scope: scope.into(),
        finding,
    }
}

/// A book, and a short word for everything that happens to it: `+` for what is told.
struct Desk {
    book: AlertBook,
    now: i64,
}

impl Desk {
    fn new() -> Desk {
        Desk {
            book: AlertBook::new(),
            now: 0,
        }
    }

    fn see(&mut self, severity: Severity) -> Vec<String> {
        self.book
            .observe(observed("self", Some(finding(severity))), at(self.now));
        self.heard()
    }

    fn see_nothing(&mut self) -> Vec<String> {
        self.book.observe(observed("self", None), at(self.now));
        self.heard()
    }

    fn wait(&mut self, ms: i64) -> Vec<String> {
        self.now += ms;
        self.book.tidy(at(self.now), |_| false);
        self.heard()
    }

    fn heard(&mut self) -> Vec<String> {
        let changes = self.book.take_changes();
        changes
            .iter()
            .map(|change| {
                let told = if change.notified { "+" } else { "" };
                format!("{told}{} {}", change.change.name(), change.alert.epoch)
            })
            .collect()
    }
}

const NONE: [&str; 0] = [];

#[test]
fn one_that_goes_on_is_told_at_growing_distances() {
    let mut desk = Desk::new();
    assert_eq!(desk.see(Severity::Warning), ["+created 1"]);
    let mut reminders = Vec::new();
    for minute in 1..=6 * 24 * 60 {
        let mut heard = desk.wait(MINUTE);
        heard.extend(desk.see(Severity::Warning));
        if !heard.is_empty() {
            assert_eq!(heard, ["+reminded 1"]);
            reminders.push(minute);
        }
    }
    // Half an hour, one, two, four, eight, sixteen, and from then on a day.
    let hours = [0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 55.5, 79.5, 103.5, 127.5];
    let expected: Vec<i64> = hours.iter().map(|hours| (hours * 60.0) as i64).collect();
    assert_eq!(reminders, expected);
    let alerts = desk.book.shown();
    let alert = alerts.active.first().map(|alert| {
        (
            &*alert.id,
            alert.occurrences,
            alert.notifications,
            alert.created_at,
        )
    });
    assert_eq!(alert, Some(("memory-pressure:self#1", 8641, 11, at(0))));
}

#[test]
fn one_that_comes_and_goes_is_told_once_in_the_time_of_rest_and_then_as_it_is() {
    let mut desk = Desk::new();
    assert_eq!(desk.see(Severity::Warning), ["+created 1"]);
    desk.wait(MINUTE);
    assert_eq!(desk.see_nothing(), ["resolved 1"]);
    desk.wait(MINUTE);
    assert_eq!(desk.see(Severity::Critical), ["new-epoch 2"]);
    desk.wait(MINUTE);
    assert_eq!(desk.see_nothing(), ["resolved 2"]);
    assert_eq!(desk.wait(26 * MINUTE), NONE);
    // Whoever was told that it began is told that it is over: once, and of the newest epoch.
    assert_eq!(desk.wait(MINUTE), ["+resolved 2"]);
    assert_eq!(desk.wait(30 * MINUTE), NONE);
    assert_eq!(desk.see_nothing(), NONE);
}

#[test]
fn one_that_is_back_within_the_time_of_rest_is_told_after_it() {
    let mut desk = Desk::new();
    desk.see(Severity::Warning);
    desk.wait(10 * MINUTE);
    assert_eq!(desk.see_nothing(), ["resolved 1"]);
    desk.wait(10 * MINUTE);
    assert_eq!(desk.see(Severity::Warning), ["new-epoch 2"]);
    assert_eq!(desk.wait(10 * MINUTE), ["+new-epoch 2"]);
    desk.wait(30 * MINUTE);
    assert_eq!(desk.see_nothing(), ["+reminded 2", "resolved 2"][1..]);
}

#[test]
fn of_what_nobody_heard_the_beginning_nobody_hears_the_end() {
    let mut desk = Desk::new();
    desk.see(Severity::Warning);
    desk.wait(30 * MINUTE);
    desk.wait(30 * MINUTE);
    assert_eq!(desk.see_nothing(), ["+resolved 1"]);
    desk.wait(MINUTE);
    assert_eq!(desk.see(Severity::Warning), ["new-epoch 2"]);
    desk.wait(MINUTE);
    assert_eq!(desk.see_nothing(), ["resolved 2"]);
    assert_eq!(desk.wait(HOUR), NONE);
}

#[test]
fn what_became_worse_is_told_as_soon_as_the_time_of_rest_is_over() {
    let mut desk = Desk::new();
    desk.see(Severity::Warning);
    desk.wait(30 * MINUTE);
    desk.wait(29 * MINUTE);
    assert_eq!(desk.see(Severity::Critical), NONE);
    assert_eq!(desk.wait(MINUTE), ["+escalated 1"]);
    // Once: it has been told.
    desk.wait(31 * MINUTE);
    assert_eq!(desk.see(Severity::Critical), NONE);
}

#[test]
fn a_leak_is_worse_when_half_the_time_is_gone_or_it_is_surely_faster() {
    let with = |growth: f64, half: f64, hours: Option<[Option<f64>; 2]>| AlertFigures {
        function: None,
        growth_bytes_per_hour: Some(growth),
        growth_interval95: Some([growth - half, growth + half]),
        hours_to_limit: hours,
        limit_reached_at: None,
    };
    let worse = |told: &AlertFigures, now: &AlertFigures| {
        let mut book = AlertBook::new();
        for (time, figures) in [(0, told), (31, now)] {
            let finding = Finding {
                figures: figures.clone(),
                ..finding(Severity::Warning)
            };
            book.observe(observed("self", Some(finding)), at(time * MINUTE));
        }
        let outcomes = book.take_changes();
        outcomes.last().map(|change| change.change) == Some(AlertOutcome::Escalated)
    };
    let told = with(100.0, 20.0, Some([Some(10.0), Some(30.0)]));
    assert!(!worse(&told, &told));
    assert!(worse(&told, &with(200.0, 20.0, None)));
    // Twice as fast, and it may be noise.
    assert!(!worse(&told, &with(200.0, 90.0, None)));
    // Surely faster, and by little.
    assert!(!worse(&told, &with(130.0, 1.0, None)));
    assert!(worse(
        &told,
        &with(100.0, 20.0, Some([Some(5.0), Some(15.0)]))
    ));
    assert!(!worse(
        &told,
        &with(100.0, 20.0, Some([Some(6.0), Some(18.0)]))
    ));
    let never = with(100.0, 20.0, Some([Some(7.5), None]));
    assert_eq!(
        (told.expected_hours(), never.expected_hours()),
        (Some(15.0), Some(15.0))
    );
}

#[test]
fn a_clock_that_is_set_back_does_not_silence_anybody() {
    let mut desk = Desk::new();
    desk.now = 100 * HOUR;
    desk.see(Severity::Warning);
    assert_eq!(desk.wait(-50 * HOUR), ["+reminded 1"]);
    assert_eq!(desk.wait(MINUTE), NONE);
}

#[test]
fn what_nobody_says_anything_about_any_more_ends() {
    let mut desk = Desk::new();
    desk.see(Severity::Warning);
    let mut heard = Vec::new();
    for _ in 0..49 {
        heard.extend(desk.wait(HOUR));
    }
    assert_eq!(heard.last().map(String::as_str), Some("+resolved 1"));
    let note = desk.book.shown().history[0].resolution_note.clone();
    assert_eq!(
        note.as_deref(),
        Some("nothing has been heard of it for long")
    );
}

#[test]
fn a_restart_tells_nobody_the_same_again() {
    let mut before = Desk::new();
    before.see(Severity::Warning);
    before.wait(5 * MINUTE);
    before.see_nothing();
    before.wait(5 * MINUTE);
    before.see(Severity::Warning);
    let saved = serde_json::to_string(&before.book.shown()).unwrap_or_default();
    let read: BTreeMap<String, Vec<Alert>> = serde_json::from_str(&saved).unwrap_or_default();

    let mut after = Desk::new();
    after.now = 15 * MINUTE;
    let alerts: Vec<Alert> = read.into_values().flatten().collect();
    assert_eq!(alerts.len(), 2);
    after.book.restore(alerts, at(after.now));
    assert_eq!(*after.book.shown().active, *before.book.shown().active);
    assert_eq!(*after.book.shown().history, *before.book.shown().history);
    assert_eq!(after.see(Severity::Warning), NONE);
    assert_eq!(after.wait(15 * MINUTE), ["+new-epoch 2"]);
    after.wait(30 * MINUTE);
    assert_eq!(after.see_nothing(), ["resolved 2"]);
}

/// One that never forgets.
fn patient() -> AlertBook {
    let mut book = AlertBook::new();
    book.set_pace(AlertPace {
        forget_ms: i64::MAX,
        ..AlertPace::default()
    });
    book
}

/// A thousand lives of a few identities: whatever is seen and however long it takes, the promises hold.
#[test]
fn whatever_happens_nobody_is_told_too_often_or_left_with_what_is_not_so() {
    const COOLDOWN: i64 = 30 * MINUTE;
    for seed in 0..1000 {
        let mut draws = Draws(seed);
        let mut book = patient();
        let mut now = 0;
        let mut told: BTreeMap<String, (i64, AlertStatus, u32)> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        let mut truth: BTreeMap<String, bool> = BTreeMap::new();
        for _ in 0..60 {
            now += [1, 1000, MINUTE, 10 * MINUTE, 40 * MINUTE, 5 * HOUR][draws.below(6) as usize];
            let scope = ["a", "b", "c"][draws.below(3) as usize];
            match draws.below(5) {
                0 => book.tidy(at(now), |_| false),
                1 => {
                    book.observe(observed(scope, None), at(now));
                    truth.insert(scope.to_owned(), false);
                }
                it => {
                    let severity = [Severity::Warning, Severity::Critical][(it == 4) as usize];
                    book.observe(observed(scope, Some(finding(severity))), at(now));
                    truth.insert(scope.to_owned(), true);
                }
            }
            if draws.below(20) == 0 {
                // A restart.
                let shown = book.shown();
                let all = shown.active.iter().chain(&shown.history);
                let all: Vec<Alert> = all.map(|alert| (**alert).clone()).collect();
                for change in book.take_changes() {
                    check(&change, now, &mut told, &mut ids);
                }
                book = patient();
                book.restore(all, at(now));
                assert_eq!(
                    (book.shown().active.len(), book.shown().history.len()),
                    (shown.active.len(), shown.history.len())
                );
            }
            for change in book.take_changes() {
                check(&change, now, &mut told, &mut ids);
            }
            for (scope, is_active) in &truth {
                let active = book
                    .shown()
                    .active
                    .iter()
                    .filter(|alert| *alert.scope == **scope)
                    .count();
                assert_eq!(active, usize::from(*is_active), "seed {seed}");
            }
        }
        // When the time of rest is over, everybody who was told anything knows how it is.
        now += COOLDOWN;
        book.tidy(at(now), |_| false);
        for change in book.take_changes() {
            check(&change, now, &mut told, &mut ids);
        }
        for (scope, is_active) in truth {
            let believed = told
                .get(&scope)
                .map(|(_, status, _)| *status == AlertStatus::Active);
            assert_eq!(believed.unwrap_or(false), is_active, "seed {seed}: {scope}");
        }
    }

    fn check(
        change: &AlertChange,
        now: i64,
        told: &mut BTreeMap<String, (i64, AlertStatus, u32)>,
        ids: &mut BTreeSet<String>,
    ) {
        let alert = &change.alert;
        let is_new = matches!(
            change.change,
            AlertOutcome::Created | AlertOutcome::NewEpoch
        );
        assert!(!is_new || ids.insert(alert.id.to_string()) || change.notified);
        if !change.notified {
            return;
        }
        let before = told.insert(alert.scope.to_string(), (now, alert.status, alert.epoch));
        assert_eq!(alert.last_notified_at, Some(at(now)));
        if let Some((when, status, epoch)) = before {
            assert!(now - when >= COOLDOWN, "told again after {} ms", now - when);
            let same = status == alert.status && epoch == alert.epoch;
            assert!(
                !same
                    || matches!(
                        change.change,
                        AlertOutcome::Reminded | AlertOutcome::Escalated
                    )
            );
            assert!(alert.status == AlertStatus::Active || status == AlertStatus::Active);
        } else {
            assert_eq!(alert.status, AlertStatus::Active);
        }
    }
}

#[test]
fn there_is_no_end_of_alerts_and_one_of_the_book() {
    let mut book = AlertBook::new();
    let long = "é".repeat(5000);
    for round in 0..4 {
        for index in 0..400 {
            let scope = format!("t{index}");
            let finding = Finding::new(Severity::Warning, long.clone(), long.clone());
            book.observe(observed(&scope, Some(finding)), at(round * HOUR));
            book.observe(observed(&scope, None), at(round * HOUR + MINUTE));
        }
    }
    let report = book.meters().map(Meter::report);
    let [alerts, waiting] = report;
    assert!(alerts.usage.length <= bounds::ALERTS.cap_entries.unwrap_or(0));
    assert!(alerts.usage.bytes <= bounds::ALERTS.cap_bytes.unwrap_or(0));
    assert_eq!((alerts.usage.length, alerts.usage.bytes), book.walk());
    assert!(alerts.usage.evictions > 1000 && waiting.usage.evictions > 1000);
    assert!(waiting.usage.bytes <= bounds::ALERTS_WAITING.cap_bytes.unwrap_or(0));
    book.take_changes();
    assert_eq!(book.meters()[1].report().usage.bytes, 0);
    let shown = book.shown();
    assert!(shown.active.is_empty() && !shown.history.is_empty());
    assert!(
        shown
            .history
            .windows(2)
            .all(|two| two[0].resolved_at >= two[1].resolved_at)
    );

    // Active ones are not pushed out by further ones.
    let mut book = AlertBook::new();
    for index in 0..600 {
        let scope = format!("t{index}");
        book.observe(
            observed(&scope, Some(finding(Severity::Warning))),
            at(index),
        );
    }
    assert_eq!(book.shown().active.len(), 256);
    assert_eq!(book.meters()[0].report().usage.evictions, 344);
}
