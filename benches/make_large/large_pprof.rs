//! A pair of large pprof heap profiles, as Go would write them.

use std::path::Path;

use crate::call_paths::{CallPaths, go_name};
use crate::random_draws::RandomDraws;
use crate::synth_pprof::{GO_HEAP, SynthPprof};

/// Snapshots of a series.
const SERIES: i64 = 100;

/// Writes `heap.000.pb.gz` and so on into `folder`: a hundred snapshots of one process, half an hour apart, of which every tenth
/// stack grows in each.
pub(crate) fn write_series(samples: usize, folder: &Path) -> std::io::Result<()> {
    let mut paths = CallPaths::new(8..41, 1);
    let stacks: Vec<_> = (0..samples).map(|_| paths.next_path()).collect();
    for number in 0..SERIES {
        let mut profile = SynthPprof::new(&GO_HEAP);
        let mut random = RandomDraws::new(3);
        for (index, stack) in stacks.iter().enumerate() {
            let bytes = 16 * (1 + random.below(64));
            let objects = 1 + random.below(32_768 / bytes) as i64;
            let grown = if index % 10 == 3 {
                number * (1 + objects / 8)
            } else {
                0
            };
            let (all, live, space) = (
                objects * (number + 1) + grown,
                objects + grown,
                bytes as i64,
            );
            let locations: Vec<u64> = stack
                .iter()
                .map(|site| profile.location(&go_name(site.function), u64::from(site.line)))
                .collect();
            let values = [all, all * space, live, live * space];
            profile.sample_at(&locations, &values, Some(bytes));
        }
        profile.period("space", "bytes", 524_288);
        profile.time_nanos((1_760_000_000 + 1800 * number) * 1_000_000_000);
        let name = format!("heap.{number:03}.pb.gz");
        std::fs::write(folder.join(name), profile.encode_gzip()?)?;
    }
    Ok(())
}

/// Writes `a.pb.gz` and `b.pb.gz` of `samples` samples each, 24 frames deep on average, into `folder`. In the second a
/// tenth of the stacks has grown, a hundredth is gone, and the locations have other ids, as in every new file.
pub(crate) fn write(samples: usize, folder: &Path) -> std::io::Result<()> {
    let mut paths = CallPaths::new(8..41, 1);
    let stacks: Vec<_> = (0..samples).map(|_| paths.next_path()).collect();
    for (name, grown) in [("a.pb.gz", false), ("b.pb.gz", true)] {
        let mut profile = SynthPprof::new(&GO_HEAP);
        let mut random = RandomDraws::new(2);
        let mut rows: Vec<(usize, [i64; 4], u64)> = (0..samples)
            .map(|index| {
                let bytes = 16 * (1 + random.below(64));
                let objects = 1 + random.below(32_768 / bytes) as i64;
                let live = if random.below(3) == 0 { 0 } else { objects };
                let growth = i64::from(grown && index % 10 == 3) * (1 + objects / 2);
                let space = bytes as i64;
                let counts = [objects + growth, live + growth];
                let values = [counts[0], counts[0] * space, counts[1], counts[1] * space];
                (index, values, bytes)
            })
            .collect();
        if grown {
            rows.retain(|(index, ..)| index % 100 != 7);
            rows.reverse();
        }
        for (index, values, bytes) in rows {
            let stack: Vec<u64> = stacks[index]
                .iter()
                .map(|site| profile.location(&go_name(site.function), u64::from(site.line)))
                .collect();
            profile.sample_at(&stack, &values, Some(bytes));
        }
        profile.period("space", "bytes", 524_288);
        let minutes = if grown { 60 } else { 0 };
        profile.time_nanos((1_760_000_000 + 60 * minutes) * 1_000_000_000);
        std::fs::write(folder.join(name), profile.encode_gzip()?)?;
    }
    Ok(())
}
