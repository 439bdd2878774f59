//! The statement about two profiles.

use crate::analysis::diff::{Diff, Presence, Row};
use crate::analysis::gate::{GateOutcome, MaxGrowth};
use crate::analysis::granularity::Granularity;
use crate::analysis::heap::HeapGrowth;
use crate::analysis::same_process::SameProcess;
use crate::analysis::verdict::Assessment;
use crate::model::Sampling;
use crate::units::{Bytes, Count, Share, SignedAmount, SignedCount, Span};

use super::heap;
use super::input::{Input, called, pair_title};
use super::table::{CALL_PATH, more_rows};
use super::{Align, Cell, Column, Document, Fact, Part, RowOrder, Table, Tone, Verdict};
use crate::model::NO_STACK;

/// Everything that is said about two profiles.
#[derive(Debug, Clone)]
pub struct DiffReport {
    /// The first profile.
    pub before: Input,
    /// The second profile.
    pub after: Input,
    /// What changed.
    pub diff: Diff,
    /// The growth that is allowed, and whether it was kept, where a ceiling was given.
    pub gate: Option<(MaxGrowth, GateOutcome)>,
    /// What changed object by object, where both are heaps whose every object is known.
    pub heap: Option<HeapGrowth>,
}

impl DiffReport {
    /// Growth per hour in the unit of the value, where both profiles tell their time and it moved on.
    pub fn growth_per_hour(&self) -> Option<f64> {
        self.diff.per_hour(self.diff.total.delta())
    }

    /// The statement for people.
    pub fn document(&self) -> Document {
        Document {
            title: pair_title(&self.before.filepath, &self.after.filepath),
            verdict: Some(self.verdict()),
            facts: self.facts(),
            body: self.body(),
            recommendations: self.diff.recommendations.clone(),
            notes: self.diff.notes.clone(),
        }
    }

    fn body(&self) -> Vec<Part> {
        let mut body: Vec<Part> = self.heap.iter().flat_map(heap::growth_tables).collect();
        if !self.diff.rows.is_empty() {
            body.push(Part::Table(self.table()));
        }
        body
    }

    fn verdict(&self) -> Verdict {
        let diff = &self.diff;
        let total = &diff.total;
        let mut sentence = format!(
            "{} {} → {}, {}",
            called(&diff.value_name, diff.is_bytes),
            diff.amount(total.before),
            diff.amount(total.after),
            diff.signed(total.delta()),
        );
        if let Some(error) = total.standard_error.filter(|&error| error > 0.0) {
            sentence += &format!(" ± {}", diff.amount(error as u64));
        }
        if total.before > 0 {
            sentence += &format!(" ({})", total.share());
        }
        // That the older one was given second is the verdict then.
        if let Some(ms) = diff.duration_ms.filter(|&ms| ms >= 0) {
            sentence += &format!(" in {}", Span(ms));
        }
        Verdict {
            word: diff.assessment.name().to_owned(),
            tone: match diff.assessment {
                Assessment::Leaking => Tone::Bad,
                Assessment::Growing => Tone::Warning,
                Assessment::Stable => Tone::Good,
                Assessment::Unknown => Tone::Faint,
            },
            sentence,
            evidence: diff.evidence.clone(),
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let diff = &self.diff;
        let mut facts = vec![
            Fact::new("before", self.before.describe()),
            Fact::new("after", self.after.describe()),
        ];
        if let Some((before, after)) = diff.total.objects {
            facts.push(Fact::new(
                "objects",
                format!(
                    "{} → {}, {}",
                    Count(before),
                    Count(after),
                    SignedCount(after as i64 - before as i64)
                ),
            ));
        }
        facts.push(Fact::new("compared by", self.identity_text()));
        facts.push(Fact::new(
            "process",
            match &diff.comparability.same_process {
                SameProcess::Yes(reason) => format!("the same: {reason}"),
                SameProcess::No(reason) => format!("two: {reason}"),
                SameProcess::Unknown => {
                    "the profiles do not tell whether it is the same".to_owned()
                }
            },
        ));
        facts.extend(self.heap.iter().flat_map(heap::growth_facts));
        facts.extend(self.legend().map(|text| Fact::new("legend", text)));
        facts.extend(self.gate_text().map(|text| Fact::new("gate", text)));
        if let Some(size) = diff.minimum_detectable.filter(|&size| size > 0) {
            facts.push(Fact::new(
                "can see",
                format!(
                    "growth of a new call path from {} up, 9 times in 10",
                    Bytes(size)
                ),
            ));
        }
        facts
    }

    /// What the marks of the table stand for, where there are rows with noise.
    fn legend(&self) -> Option<String> {
        let is_noisy = |row: &Row| row.change.standard_error.is_some_and(|error| error > 0.0);
        self.diff.rows.iter().any(is_noisy).then(|| {
            "± is a standard error, ~ marks a change within noise, q (in wide tables) is the false discovery rate"
                .to_owned()
        })
    }

    fn gate_text(&self) -> Option<String> {
        let (allowed, outcome) = self.gate?;
        let total = &self.diff.total;
        let grown = self.diff.signed(total.delta());
        let mut ceiling = self
            .diff
            .amount(allowed.allowed(total.before) as u64)
            .to_string();
        if let MaxGrowth::Share(part) = allowed {
            ceiling += &format!(" ({})", Share { part, whole: 1.0 });
        }
        let is_more = total.delta() as f64 > allowed.allowed(total.before);
        Some(match outcome {
            GateOutcome::Passes if is_more => {
                format!("passes: {grown} is more than the {ceiling} allowed, but within noise")
            }
            GateOutcome::Passes => format!("passes: {grown}, where up to {ceiling} is allowed"),
            GateOutcome::Fails => {
                format!("fails: {grown} is more than the {ceiling} allowed, and more than noise")
            }
            GateOutcome::CannotTell if is_more => {
                format!(
                    "cannot tell: {grown} is more than the {ceiling} allowed, and it is not known whether the two can be compared"
                )
            }
            GateOutcome::CannotTell => {
                "cannot tell: the two profiles cannot be compared".to_owned()
            }
        })
    }

    fn identity_text(&self) -> String {
        let comparability = &self.diff.comparability;
        let unmatched = comparability.unmatched_before + comparability.unmatched_after;
        let tiers: Vec<&str> = comparability
            .matched
            .iter()
            .map(|(tier, _)| tier.name())
            .collect();
        let tiers = if tiers.is_empty() {
            "nothing in common".to_owned()
        } else {
            tiers.join(", then ")
        };
        if comparability.matched.is_empty() && unmatched == 0 {
            return "nothing to compare".to_owned();
        }
        if unmatched == 0 {
            return format!("{tiers}; every stack found its partner");
        }
        format!(
            "{tiers}; without a partner: {} before, {} after",
            self.diff.amount(comparability.unmatched_before),
            self.diff.amount(comparability.unmatched_after)
        )
    }

    fn table(&self) -> Table {
        let diff = &self.diff;
        let largest = diff
            .rows
            .iter()
            .map(|row| row.change.delta().unsigned_abs())
            .max()
            .unwrap_or(0);
        let by_stack = diff.by == Granularity::Stack;
        let mut columns = vec![
            Column::new("change", Align::Right, 0),
            Column::new("±", Align::Right, 1),
            Column::new("", Align::Left, 2),
            Column::new("before", Align::Right, 4),
            Column::new("after", Align::Right, 3),
        ];
        if !by_stack {
            columns.push(Column::new("cum change", Align::Right, 3));
        }
        columns.push(Column::new("q", Align::Right, 5));
        columns.push(Column::flexible(if by_stack {
            CALL_PATH
        } else {
            diff.by.name()
        }));
        Table {
            title: format!(
                "What changed in {}, by {}",
                diff.value_name,
                if by_stack {
                    "call path"
                } else {
                    diff.by.name()
                }
            ),
            columns,
            rows: diff.rows.iter().map(|row| self.row(row, largest)).collect(),
            rest: self.rest(),
            order: RowOrder::Rank,
        }
    }

    fn row(&self, row: &Row, largest: u64) -> Vec<Cell> {
        let is_bytes = self.diff.is_bytes;
        let delta = row.change.delta();
        let noise = row.q_value.is_some() && !row.is_significant();
        let tone = match (noise, delta) {
            (true, _) | (_, 0) => Tone::Faint,
            (false, 1..) => Tone::Bad,
            (false, _) => Tone::Good,
        };
        let mark = if noise && delta != 0 { "~" } else { "" };
        let text_tone = if noise { Tone::Faint } else { Tone::Plain };
        let number = |value: u64, tone| Cell::amount(value, is_bytes, tone);
        let side = |value: u64, gone: bool| {
            if gone {
                Cell::Text("-".to_owned(), text_tone)
            } else {
                number(value, text_tone)
            }
        };
        let mut cells = vec![
            Cell::Number(
                format!("{mark}{}", SignedAmount::new(delta, is_bytes)),
                delta as f64,
                tone,
            ),
            match row.change.standard_error {
                Some(error) if error > 0.0 => number(error as u64, Tone::Faint),
                Some(_) if self.before.sampling == Sampling::Exact => {
                    Cell::Text("exact".to_owned(), Tone::Faint)
                }
                Some(_) => number(0, Tone::Faint),
                None => Cell::Missing,
            },
            Cell::Bar(
                if largest == 0 {
                    0.0
                } else {
                    delta as f64 / largest as f64
                },
                tone,
            ),
            side(row.change.before, row.presence == Presence::Appeared),
            side(row.change.after, row.presence == Presence::Vanished),
        ];
        if let Some((before, after)) = row.cum {
            let delta = after as i64 - before as i64;
            cells.push(Cell::change(delta, is_bytes, text_tone));
        }
        cells.push(match row.q_value {
            Some(q) => Cell::Number(probability(q), q, Tone::Faint),
            None => Cell::Missing,
        });
        cells.push(if row.frames.is_empty() && row.name.is_empty() {
            Cell::Text(NO_STACK.to_owned(), text_tone)
        } else if row.frames.is_empty() {
            Cell::Text(row.name.clone(), text_tone)
        } else {
            Cell::path(&row.frames, text_tone)
        });
        cells
    }

    fn rest(&self) -> Option<String> {
        let rest = self.diff.rest;
        (rest.rows > 0).then(|| {
            format!(
                "{}, {} together (--top 0 shows all)",
                more_rows(rest.rows),
                self.diff.signed(rest.after as i64 - rest.before as i64)
            )
        })
    }
}

/// A probability with two or three digits, or `<0.001`.
fn probability(value: f64) -> String {
    if value < 0.001 {
        "<0.001".to_owned()
    } else if value < 0.1 {
        format!("{value:.3}")
    } else {
        format!("{value:.2}")
    }
}
