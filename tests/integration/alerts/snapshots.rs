//! Snapshots of services that leak and that do not.

use std::path::Path;

use crate::support::synth_pprof::{GO_HEAP, SynthPprof};

const HALF_AN_HOUR_MS: i64 = 30 * 60_000;

/// Writes the snapshots with these numbers, half an hour apart and the last of all a moment ago, of a service with two tables, one of which
/// grows by `leak` MiB from each to the next.
pub(super) fn write(folder: &Path, numbers: std::ops::Range<i64>, leak: i64) {
    std::fs::create_dir_all(folder).expect("a folder");
    let now = jiff::Timestamp::now().as_millisecond();
    for number in numbers {
        let time = now - (40 - number) * HALF_AN_HOUR_MS;
        let mut profile = SynthPprof::new(&GO_HEAP);
        profile.period("space", "bytes", 524_288);
        profile.time_nanos(time * 1_000_000);
        let mut site = |stack: &[&str], mib: i64| {
            // Objects of 64 KiB.
            let (objects, bytes) = (16 * mib, mib << 20);
            profile.sample(stack, &[objects, bytes, objects, bytes]);
        };
        site(&["main.index", "main.main"], 200);
        site(
            &["main.remember", "main.handle", "main.main"],
            40 + leak * number,
        );
        // No service stands quite still.
        site(
            &["main.answer", "main.handle", "main.main"],
            20 + 7 * number % 5,
        );
        let name = format!("heap-{time}-periodic.pb.gz");
        let bytes = profile.encode_gzip().expect("a profile");
        // Seen whole or not at all.
        let unfinished = folder.join(".unfinished");
        std::fs::write(&unfinished, bytes).expect("the folder can be written");
        std::fs::rename(&unfinished, folder.join(name)).expect("the folder can be written");
    }
}

/// Another version of the service, with snapshots of its own.
pub(super) fn remove_all(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        std::fs::remove_file(entry.expect("a file").path()).expect("it can be removed");
    }
}
