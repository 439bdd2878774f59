//! What is said of V8 heaps whose truth is known (`truth.json` beside the fixtures).

use super::run_fabric::{fabric, fixtures};

/// 40 objects of 48 bytes are planted between two steps.
#[test]
fn a_planted_leak_is_named_with_its_holder_at_every_step() {
    let file = |step: u32| {
        let path = format!("v8/node-20/reduced/vr{step}.heapsnapshot.gz");
        fixtures().join(path).display().to_string()
    };
    for step in 0..3 {
        let run = fabric(&["diff", "--format", "folded", &file(step), &file(step + 1)]);
        let line = run
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix("a scope;Map;LeakedItem "))
            .unwrap_or_else(|| panic!("step {step}: {}", run.stdout));
        let counts: Vec<u64> = line
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        assert_eq!(counts, [counts[0], counts[0] + 40 * 48], "step {step}");
    }
}
