//! Verdicts on heaps whose truth is known: how often they raise a false alarm, and how often they miss a leak.

use fabric::analysis::diff::{self, Diff, DiffOptions};
use fabric::analysis::significance;
use fabric::analysis::verdict::Assessment;
use fabric::formats::{jemalloc, pprof};
use fabric::model::Profile;

use super::support::heap_simulation::{HeapSimulation, Site, pair, steady_service};
use super::support::heap_snapshot::HeapSnapshot;

const PERIOD: u64 = 524_288;
const SITES: usize = 150;
const MINUTE: i64 = 60_000_000_000;

fn as_pprof(snapshot: &HeapSnapshot, minutes: i64) -> Profile {
    let bytes = snapshot.pprof((1_000_000 + minutes) * MINUTE).encode();
    pprof::read(bytes.as_slice()).expect("a synthetic profile is read")
}

fn as_jemalloc(snapshot: &HeapSnapshot, base: u64) -> Profile {
    let text = snapshot.jemalloc(base).text();
    jemalloc::read(text.as_bytes()).expect("a synthetic dump is read")
}

fn compare(before: &Profile, after: &Profile) -> Diff {
    let options = DiffOptions {
        top: 0,
        ..DiffOptions::default()
    };
    diff::diff(before, after, &options).expect("they can be compared")
}

/// Pairs of a service in which nothing changes on balance, and how many of them report a significant row.
fn false_alarms(same_process: bool, profiles: impl Fn(&HeapSnapshot, bool) -> Profile) -> (usize, usize) {
    const PAIRS: usize = 300;
    let alarms = (0..PAIRS as u64)
        .filter(|&seed| {
            let sites = steady_service(SITES, seed);
            let (before, after) = pair(&sites, PERIOD, same_process, seed + 1);
            let diff = compare(&profiles(&before, false), &profiles(&after, true));
            diff.rows.iter().any(|row| row.is_significant())
        })
        .count();
    (alarms, PAIRS)
}

#[test]
fn a_steady_heap_raises_no_alarm_in_one_process() {
    let (alarms, pairs) = false_alarms(true, |snapshot, later| as_pprof(snapshot, i64::from(later) * 10));
    assert!(alarms * 20 <= pairs, "{alarms} of {pairs}");
}

#[test]
fn a_steady_heap_raises_no_alarm_across_a_restart() {
    let (alarms, pairs) = false_alarms(false, |snapshot, later| as_pprof(snapshot, i64::from(later) * 10));
    assert!(alarms * 20 <= pairs, "{alarms} of {pairs}");
}

#[test]
fn a_steady_heap_raises_no_alarm_in_jemalloc_dumps_of_two_processes() {
    let base = |later| if later { 0x7f00_0000_0000 } else { 0x5500_0000_0000 };
    let (alarms, pairs) = false_alarms(false, |snapshot, later| as_jemalloc(snapshot, base(later)));
    assert!(alarms * 20 <= pairs, "{alarms} of {pairs}");
}

/// A service with one more site that holds `held` bytes of `object_bytes` each, and adds `growth` bytes in a step.
fn planted(seed: u64, object_bytes: u64, held: u64, growth: u64) -> Vec<Site> {
    let mut sites = steady_service(SITES, seed);
    sites.push(Site {
        stack: ["shop/cart.(*Cart).Add", "shop/http.handleCart", "main.main"].map(str::to_owned).to_vec(),
        object_bytes,
        live: held / object_bytes,
        churn: 0.0,
        growth: (growth / object_bytes) as i64,
        transient: 0,
    });
    sites
}

/// How many of 100 planted leaks of three times the detectable size are found, by the right path.
fn found(same_process: bool, object_bytes: u64, held: u64) -> usize {
    let detectable = significance::minimum_detectable(
        // Across a restart everything the site holds is sampled anew, on both sides.
        if same_process { 0.0 } else { 2.0 * held as f64 },
        PERIOD as f64,
        SITES + 1,
    );
    (0..100u64)
        .filter(|&seed| {
            let sites = planted(seed, object_bytes, held, 3 * detectable as u64);
            let (before, after) = pair(&sites, PERIOD, same_process, seed + 1);
            let diff = compare(&as_pprof(&before, 0), &as_pprof(&after, 10));
            let names_it = diff.suspects.iter().any(|suspect| suspect.frames[0].name == "shop/cart.(*Cart).Add");
            names_it && diff.assessment >= Assessment::Growing
        })
        .count()
}

#[test]
fn growth_of_three_times_the_detectable_size_is_found() {
    for same_process in [true, false] {
        for object_bytes in [64, 4096, 200_000] {
            for held in [1 << 20, 64 << 20] {
                let found = found(same_process, object_bytes, held);
                assert!(found >= 95, "{found} of 100: same process {same_process}, objects of {object_bytes}, {held} held");
            }
        }
    }
}

#[test]
fn a_leak_that_never_frees_is_called_one_and_a_cache_that_is_full_is_not() {
    let mut process = HeapSimulation::new(&planted(7, 512, 64 << 20, 64 << 20), PERIOD, 7);
    let before = process.snapshot();
    process.step();
    let after = process.snapshot();
    let diff = compare(&as_pprof(&before, 0), &as_pprof(&after, 10));
    assert_eq!(diff.assessment, Assessment::Leaking, "{:?}", diff.evidence);

    // The same site, full: from now on it replaces what it holds.
    let last = process.sites_mut().len() - 1;
    process.sites_mut()[last].growth = 0;
    process.sites_mut()[last].churn = 0.5;
    process.step();
    let full = process.snapshot();
    let diff = compare(&as_pprof(&after, 10), &as_pprof(&full, 20));
    assert_eq!(diff.assessment, Assessment::Stable, "{:?}", diff.evidence);
}

#[test]
fn what_shrinks_elsewhere_does_not_hide_a_leak() {
    let mut sites = planted(11, 512, 64 << 20, 64 << 20);
    sites.push(Site {
        stack: ["shop/batch.load", "main.main"].map(str::to_owned).to_vec(),
        object_bytes: 2048,
        live: (128 << 20) / 2048,
        churn: 0.0,
        growth: -((80 << 20) / 2048),
        transient: 0,
    });
    let (before, after) = pair(&sites, PERIOD, true, 5);
    let diff = compare(&as_pprof(&before, 0), &as_pprof(&after, 10));
    assert!(diff.total.delta() < 0);
    assert_eq!(diff.suspects[0].frames[0].name, "shop/cart.(*Cart).Add");
    assert!(diff.assessment >= Assessment::Growing, "{:?}", diff.evidence);
}
