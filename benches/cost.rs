//! What a run of a command cost.

use std::time::Duration;

use super::row;

/// What a run cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    /// The most memory that was resident, where it was measured.
    pub(crate) peak_kib: Option<f64>,
}

impl Cost {
    fn text(self) -> String {
        let time = seconds(self.time);
        match self.peak_kib {
            Some(peak) => format!("{time}, {} MiB", row::thousands(peak / 1024.0)),
            None => time,
        }
    }
}

/// Prints the row of some work, which cost `ours`: beside the tool that people use now, and beside what nobody can spare.
pub(crate) fn print(
    work: &str,
    ours: Cost,
    tool: Option<(&str, Cost)>,
    bare: Option<(&str, Duration)>,
) {
    let tool = tool.map_or(String::new(), |(name, theirs)| {
        let times = theirs.time.as_secs_f64() / ours.time.as_secs_f64();
        format!("{name}: {}; **{} times**", theirs.text(), row::short(times))
    });
    let bare = bare.map_or(String::new(), |(name, bare)| {
        let ratio = ours.time.as_secs_f64() / bare.as_secs_f64();
        format!("{name}: {}; {} of that", seconds(bare), row::short(ratio))
    });
    row::cells(work, &ours.text(), &tool, &bare);
}

/// Three digits, in the unit that is read best.
fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        0.1.. => format!("{} s", row::short(seconds)),
        0.000_1.. => format!("{} ms", row::short(seconds * 1e3)),
        _ => format!("{} µs", row::short(seconds * 1e6)),
    }
}
