//! The newest samples of memory.

use std::sync::Arc;

use super::memory::{MemoryHistory, MemorySample, MemoryTrend, WorkerMemory};
use super::meter::Meter;
use crate::serve::bounds::{MEMORY_SAMPLES, WORKER_MEMORY};

/// So many of the newest samples say whether memory rises.
const TREND_SAMPLES: usize = 10;

/// The newest samples of memory.
#[derive(Debug)]
pub(super) struct MemoryLog {
    history: Arc<MemoryHistory>,
    workers: Arc<Vec<WorkerMemory>>,
    samples: Meter,
    of_workers: Meter,
}

impl MemoryLog {
    pub(super) fn new() -> MemoryLog {
        MemoryLog {
            history: Arc::default(),
            workers: Arc::default(),
            samples: Meter::new(MEMORY_SAMPLES),
            of_workers: Meter::new(WORKER_MEMORY),
        }
    }

    pub(super) fn add(&mut self, sample: MemorySample, workers: Vec<WorkerMemory>) {
        self.add_sample(sample);
        self.keep(workers);
    }

    /// One of this process alone.
    pub(super) fn add_sample(&mut self, sample: MemorySample) {
        let history = Arc::make_mut(&mut self.history);
        history.samples.push(sample);
        self.samples.add(0);
        if self.samples.is_over() {
            history.samples.remove(0);
            self.samples.remove(0);
            self.samples.evicted(1);
        }
        self.samples
            .set_room(history.samples.capacity() * size_of::<MemorySample>());
        let rss = || history.samples.iter().map(|sample| sample.rss);
        let all: u128 = rss().map(u128::from).sum();
        history.avg_rss = (all / history.samples.len().max(1) as u128) as u64;
        history.max_rss = rss().max().unwrap_or(0);
        history.min_rss = rss().min().unwrap_or(0);
        history.trend = trend(&history.samples);
    }

    pub(super) fn history(&self) -> &Arc<MemoryHistory> {
        &self.history
    }

    pub(super) fn workers(&self) -> &Arc<Vec<WorkerMemory>> {
        &self.workers
    }

    pub(super) fn meters(&self) -> [&Meter; 2] {
        [&self.samples, &self.of_workers]
    }

    fn keep(&mut self, workers: Vec<WorkerMemory>) {
        for worker in self.workers.iter() {
            self.of_workers.remove(owned(worker));
        }
        let mut kept = Vec::new();
        for worker in workers {
            if self.of_workers.is_over_with(1, owned(&worker)) {
                self.of_workers.evicted(1);
            } else {
                self.of_workers.add(owned(&worker));
                kept.push(worker);
            }
        }
        self.workers = Arc::new(kept);
    }
}

fn owned(worker: &WorkerMemory) -> usize {
    // Twice the place in the list: it may have grown to twice what it needs.
    2 * size_of::<WorkerMemory>() + worker.id.capacity()
}

/// The second half of the newest samples against the first half of them, by 5 % of what is in use.
fn trend(samples: &[MemorySample]) -> MemoryTrend {
    let newest = samples.len().saturating_sub(TREND_SAMPLES);
    let newest = samples.get(newest..).unwrap_or_default();
    if newest.len() < 3 {
        return MemoryTrend::Unknown;
    }
    let (first, second) = newest.split_at(newest.len() / 2);
    let mean = |samples: &[MemorySample]| {
        let used: f64 = samples.iter().map(|sample| sample.heap_used as f64).sum();
        used / samples.len() as f64
    };
    let (first, second) = (mean(first), mean(second));
    if second > first * 1.05 {
        MemoryTrend::Rising
    } else if second < first * 0.95 {
        MemoryTrend::Falling
    } else {
        MemoryTrend::Stable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(used: &[u64]) -> MemoryLog {
        let mut log = MemoryLog::new();
        for used in used {
            let sample = MemorySample {
                heap_used: *used,
                rss: used * 2,
                ..MemorySample::default()
            };
            log.add(sample, Vec::new());
        }
        log
    }

    #[test]
    fn the_second_half_of_ten_samples_is_held_against_the_first() {
        for (used, trend) in [
            (&[][..], MemoryTrend::Unknown),
            (&[1, 9], MemoryTrend::Unknown),
            (&[100, 100, 106], MemoryTrend::Stable),
            (&[100, 106, 106], MemoryTrend::Rising),
            (&[100, 90, 90], MemoryTrend::Falling),
            (
                &[900, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100],
                MemoryTrend::Stable,
            ),
        ] {
            assert_eq!(log(used).history().trend, trend, "{used:?}");
        }
    }

    #[test]
    fn the_oldest_sample_leaves() {
        let used: Vec<u64> = (1..=105).collect();
        let log = log(&used);
        let history = log.history();
        assert_eq!(history.samples.len(), 100);
        assert_eq!((history.min_rss, history.max_rss), (12, 210));
        assert_eq!(log.meters()[0].report().usage.evictions, 5);
    }

    #[test]
    fn workers_that_are_too_many_are_left_out_and_counted() {
        let mut log = MemoryLog::new();
        let workers = (0..1_500).map(|pid| WorkerMemory {
            id: format!("worker-{pid}"),
            pid,
            rss_bytes: 1,
            peak_rss_bytes: 1,
            swap_bytes: 0,
        });
        log.add(MemorySample::default(), workers.collect());
        let usage = log.meters()[1].report().usage;
        assert_eq!(
            (log.workers().len(), usage.length, usage.evictions),
            (1_000, 1_000, 500)
        );
    }
}
