//! A set of large jemalloc dumps.

use std::collections::BTreeMap;
use std::path::Path;

use crate::call_paths::{CallPaths, CallSite, go_name};
use crate::random_draws::RandomDraws;
use crate::synth_jemalloc::{JemallocCounts, SynthJemalloc};

const PROGRAM_BYTES: u64 = 1 << 28;

/// Writes dumps of `stacks` stacks, 20 to 128 frames deep, into `folder`: `a.heap`; `b.heap`, where a tenth of the stacks has
/// grown; `c.heap`, the same as b from another process; and a and b with names. 50,000 stacks make some 58 MB.
pub(crate) fn write(stacks: usize, folder: &Path) -> std::io::Result<()> {
    for (name, grown, base, named) in [
        ("a.heap", false, 0x55d0_0000_0000, false),
        ("b.heap", true, 0x55d0_0000_0000, false),
        ("c.heap", true, 0x5612_3000_0000, false),
        ("a.symbolized.heap", false, 0x55d0_0000_0000, true),
        ("b.symbolized.heap", true, 0x55d0_0000_0000, true),
    ] {
        let mut dump = SynthJemalloc::new(524_288);
        let mut paths = CallPaths::new(20..129, 3);
        let mut random = RandomDraws::new(4);
        let mut names = BTreeMap::new();
        for index in 0..stacks {
            let path = paths.next_path();
            let addresses: Vec<u64> = path.iter().map(|&site| base + offset(site)).collect();
            if named {
                names.extend(addresses.iter().copied().zip(path));
            }
            let bytes = 16 * (1 + random.below(256));
            let growth = u64::from(grown && index % 10 == 3) * 3;
            let objects = 1 + random.below(20) + growth;
            let counts = JemallocCounts {
                live_objects: objects,
                live_bytes: objects * bytes,
                ..JemallocCounts::default()
            };
            dump.stack(&addresses, counts);
        }
        for (address, site) in names {
            dump.symbol(address, &go_name(site.function));
        }
        dump.mapping(base, base + PROGRAM_BYTES, "r-xp", 0, "/srv/app/bin/shop");
        std::fs::write(folder.join(name), dump.text())?;
    }
    Ok(())
}

/// Where in the program a call returns to: functions of 4 KiB each.
fn offset(site: CallSite) -> u64 {
    0x1000 + u64::from(site.function) * 0x1000 + u64::from(site.line) * 8
}
