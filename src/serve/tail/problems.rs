//! What cannot be done, and what was lost; bounded.

use std::collections::VecDeque;

use super::TailProblem;
use crate::serve::bounds::{BoundReport, TAIL_PROBLEMS, Usage};
use crate::serve::time::WallTime;

/// What cannot be done, and what was lost, by file and text; the one that happened last is last.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: VecDeque<Told>,
    usage: Usage,
    now: WallTime,
}

#[derive(Debug)]
struct Told {
    problem: TailProblem,
    /// When it was told last. A loss has none: it does not go away again.
    at: Option<WallTime>,
}

impl Problems {
    /// What is told from now on happens at `now`; a problem that was not told again for `patience_ms`, in which it would have been met several
    /// times, is over.
    pub(super) fn pass(&mut self, now: WallTime, patience_ms: i64) {
        self.now = now;
        self.list
            .retain(|told| told.at.is_none_or(|at| now.since(at) <= patience_ms));
    }

    /// Tells of something that cannot be done, and is told again as long as it is so.
    pub(super) fn tell(&mut self, file: &str, problem: &str) {
        self.add(file, problem, Some(self.now));
    }

    /// Tells of something that is lost.
    pub(super) fn tell_loss(&mut self, file: &str, problem: &str) {
        self.add(file, problem, None);
    }

    fn add(&mut self, file: &str, problem: &str, at: Option<WallTime>) {
        let same = |told: &Told| told.problem.file == file && told.problem.problem == problem;
        let told = self.list.iter().position(same);
        let mut told = match told.and_then(|at| self.list.remove(at)) {
            Some(told) => Told { at, ..told },
            None => Told {
                at,
                problem: TailProblem {
                    file: file.to_owned(),
                    problem: problem.to_owned(),
                    count: 0,
                },
            },
        };
        told.problem.count += 1;
        if self.list.len() as u64 >= TAIL_PROBLEMS.cap_entries.unwrap_or(u64::MAX) {
            self.list.pop_front();
            self.usage.evictions += 1;
        }
        self.list.push_back(told);
        let owned = |told: &Told| told.problem.file.capacity() + told.problem.problem.capacity();
        let bytes =
            self.list.iter().map(owned).sum::<usize>() + self.list.capacity() * size_of::<Told>();
        self.usage.set(self.list.len() as u64, bytes as u64);
    }

    pub(super) fn list(&self) -> Vec<TailProblem> {
        let told = self.list.iter();
        told.map(|told| told.problem.clone()).collect()
    }

    pub(super) fn report(&self) -> BoundReport {
        BoundReport {
            bound: TAIL_PROBLEMS,
            usage: Usage {
                length: self.list.len() as u64,
                ..self.usage
            },
        }
    }
}
