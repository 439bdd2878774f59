//! The newest verdict on each target.

use std::sync::Arc;

use super::assessment::{Assessment, SELF};
use super::meter::Meter;
use crate::serve::bounds::ASSESSMENTS;

/// The newest verdict on each target, in the order of their names, this server first.
#[derive(Debug)]
pub(super) struct AssessmentBook {
    shown: Arc<Vec<Arc<Assessment>>>,
    meter: Meter,
    is_new: bool,
}

impl AssessmentBook {
    pub(super) fn new() -> AssessmentBook {
        AssessmentBook {
            shown: Arc::default(),
            meter: Meter::new(ASSESSMENTS),
            is_new: false,
        }
    }

    /// Takes the place of what was told of its target before.
    pub(super) fn set(&mut self, assessment: Assessment) {
        let shown = Arc::make_mut(&mut self.shown);
        let bytes = owned(&assessment);
        let place =
            shown.binary_search_by(|other| key(&other.target).cmp(&key(&assessment.target)));
        match place {
            Ok(at) => {
                if let Some(before) = shown.get_mut(at) {
                    self.meter.shrink(owned(before));
                    self.meter.grow(bytes);
                    *before = Arc::new(assessment);
                }
            }
            Err(_) if self.meter.is_over_with(1, bytes) => self.meter.evicted(1),
            Err(at) => {
                self.meter.add(bytes);
                shown.insert(at, Arc::new(assessment));
            }
        }
        self.is_new = true;
    }

    pub(super) fn shown(&self) -> &Arc<Vec<Arc<Assessment>>> {
        &self.shown
    }

    /// Whether anything was told since this was last asked.
    pub(super) fn take_new(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }
}

/// This server before all others, and those by name.
fn key(target: &str) -> (bool, &str) {
    (target != SELF, target)
}

fn owned(assessment: &Assessment) -> usize {
    let texts = [&assessment.url, &assessment.problem];
    let texts: usize = texts.into_iter().flatten().map(String::capacity).sum();
    let suspects = assessment.suspects.iter();
    let suspects: usize = suspects
        .map(|suspect| size_of_val(suspect) + suspect.function.capacity())
        .sum();
    size_of::<Assessment>()
        + assessment.target.len()
        + assessment.folder.capacity()
        + assessment.sentence.capacity()
        + texts
        + suspects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trend::SeriesAssessment::{self, Growing, Leaking, Stable};

    fn assessment(target: &str, verdict: SeriesAssessment) -> Assessment {
        Assessment {
            target: target.into(),
            assessment: verdict,
            url: None,
            folder: String::new(),
            sentence: String::new(),
            snapshots: 0,
            oldest_snapshot_at: None,
            newest_snapshot_at: None,
            inuse_bytes: None,
            growth_bytes_per_hour: None,
            growth_interval95: None,
            leak_bytes_per_hour: None,
            leak_interval95: None,
            limit_bytes: None,
            hours_to_limit: None,
            suspects: Vec::new(),
            judged_at: crate::serve::time::WallTime(0),
            last_scrape_at: None,
            problem: None,
        }
    }

    #[test]
    fn each_target_has_its_newest_verdict_and_this_server_comes_first() {
        let mut book = AssessmentBook::new();
        for (target, verdict) in [("web", Stable), ("self", Stable), ("api", Leaking)] {
            book.set(assessment(target, verdict));
        }
        book.set(assessment("web", Growing));
        let told: Vec<(&str, SeriesAssessment)> = book
            .shown()
            .iter()
            .map(|one| (&*one.target, one.assessment))
            .collect();
        assert_eq!(told, [("self", Stable), ("api", Leaking), ("web", Growing)]);
        assert!(book.take_new() && !book.take_new());
    }

    #[test]
    fn there_is_no_end_of_targets_and_one_of_the_book() {
        let mut book = AssessmentBook::new();
        let cap = ASSESSMENTS.cap_entries.unwrap_or(0);
        for index in 0..cap + 3 {
            book.set(assessment(&format!("t{index}"), Stable));
        }
        let report = book.meter().report();
        assert_eq!(book.shown().len() as u64, cap);
        assert_eq!((report.usage.length, report.usage.evictions), (cap, 3));
    }
}
