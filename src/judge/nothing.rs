//! No snapshots in, a statement that says so out.

use super::question::SeriesQuestion;
use crate::analysis::trend::{PathTable, Series, trend};
use crate::load::series::Clock;
use crate::notes::Notes;
use crate::report::TrendReport;
use crate::units::Per;

/// The statement about a series without a snapshot, for those who must answer all the same: there is not enough to see anything.
pub fn nothing(question: &SeriesQuestion, notes: Notes) -> TrendReport {
    let judged = trend(&Series {
        table: &PathTable::default(),
        snapshots: &[],
        circumstances: &[],
        times: &[],
        per: Per::Hour,
        is_bytes: true,
        limit: question.limit,
        by: question.by,
    });
    TrendReport {
        title: question.title.clone(),
        value_name: question
            .sample_index
            .clone()
            .unwrap_or_else(|| "inuse_space".to_owned()),
        is_bytes: true,
        by: question.by,
        top: question.top,
        snapshots: Vec::new(),
        clock: Clock::Profile,
        has_time: false,
        trend: judged,
        notes,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;
    use crate::analysis::frame_filter::FrameFilter;
    use crate::analysis::granularity::Granularity;
    use crate::judge::Choice;
    use crate::render;

    #[test]
    fn of_nothing_there_is_a_statement_in_every_form() {
        let question = SeriesQuestion {
            title: "/empty".to_owned(),
            choice: Choice::default(),
            sample_index: None,
            filter: FrameFilter::default(),
            by: Granularity::Stack,
            top: 25,
            limit: Some(1 << 30),
            at_once: NonZero::<usize>::MIN,
        };
        let report = nothing(&question, Notes::default());
        let json = render::json::trend(&report).unwrap_or_default();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
        assert_eq!(json["overallAssessment"], "insufficient-data");
        for list in ["snapshots", "diffs", "suspects", "others", "runs", "notes"] {
            assert_eq!(json[list], serde_json::json!([]), "{list}");
        }
        assert_eq!(report.sentence(), "there are no snapshots");
        assert!(report.chart().is_none());
        assert!(render::markdown(&report.page()).contains("insufficient-data"));
    }
}
