//! The call paths that carry the verdict, and the others that moved.

use super::super::table::{CALL_PATH, left_out};
use super::super::{Align, Cell, Column, Fact, RowOrder, Section, Table, Tone};
use super::{FIRST_SNAPSHOT, TrendReport, tone};
use crate::analysis::call_path::{PathFrame, blamed};
use crate::analysis::granularity::{Granularity, source_place};
use crate::analysis::trend::{PathRow, Pattern, SeriesAssessment, Suspect};
use crate::units::{Count, Share};

/// So many suspects are told in full; the table has all.
const TOLD_IN_FULL: usize = 5;

impl TrendReport {
    /// The suspects, the fastest first.
    pub(super) fn suspect_table(&self) -> Option<Table> {
        let suspects = &self.trend.suspects;
        let first = suspects.first()?;
        let shown = self.shown(suspects.len());
        Some(Table {
            title: match first.assessment {
                SeriesAssessment::Leaking => "Suspects: these leak",
                _ => "Suspects: these grow",
            }
            .to_owned(),
            columns: vec![
                Column::new("rate", Align::Right, 0),
                Column::new("95 %", Align::Right, 4),
                Column::new("course", Align::Left, 1),
                Column::new("pattern", Align::Left, 2),
                Column::new("last", Align::Right, 3),
                Column::new("since", Align::Left, 5),
                Column::flexible(CALL_PATH),
            ],
            rows: suspects
                .iter()
                .take(shown)
                .map(|suspect| self.suspect_row(suspect))
                .collect(),
            rest: left_out(suspects.len() - shown),
            order: RowOrder::Rank,
        })
    }

    fn suspect_row(&self, suspect: &Suspect) -> Vec<Cell> {
        let rate = self.rate(suspect.rate.value);
        let tone = tone(suspect.assessment);
        let now = suspect.values.last().copied().unwrap_or(0.0);
        vec![
            Cell::Number(rate.to_string(), rate.value, tone),
            Cell::Number(
                rate.interval(suspect.rate.low, suspect.rate.high),
                suspect.rate.low,
                Tone::Faint,
            ),
            Cell::Spark(suspect.values.clone(), tone),
            Cell::Text(suspect.pattern.name().to_owned(), Tone::Plain),
            Cell::Number(self.amount_of(now).to_string(), now, Tone::Plain),
            self.moment(suspect.since).map_or(Cell::Missing, |moment| {
                Cell::Number(moment, suspect.since as f64, Tone::Faint)
            }),
            Cell::path(&suspect.frames, Tone::Plain),
        ]
    }

    /// The first suspects, each with its call path and why it is one.
    pub(super) fn suspect_sections(&self) -> Vec<Section> {
        let suspects = self.trend.suspects.iter().take(TOLD_IN_FULL);
        suspects
            .map(|suspect| self.suspect_section(suspect))
            .collect()
    }

    fn suspect_section(&self, suspect: &Suspect) -> Section {
        let first = suspect.values.first().copied().unwrap_or(0.0);
        let now = suspect.values.last().copied().unwrap_or(0.0);
        let total = self.snapshots.last().map_or(0, |point| point.total);
        let mut size = format!("{} → {}", self.amount_of(first), self.amount_of(now));
        if total > 0 {
            let share = Share {
                part: now,
                whole: total as f64,
            };
            size += &format!(", {share} of all");
        }
        if let Some(objects) = suspect.objects {
            size += &format!(", {} objects", Count(objects));
        }
        let since = match (suspect.since, self.has_time) {
            (0, false) => Some(FIRST_SNAPSHOT.to_owned()),
            (0, true) => self.moment(0).map(|moment| match moment == FIRST_SNAPSHOT {
                true => moment,
                false => format!("{moment}, {FIRST_SNAPSHOT}"),
            }),
            (since, _) => self.moment(since),
        };
        let mut path: Vec<String> = suspect.frames.iter().rev().map(place).collect();
        if suspect.paths > 1 {
            path.insert(0, format!("({} call paths)", Count(suspect.paths as u64)));
        }
        let facts = [
            ("rate", Some(self.rate_text(suspect.rate))),
            ("size", Some(size)),
            ("since", since),
            ("pattern", Some(in_words(suspect.pattern).to_owned())),
        ];
        Section {
            title: format!(
                "{}, {}",
                suspect.assessment.name(),
                self.rate(suspect.rate.value)
            ),
            subject: Some(blamed(&suspect.frames).to_owned()),
            tone: tone(suspect.assessment),
            facts: facts
                .into_iter()
                .filter_map(|(label, text)| {
                    Some(Fact {
                        label: label.to_owned(),
                        text: text?,
                    })
                })
                .collect(),
            course: suspect.values.clone(),
            path,
            points: suspect.evidence.clone(),
        }
    }

    /// What else moved, the largest change first.
    pub(super) fn other_table(&self) -> Option<Table> {
        let others = &self.trend.others;
        if others.is_empty() {
            return None;
        }
        let shown = self.shown(others.len());
        let by_stack = self.by == Granularity::Stack;
        let rest = [
            left_out(others.len() - shown),
            (self.trend.unmoved > 0)
                .then(|| format!("{} more stay or wander", Count(self.trend.unmoved as u64))),
        ];
        let rest: Vec<String> = rest.into_iter().flatten().collect();
        Some(Table {
            title: if by_stack {
                "Other call paths that moved".to_owned()
            } else {
                format!("All {}s that moved", self.by.name())
            },
            columns: vec![
                Column::new("pattern", Align::Left, 0),
                Column::new("course", Align::Left, 1),
                Column::new("first", Align::Right, 3),
                Column::new("peak", Align::Right, 4),
                Column::new("last", Align::Right, 2),
                Column::new("change", Align::Right, 0),
                Column::flexible(if by_stack { CALL_PATH } else { self.by.name() }),
            ],
            rows: others
                .iter()
                .take(shown)
                .map(|row| self.other_row(row))
                .collect(),
            rest: (!rest.is_empty()).then(|| rest.join("; ")),
            order: RowOrder::Rank,
        })
    }

    fn other_row(&self, row: &PathRow) -> Vec<Cell> {
        let first = row.values.first().copied().unwrap_or(0.0);
        let last = row.values.last().copied().unwrap_or(0.0);
        let number =
            |value: f64| Cell::Number(self.amount_of(value).to_string(), value, Tone::Plain);
        let change = last.round() as i64 - first.round() as i64;
        vec![
            Cell::Text(row.pattern.name().to_owned(), Tone::Plain),
            Cell::Spark(row.values.clone(), Tone::Plain),
            number(first),
            number(row.values.iter().copied().fold(0.0, f64::max)),
            number(last),
            Cell::change(change, self.is_bytes, Tone::Plain),
            if row.frames.is_empty() {
                Cell::Text(row.name.clone(), Tone::Plain)
            } else {
                Cell::path(&row.frames, Tone::Plain)
            },
        ]
    }

    fn shown(&self, rows: usize) -> usize {
        match self.top {
            0 => rows,
            top => top.min(rows),
        }
    }
}

/// A frame with the end of its source path: the folders before it are those of a build machine.
fn place(frame: &PathFrame) -> String {
    if frame.file.is_empty() {
        return frame.name.clone();
    }
    let start = frame
        .file
        .rmatch_indices('/')
        .nth(1)
        .map_or(0, |(at, _)| at + 1);
    format!(
        "{}  {}",
        frame.name,
        source_place(&frame.file[start..], frame.line)
    )
}

/// A pattern as a sentence says it.
fn in_words(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Flat => "stays, or wanders about",
        Pattern::WarmUp => "rises ever slower, as a warm-up does",
        Pattern::Step => "changed once, from one snapshot to the next",
        Pattern::Sawtooth => "rises and falls again and again",
        Pattern::LinearLeak => "grows at the same rate to the last snapshot",
        Pattern::AcceleratingLeak => "grows ever faster to the last snapshot",
        Pattern::Spike => "was another size for a while",
        Pattern::Drain => "shrinks",
        Pattern::LoadFollowing => "goes up and down with the load",
        Pattern::Inconclusive => "grows, in no shape that is much more likely than the others",
    }
}
