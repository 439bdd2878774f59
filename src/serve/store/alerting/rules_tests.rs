//! Verdicts over simulated time: which of them are alerts, and when those end.

use super::*;
use crate::analysis::trend::SeriesAssessment;
use crate::serve::store::tests::{HOUR, MINUTE, at, new_store};
use crate::serve::store::*;
use crate::serve::time::WallTime;

const NONE: [&str; 0] = [];

fn assessed(word: &str) -> SeriesAssessment {
    match word {
        "leaking" => SeriesAssessment::Leaking,
        "growing" => SeriesAssessment::Growing,
        "stable" => SeriesAssessment::Stable,
        _ => SeriesAssessment::InsufficientData,
    }
}

/// Verdicts on one target, half an hour apart.
struct Verdicts {
    store: Store,
    snapshots: i64,
    now: i64,
}

impl Verdicts {
    fn new() -> Verdicts {
        Verdicts {
            store: new_store(),
            snapshots: 0,
            now: 0,
        }
    }

    fn verdict(&mut self, word: &'static str) -> Assessment {
        self.snapshots += 1;
        let time = at(self.snapshots * 30 * MINUTE);
        Assessment {
            target: "api".into(),
            url: Some("http://api.example/debug/pprof/heap".into()),
            folder: "/snapshots/api".into(),
            assessment: assessed(word),
            sentence: format!("the verdict is {word}"),
            // The first is the seventh: those before are told to nobody.
            snapshots: self.snapshots as usize + 6,
            oldest_snapshot_at: Some(at(0)),
            newest_snapshot_at: Some(time),
            inuse_bytes: Some(100 << 20),
            growth_bytes_per_hour: Some(1e6),
            growth_interval95: Some([9e5, 11e5]),
            leak_bytes_per_hour: None,
            leak_interval95: None,
            limit_bytes: Some(1 << 30),
            hours_to_limit: None,
            suspects: vec![SuspectBrief {
                function: "main.remember".into(),
                assessment: assessed(word),
                growth_bytes_per_hour: Some(1e6),
                inuse_bytes: 50 << 20,
            }],
            judged_at: time,
            last_scrape_at: Some(time),
            problem: None,
        }
    }

    fn judge(&mut self, word: &'static str) -> Vec<String> {
        let verdict = self.verdict(word);
        self.assess(verdict)
    }

    fn blames(&mut self, function: &str) -> Vec<String> {
        let mut verdict = self.verdict("leaking");
        verdict.suspects[0].function = function.into();
        self.assess(verdict)
    }

    fn with_hours(&mut self, word: &'static str, hours: [Option<f64>; 2]) -> Vec<String> {
        let verdict = Assessment {
            hours_to_limit: Some(hours),
            ..self.verdict(word)
        };
        self.assess(verdict)
    }

    fn assess(&mut self, assessment: Assessment) -> Vec<String> {
        self.now = self.now.max(assessment.judged_at.0 + 1);
        self.store.assess(assessment, at(self.now));
        self.heard()
    }

    fn wait(&mut self, ms: i64) -> Vec<String> {
        self.now += ms;
        self.store.tidy(at(self.now));
        self.heard()
    }

    fn heard(&mut self) -> Vec<String> {
        let alerts = self
            .store
            .take_changes()
            .into_iter()
            .filter_map(|change| match change {
                Change::Alert(it) if it.change != AlertOutcome::Reminded => Some(it),
                _ => None,
            });
        alerts
            .map(|it| format!("{} {}", it.change.name(), it.alert.id))
            .collect()
    }

    fn active(&mut self) -> Vec<String> {
        let view = self.store.view(WallTime(0));
        view.alerts
            .active
            .iter()
            .map(|alert| alert.summary.clone())
            .collect()
    }
}

#[test]
fn a_rate_of_several_call_paths_is_not_told_of_one() {
    let mut api = Verdicts::new();
    for _ in 0..4 {
        let mut verdict = api.verdict("leaking");
        let other = SuspectBrief {
            function: "main.other".into(),
            ..verdict.suspects[0].clone()
        };
        verdict.suspects.push(other);
        api.assess(verdict);
    }
    assert_eq!(
        api.active(),
        ["api leaks in main.remember and other call paths: +977 KiB/h (95 %: 879 to 1,070)"]
    );
}

#[test]
fn a_leak_begins_with_the_second_verdict_and_is_over_after_ten_minutes_of_stable() {
    let mut api = Verdicts::new();
    assert_eq!(api.judge("insufficient-data"), NONE);
    assert_eq!(api.judge("growing"), NONE);
    let first = api.verdict("leaking");
    assert_eq!(api.assess(first.clone()), NONE);
    // The same snapshot judged again says nothing new.
    let again = Assessment {
        judged_at: at(3 * HOUR),
        ..first
    };
    assert_eq!(api.assess(again), NONE);
    assert_eq!(api.judge("leaking"), ["created memory-leak:api#1"]);
    assert_eq!(
        api.active(),
        ["api leaks in main.remember: +977 KiB/h (95 %: 879 to 1,070)"]
    );
    // A restart has too few snapshots; one snapshot takes it across the mark and the next one back; something still rises.
    for word in [
        "insufficient-data",
        "stable",
        "leaking",
        "stable",
        "growing",
        "stable",
    ] {
        assert_eq!(api.judge(word), NONE, "{word}");
    }
    // The load pauses: snapshots 5 s apart, and each of them is stable.
    let paused = at(api.snapshots * 30 * MINUTE).0;
    let stable_after = |api: &mut Verdicts, ms: i64| {
        let verdict = Assessment {
            judged_at: at(50 * HOUR),
            newest_snapshot_at: Some(WallTime(paused + ms)),
            ..api.verdict("stable")
        };
        api.assess(verdict)
    };
    for ms in (0..10 * MINUTE).step_by(5000) {
        assert_eq!(stable_after(&mut api, ms), NONE, "{ms}");
    }
    assert_eq!(
        stable_after(&mut api, 10 * MINUTE),
        ["resolved memory-leak:api#1"]
    );
    assert_eq!(stable_after(&mut api, 11 * MINUTE), NONE);
    // It begins anew as it began at first.
    assert_eq!(api.judge("leaking"), NONE);
    assert_eq!(api.judge("leaking"), ["new-epoch memory-leak:api#2"]);
}

#[test]
fn only_a_function_that_two_verdicts_in_a_row_blame_is_told() {
    let mut api = Verdicts::new();
    for function in ["main.sawtooth", "main.warmCache", "main.sawtooth"] {
        assert_eq!(api.blames(function), NONE, "{function}");
    }
    // What is between two is no row.
    api.judge("stable");
    assert_eq!(api.blames("main.sawtooth"), NONE);
    api.judge("growing");
    assert_eq!(api.blames("main.sawtooth"), NONE);
    assert_eq!(api.blames("main.warmCache"), NONE);
    assert_eq!(api.blames("main.warmCache"), ["created memory-leak:api#1"]);
    // One verdict that blames another function changes nothing; a second one does, and somebody is told after the time of rest.
    let told = |api: &mut Verdicts| {
        let view = api.store.view(WallTime(0));
        let alert = &view.alerts.active[0];
        (alert.figures.function.clone(), alert.notifications)
    };
    let named = |name: &str, count: u32| (Some(name.to_owned()), count);
    assert_eq!(api.blames("main.remember"), ["escalated"; 0]);
    assert_eq!(told(&mut api), named("main.warmCache", 1));
    assert_eq!(api.blames("main.remember"), ["escalated memory-leak:api#1"]);
    assert_eq!(told(&mut api), named("main.remember", 2));
    assert!(api.active()[0].starts_with("api leaks in main.remember: "));
    // The first one again, for a moment.
    assert_eq!(api.blames("main.warmCache"), NONE);
    assert_eq!(told(&mut api), named("main.remember", 2));
    assert_eq!(api.blames("main.remember"), NONE);
}

#[test]
fn the_limit_is_near_when_the_expected_time_is_and_not_the_upper_end_of_noise() {
    let mut api = Verdicts::new();
    assert_eq!(api.with_hours("leaking", [Some(1.0), Some(2.0)]), NONE);
    api.judge("leaking");
    // 38 hours are expected, although it may be 20.
    assert_eq!(api.with_hours("leaking", [Some(20.0), Some(400.0)]), NONE);
    // It may never be reached, and 26 hours are the least to expect.
    assert_eq!(api.with_hours("leaking", [Some(13.0), None]), NONE);
    assert_eq!(
        api.with_hours("leaking", [Some(12.0), None]),
        ["created memory-limit:api#1"]
    );
    assert!(api.active().contains(
        &"api reaches its memory limit of 1.00 GiB on 2026-04-28 at 23:51 UTC or later".to_owned()
    ));
    // Not over at the edge.
    assert_eq!(api.with_hours("leaking", [Some(16.0), None]), NONE);
    assert_eq!(
        api.with_hours("leaking", [Some(30.0), Some(50.0)]),
        ["resolved memory-limit:api#1"]
    );
    // What may settle counts when there is no time to wait.
    assert_eq!(api.with_hours("growing", [Some(5.0), Some(9.0)]), NONE);
    assert_eq!(
        api.with_hours("growing", [Some(4.0), Some(6.5)]),
        ["new-epoch memory-limit:api#2"]
    );
    let view = api.store.view(WallTime(0));
    let alert = view
        .alerts
        .active
        .iter()
        .find(|it| it.kind == AlertKind::MemoryLimit);
    assert_eq!(alert.map(|it| it.severity), Some(Severity::Critical));
}

#[test]
fn caches_that_fill_for_a_quarter_of_an_hour_are_no_limit_that_is_near() {
    let mut api = Verdicts::new();
    let growing_for = |api: &mut Verdicts, ms: i64| {
        let verdict = api.verdict("growing");
        let newest = verdict.newest_snapshot_at.map_or(0, |it| it.0);
        api.assess(Assessment {
            hours_to_limit: Some([Some(0.1), Some(0.2)]),
            oldest_snapshot_at: Some(WallTime(newest - ms)),
            ..verdict
        })
    };
    assert_eq!(growing_for(&mut api, 20_000), NONE);
    assert_eq!(growing_for(&mut api, 15 * MINUTE - 1), NONE);
    assert_eq!(
        growing_for(&mut api, 15 * MINUTE),
        ["created memory-limit:api#1"]
    );
}

#[test]
fn a_limit_that_is_passed_is_told_whatever_the_verdict_is_and_is_not_over_while_it_is() {
    let mut api = Verdicts::new();
    let uses = |api: &mut Verdicts, word, mib: u64| {
        let verdict = Assessment {
            inuse_bytes: Some(mib << 20),
            ..api.verdict(word)
        };
        api.assess(verdict)
    };
    assert_eq!(uses(&mut api, "stable", 1023), NONE);
    assert_eq!(
        uses(&mut api, "insufficient-data", 1024),
        ["created memory-limit:api#1"]
    );
    for _ in 0..5 {
        assert_eq!(uses(&mut api, "stable", 1100), NONE);
    }
    assert_eq!(
        api.active(),
        ["api has passed its memory limit of 1.00 GiB: 1.07 GiB are in use"]
    );
    assert_eq!(
        uses(&mut api, "stable", 900),
        ["resolved memory-limit:api#1"]
    );
}

/// A try that gives no snapshot: the verdict stays as it was, and who tries says only that something is wrong.
fn fail(api: &mut Verdicts, problem: &str) -> Vec<String> {
    api.now += 1;
    let failed = Assessment {
        problem: Some(problem.into()),
        last_scrape_at: Some(at(api.now)),
        ..api.verdict("stable")
    };
    api.snapshots -= 1;
    api.assess(failed)
}

#[test]
fn a_target_fails_when_three_tries_in_a_row_give_no_snapshot() {
    let mut api = Verdicts::new();
    api.judge("stable");
    assert_eq!(fail(&mut api, "connection refused"), NONE);
    assert_eq!(api.wait(30 * MINUTE), NONE);
    assert_eq!(fail(&mut api, "connection refused"), NONE);
    // It was a restart of the service.
    assert_eq!(api.judge("stable"), NONE);
    assert_eq!(fail(&mut api, "connection refused"), NONE);
    // Others hang, and its turn comes late: it was tried once.
    assert_eq!(api.wait(5 * HOUR), NONE);
    assert_eq!(fail(&mut api, "connection refused"), NONE);
    assert_eq!(fail(&mut api, "no such host"), NONE);
    assert_eq!(api.wait(1000), ["created watch-failing:api#1"]);
    assert_eq!(api.wait(MINUTE), NONE);
    assert_eq!(api.active(), ["api cannot be watched: no such host"]);
    let view = api.store.view(WallTime(0));
    assert_eq!(view.alerts.active[0].last_reason, "no such host");
    // A target that is known is not forgotten because nothing is new of it.
    assert_eq!(api.wait(48 * HOUR), NONE);
    assert_eq!(api.judge("stable"), ["resolved watch-failing:api#1"]);
    // Three tries in a moment are one accident.
    for _ in 0..3 {
        assert_eq!(fail(&mut api, "connection refused"), NONE);
        assert_eq!(api.wait(1000), NONE);
    }
    assert_eq!(api.wait(60 * MINUTE), ["new-epoch watch-failing:api#2"]);
}

#[test]
fn a_restart_is_no_snapshot_of_a_target_that_fails() {
    let mut before = Verdicts::new();
    before.judge("stable");
    for _ in 0..3 {
        fail(&mut before, "connection refused");
        before.wait(30 * MINUTE);
    }
    let view = before.store.view(WallTime(0));
    let alerts: Vec<Alert> = view.alerts.active.iter().map(|it| (**it).clone()).collect();
    assert_eq!(&*alerts[0].id, "watch-failing:api#1");

    let mut after = Verdicts::new();
    after.now = before.now;
    after.store.restore_alerts(alerts, at(after.now));
    // What lies there is judged before anything is tried.
    let untried = Assessment {
        last_scrape_at: None,
        ..after.verdict("stable")
    };
    assert_eq!(after.assess(untried), NONE);
    assert_eq!(after.wait(MINUTE), NONE);
    assert_eq!(fail(&mut after, "connection refused"), NONE);
    assert_eq!(after.active().len(), 1);
    assert_eq!(after.judge("stable"), ["resolved watch-failing:api#1"]);
}

#[test]
fn memory_that_breathes_around_the_mark_is_one_alert_and_the_worse_stands_for_the_other() {
    use PressureLevel::{MemoryPressure, OomRisk};
    let mut store = new_store();
    let mut heard = |seconds: i64, level: Option<PressureLevel>| {
        let pressure = level.map(|level| Pressure {
            level,
            resident_bytes: 900 << 20,
            limit_bytes: Some(1 << 30),
            working_set_bytes: Some(980 << 20),
            max_bytes: Some(1 << 30),
        });
        store.set_pressure(pressure, at(seconds * 1000));
        let changes = store.take_changes().into_iter();
        let alerts = changes.filter_map(|change| match change {
            Change::Alert(it) => Some(format!("{} {}", it.change.name(), it.alert.id)),
            _ => None,
        });
        alerts.collect::<Vec<String>>()
    };
    assert_eq!(heard(0, None), NONE);
    assert_eq!(
        heard(10, Some(MemoryPressure)),
        ["created memory-pressure:self#1"]
    );
    for second in 2..100 {
        let level = (second % 2 == 0).then_some(MemoryPressure);
        assert_eq!(heard(10 * second, level), NONE);
    }
    assert_eq!(heard(1000, Some(OomRisk)), ["created oom-risk:self#1"]);
    assert_eq!(heard(1010, Some(MemoryPressure)), NONE);
    assert_eq!(
        heard(1310, Some(MemoryPressure)),
        ["resolved oom-risk:self#1"]
    );
    assert_eq!(heard(1320, None), NONE);
    assert_eq!(heard(1620, None), ["resolved memory-pressure:self#1"]);
}
