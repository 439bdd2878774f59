//! Drives a tailer on a thread of its own.

use std::time::{Duration, Instant};

use super::{LineSink, TailReport, Tailer, Turn, Wake};
use crate::serve::time::WallTime;

/// How often a report is given.
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// How long a thread sleeps at most.
const PATIENCE: Duration = Duration::from_secs(1);

/// Follows the folder until [`WakeHandle::stop`](super::WakeHandle::stop) or until the sink takes no more, then saves the places. `rss` is
/// the resident memory of this process; `tell` gets a report about once a second and at the end.
pub fn run<S: LineSink>(
    mut tailer: Tailer,
    mut wake: Wake,
    rss: impl Fn() -> Option<u64>,
    mut tell: impl FnMut(TailReport),
    sink: &mut S,
) {
    let mut told_at: Option<Instant> = None;
    let mut memory = None;
    let mut patience = Duration::ZERO;
    loop {
        tailer.tend(&mut wake);
        let woken = wake.wait(patience);
        if woken.stop {
            break;
        }
        tailer.look_again(woken);
        if told_at.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            memory = rss();
            tell(tailer.report());
            told_at = Some(Instant::now());
        }
        let now = WallTime::now();
        patience = match tailer.turn(now, memory, sink) {
            Turn::More => Duration::ZERO,
            Turn::Idle => tailer.patience(now).min(PATIENCE),
            Turn::Closed => break,
        };
    }
    // What waits to be put in order goes out as well.
    sink.caught_up();
    sink.hand_over();
    tailer.save(WallTime::now());
    tell(tailer.report());
}

impl Tailer {
    /// Has the folder watched that is there now.
    fn tend(&mut self, wake: &mut Wake) {
        if let Err(problem) = wake.watch(&self.options.folder, self.folder) {
            let folder = self.options.folder.to_string_lossy();
            self.problems.tell(&folder, &problem);
        }
    }
}
