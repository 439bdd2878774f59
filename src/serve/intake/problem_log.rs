//! What the reader of logs could not do, told once in the log of the server and not at every try.

use std::collections::BTreeSet;

use crate::escape;
use crate::serve::tail::TailReport;

/// Remembers what was told.
#[derive(Debug, Default)]
pub(super) struct ProblemLog {
    told: BTreeSet<(String, String)>,
    was_paused: bool,
}

impl ProblemLog {
    /// Tells what is new in a report.
    pub(super) fn tell(&mut self, report: &TailReport) {
        if report.paused_for_memory != self.was_paused {
            self.was_paused = report.paused_for_memory;
            match self.was_paused {
                true => tracing::warn!(
                    "the process has more memory than --max-rss: no further log is opened"
                ),
                false => tracing::info!("memory is below --max-rss again: logs are opened"),
            }
        }
        let now: BTreeSet<(String, String)> = report
            .problems
            .iter()
            .map(|problem| (problem.file.clone(), problem.problem.clone()))
            .collect();
        for (file, problem) in now.difference(&self.told) {
            // Names of files are foreign text, and may not command a terminal.
            let (file, problem) = (escape::terminal(file), escape::terminal(problem));
            tracing::warn!(%file, %problem, "trouble with the logs");
        }
        for (file, problem) in self.told.difference(&now) {
            let (file, problem) = (escape::terminal(file), escape::terminal(problem));
            tracing::info!(%file, %problem, "this trouble with the logs is over");
        }
        // As many as a report holds, and no more.
        self.told = now;
    }
}
