//! What a series cannot say, so that nobody takes silence for an all-clear.

use super::super::Section;
use super::TrendReport;
use crate::analysis::trend::{SeriesAssessment, may_go_unseen};
use crate::load::series::Clock;
use crate::model::{PeriodSource, Sampling};
use crate::units::Bytes;

/// Shorter than a day, a daily cycle cannot be told from growth.
const DAY_HOURS: f64 = 24.0;

impl TrendReport {
    /// Each limit of the data in a sentence.
    pub(super) fn unsaid(&self) -> Section {
        let points = [
            Some(
                match self.has_objects() {
                    true => "A heap snapshot says who holds an object, not who allocated it.",
                    false => {
                        "A heap profile says who allocated memory that is still in use, not who still refers to it."
                    }
                }
                .to_owned(),
            ),
            self.precision(),
            self.too_slow(),
            self.shortness(),
            self.clockless(),
            self.outside(),
            self.restarts(),
            self.ceiling(),
        ];
        Section::list(
            "What this data cannot say",
            points.into_iter().flatten().collect(),
        )
    }

    fn precision(&self) -> Option<String> {
        match self.snapshots.last()?.input.sampling {
            Sampling::Exact => None,
            Sampling::Unknown => Some(
                "The sampling interval is not in the files: how far chance moves the numbers is judged by their course alone."
                    .to_owned(),
            ),
            Sampling::Poisson { period, source } => Some(format!(
                "One object in {}{} is sampled: amounts are estimates, and call paths that hold less may not appear at all.",
                Bytes(period),
                match source {
                    PeriodSource::Stated => "",
                    PeriodSource::Recovered => " (recovered from the values)",
                    PeriodSource::UpperBound => " at most (recovered from the values)",
                }
            )),
        }
    }

    fn too_slow(&self) -> Option<String> {
        let size = self.trend.minimum_detectable.filter(|&size| size > 0.0)?;
        Some(may_go_unseen(self.rate(size)))
    }

    fn shortness(&self) -> Option<String> {
        let (first, last) = (self.snapshots.first()?, self.snapshots.last()?);
        let short = self.has_time && last.at - first.at < DAY_HOURS && self.snapshots.len() > 1;
        short.then(|| {
            format!(
                "The series covers {}: a daily cycle, or a cache that fills over days, would look like growth.",
                self.span_text().unwrap_or_default()
            )
        })
    }

    fn clockless(&self) -> Option<String> {
        if !self.has_time {
            return Some(
                "No file says when it was taken: rates are per snapshot, and there is no projection. --interval gives the time between two."
                    .to_owned(),
            );
        }
        (self.clock == Clock::Modified).then(|| {
            "Times are those at which the files were last changed: copying or unpacking sets them anew, and rates are then wrong."
                .to_owned()
        })
    }

    fn outside(&self) -> Option<String> {
        let known = self.snapshots.iter().any(|it| it.resident_bytes.is_some());
        (!known).then(|| {
            "The resident size of the process is not recorded: fragmentation, thread stacks, mapped files and memory of other \
             allocators do not show here."
                .to_owned()
        })
    }

    fn restarts(&self) -> Option<String> {
        (!self.trend.runs.reasons.is_empty()).then(|| {
            "The process restarted during the series: growth slower than one run can show is lost with each restart.".to_owned()
        })
    }

    fn ceiling(&self) -> Option<String> {
        let grows = self.trend.assessment >= SeriesAssessment::Growing && self.has_time;
        let limited = self.trend.ceiling.is_some();
        (grows && !limited && self.is_bytes).then(|| {
            "No memory limit is known, so it cannot be said when it is reached. --limit gives one.".to_owned()
        })
    }
}
