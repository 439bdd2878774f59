//! What is known of a series in one line each.

use super::super::Fact;
use super::super::input::{COUNTED, sampling_text};
use super::TrendReport;
use crate::load::series::Clock;
use crate::model::SourceFormat;
use crate::units::{Bytes, Rate, Share};

impl TrendReport {
    pub(super) fn facts(&self) -> Vec<Fact> {
        let facts = [
            ("series", self.series_text()),
            ("order", self.order_text()),
            ("process", self.process_text()),
            ("value", self.value_text()),
            ("resident", self.resident_text()),
            ("load", self.load_text()),
            ("next 24 h", self.day_ahead()),
            ("limit", self.limit_text()),
            ("can see", self.detectable_text()),
            ("noise", self.counted_text()),
        ];
        facts
            .into_iter()
            .filter_map(|(label, text)| {
                Some(Fact {
                    label: label.to_owned(),
                    text: text?,
                })
            })
            .collect()
    }

    fn series_text(&self) -> Option<String> {
        let (first, last) = (self.snapshots.first()?, self.snapshots.last()?);
        let mut text = match self.snapshots.len() {
            1 => "1 snapshot".to_owned(),
            count => format!("{count} snapshots"),
        };
        if let Some(program) = &last.input.command {
            text += &format!(" of {program}");
        }
        text += &format!(" ({})", last.input.format);
        if first.timestamp_ms.is_some() && self.snapshots.len() > 1 {
            let (from, to) = (self.moment(0)?, self.moment(self.snapshots.len() - 1)?);
            text += &format!(", {from} to {to}");
        } else if first.timestamp_ms.is_some() {
            text += &format!(", {}", self.moment(0)?);
        }
        Some(text)
    }

    /// Whether the snapshots are heaps whose every object is known, rather than stacks with samples.
    pub(super) fn has_objects(&self) -> bool {
        self.snapshots
            .last()
            .is_some_and(|it| it.input.format == SourceFormat::V8HeapSnapshot)
    }

    fn counted_text(&self) -> Option<String> {
        self.has_objects().then(|| COUNTED.to_owned())
    }

    fn order_text(&self) -> Option<String> {
        if self.snapshots.len() < 2 {
            return None;
        }
        Some(
            match self.clock {
                Clock::Profile => "by the time recorded with each snapshot",
                Clock::Name => "by the time in the file names",
                Clock::Sequence => {
                    "by the number in the file names; no time is known, rates are per snapshot"
                }
                Clock::Modified => "by the modification time of the files",
                Clock::Interval => "by the number in the file names, at the interval given",
            }
            .to_owned(),
        )
    }

    fn process_text(&self) -> Option<String> {
        let runs = self.trend.runs.reasons.len() + 1;
        let judged = self.snapshots.iter().filter(|point| point.judged).count();
        if runs == 1 && judged == self.snapshots.len() {
            return None;
        }
        let restarts: Vec<String> = self
            .snapshots
            .windows(2)
            .enumerate()
            .filter(|(_, pair)| pair[0].run != pair[1].run)
            .map(|(before, _)| (before + 2).to_string())
            .collect();
        let mut text = match restarts.as_slice() {
            [] if runs == 1 => "1 run".to_owned(),
            [one] => format!("{runs} runs: restarted before snapshot {one}"),
            [many @ .., last] if many.len() < MOST_RESTARTS => format!(
                "{runs} runs: restarted before snapshots {} and {last}",
                many.join(", ")
            ),
            _ => format!("{runs} runs"),
        };
        if judged < self.snapshots.len() {
            text += &format!(
                "; judged by {judged} of {} snapshots, without those of a process still coming up",
                self.snapshots.len()
            );
        }
        Some(text)
    }

    fn value_text(&self) -> Option<String> {
        let last = self.snapshots.last()?;
        let precision = sampling_text(last.input.sampling);
        let error = last.standard_error.filter(|&error| error > 0.0);
        let error = error.map_or(String::new(), |error| {
            format!(
                "; standard error of the last total {}",
                self.amount_of(error)
            )
        });
        Some(format!("{}, {precision}{error}", self.value_name))
    }

    fn resident_text(&self) -> Option<String> {
        let sizes: Vec<u64> = self
            .snapshots
            .iter()
            .filter_map(|point| point.resident_bytes)
            .collect();
        let (first, last) = (sizes.first()?, sizes.last()?);
        let beside = self.trend.off_heap.map_or(String::new(), |off_heap| {
            format!(
                "; beside the heap {}, {}",
                Bytes(off_heap.last_bytes),
                self.rate_text(off_heap.growth)
            )
        });
        Some(format!("{} → {}{beside}", Bytes(*first), Bytes(*last)))
    }

    fn load_text(&self) -> Option<String> {
        let (low, high) = self.trend.load?;
        let percent = |part: f64| Share {
            part: 1.0 + part,
            whole: 1.0,
        };
        Some(format!(
            "{} to {} of its mean; what follows it is no leak",
            percent(low),
            percent(high)
        ))
    }

    fn day_ahead(&self) -> Option<String> {
        let ahead = self.trend.projection.filter(|ahead| ahead.is_day_ahead)?;
        let day = ahead.growth_24h;
        let rate = Rate {
            value: day.value,
            ..self.rate(0.0)
        };
        // A day's growth is an amount, printed like a rate so that its interval has the same unit.
        let text = rate.to_string();
        let amount = text.trim_end_matches("/h");
        Some(format!(
            "{amount} if it goes on (95 %: {})",
            rate.interval(day.low, day.high)
        ))
    }

    fn limit_text(&self) -> Option<String> {
        let limit = self.trend.ceiling?;
        let used = Share {
            part: limit.used_bytes as f64,
            whole: limit.bytes as f64,
        };
        Some(format!(
            "{}{}; {} in use at the last snapshot ({used})",
            Bytes(limit.bytes),
            if limit.is_given {
                ""
            } else {
                ", recorded with the snapshots"
            },
            Bytes(limit.used_bytes),
        ))
    }

    fn detectable_text(&self) -> Option<String> {
        let size = self.trend.minimum_detectable.filter(|&size| size > 0.0)?;
        Some(format!(
            "a leak of a new call path from {} up, 9 times in 10",
            self.rate(size).unsigned()
        ))
    }
}

/// More places of restarts are not read.
const MOST_RESTARTS: usize = 6;
