//! What could not be done, bounded.

use std::collections::VecDeque;

use super::TailProblem;
use crate::serve::bounds::{BoundReport, TAIL_PROBLEMS, Usage};

/// What could not be done, by file and text; the one that happened last is last.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: VecDeque<TailProblem>,
    usage: Usage,
}

impl Problems {
    /// Tells of one more.
    pub(super) fn tell(&mut self, file: &str, problem: &str) {
        let same = |told: &TailProblem| told.file == file && told.problem == problem;
        let told = self.list.iter().position(same);
        let mut told = match told.and_then(|at| self.list.remove(at)) {
            Some(told) => told,
            None => TailProblem {
                file: file.to_owned(),
                problem: problem.to_owned(),
                count: 0,
            },
        };
        told.count += 1;
        if self.list.len() as u64 >= TAIL_PROBLEMS.cap_entries.unwrap_or(u64::MAX) {
            self.list.pop_front();
            self.usage.evictions += 1;
        }
        self.list.push_back(told);
        let owned = |told: &TailProblem| told.file.capacity() + told.problem.capacity();
        let bytes = self.list.iter().map(owned).sum::<usize>()
            + self.list.capacity() * size_of::<TailProblem>();
        self.usage.length = self.list.len() as u64;
        self.usage.bytes = bytes as u64;
        self.usage.high_water_length = self.usage.high_water_length.max(self.usage.length);
        self.usage.high_water_bytes = self.usage.high_water_bytes.max(self.usage.bytes);
    }

    pub(super) fn list(&self) -> Vec<TailProblem> {
        self.list.iter().cloned().collect()
    }

    pub(super) fn report(&self) -> BoundReport {
        BoundReport {
            bound: TAIL_PROBLEMS,
            usage: self.usage,
        }
    }
}
