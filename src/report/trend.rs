//! The statement about a series of snapshots.

mod course;
mod facts;
mod snapshots;
mod suspects;
mod unsaid;

#[cfg(test)]
mod tests;

use crate::analysis::granularity::Granularity;
use crate::analysis::trend::{Estimate, Limit, SeriesAssessment, Trend};
use crate::load::series::Clock;
use crate::notes::Notes;
use crate::units::{Amount, Bytes, HoursAhead, MS_PER_HOUR, Per, Rate, Span};

use super::input::{Input, called, time_text};
use super::{Chart, Document, Part, Tone, Verdict};

/// Everything that is said about a series.
#[derive(Debug, Clone)]
pub struct TrendReport {
    /// What the series is called: the folder, or the first and last file.
    pub title: String,
    /// Name of the value type that was judged.
    pub value_name: String,
    /// Whether the values are bytes.
    pub is_bytes: bool,
    /// What a row of call paths that moved stands for.
    pub by: Granularity,
    /// How many rows to show; 0 shows all.
    pub top: usize,
    /// The snapshots in the order of time.
    pub snapshots: Vec<SnapshotPoint>,
    /// How their order was found.
    pub clock: Clock,
    /// Whether their times are known, and rates are therefore per hour; else they are per snapshot.
    pub has_time: bool,
    /// What the series shows.
    pub trend: Trend,
    /// What was skipped, estimated or recovered.
    pub notes: Notes,
}

/// One snapshot of a series.
#[derive(Debug, Clone)]
pub struct SnapshotPoint {
    /// The profile as a file.
    pub input: Input,
    /// When it was taken, in milliseconds since 1970, from the profile, its name or its file; nothing where no time is known.
    pub timestamp_ms: Option<i64>,
    /// Place in the series in units of the clock: hours or snapshots since the first.
    pub at: f64,
    /// The judged value in all.
    pub total: u64,
    /// Standard error of the total; nothing where the precision is not known.
    pub standard_error: Option<f64>,
    /// Resident size of the process, where it is known.
    pub resident_bytes: Option<u64>,
    /// The run of the process it belongs to, from 0.
    pub run: u32,
    /// Whether the series was judged by it: not while a restarted process was still coming up.
    pub judged: bool,
}

impl TrendReport {
    /// The statement of `fabric trend`: verdict, facts, tables.
    pub fn document(&self) -> Document {
        let mut body = Vec::new();
        body.extend(self.suspect_table().map(Part::Table));
        body.extend(self.course().map(Part::Chart));
        body.extend(self.other_table().map(Part::Table));
        self.with_body(body)
    }

    /// The page of `fabric report`: all of it, to be read by someone who was not there.
    pub fn page(&self) -> Document {
        let mut body = Vec::new();
        body.extend(self.course().map(Part::Chart));
        // One suspect is told in full below, and a table of one row would say it twice.
        if self.trend.suspects.len() > 1 {
            body.extend(self.suspect_table().map(Part::Table));
        }
        body.extend(self.suspect_sections().into_iter().map(Part::Section));
        body.extend(self.other_table().map(Part::Table));
        body.push(Part::FlameGraph(
            "What changed between the first and the last snapshot".to_owned(),
        ));
        body.extend(self.snapshot_table().map(Part::Table));
        body.push(Part::Section(self.unsaid()));
        self.with_body(body)
    }

    /// The chart, where there is a course to see.
    fn course(&self) -> Option<Chart> {
        self.chart()
            .filter(|chart| self.snapshots.len() > 1 && chart.highest() > 0.0)
    }

    fn with_body(&self, body: Vec<Part>) -> Document {
        Document {
            title: self.title.clone(),
            verdict: Some(self.verdict()),
            facts: self.facts(),
            body,
            recommendations: self.trend.recommendations.clone(),
            notes: self.notes.clone(),
        }
    }

    fn verdict(&self) -> Verdict {
        let trend = &self.trend;
        Verdict {
            word: trend.assessment.name().to_owned(),
            tone: tone(trend.assessment),
            sentence: self.sentence(),
            evidence: trend.evidence.clone(),
        }
    }

    /// The verdict in one sentence: from what to what, how long, how fast, until when.
    pub fn sentence(&self) -> String {
        let mut sentence = self.course_sentence();
        let projection = self.trend.projection;
        if let Some(limit) = projection.and_then(|projection| projection.limit) {
            sentence += &format!("; {}", reaches(&limit));
        }
        sentence
    }

    /// That sentence without when the limit is reached.
    pub fn course_sentence(&self) -> String {
        let (Some(first), Some(last)) = (self.snapshots.first(), self.snapshots.last()) else {
            return "there are no snapshots".to_owned();
        };
        let name = called(&self.value_name, self.is_bytes);
        let trend = &self.trend;
        let mut sentence = match self.snapshots.len() {
            1 => format!("{name} {} in 1 snapshot", self.amount(first.total)),
            count => format!(
                "{name} {} → {}{} over {count} snapshots",
                self.amount(first.total),
                self.amount(last.total),
                self.span_text()
                    .map_or(String::new(), |span| format!(" in {span}")),
            ),
        };
        match (trend.suspect_growth, trend.growth) {
            (Some(growth), _) => {
                let who = match trend.suspects.len() {
                    1 => "1 suspect".to_owned(),
                    count => format!("{count} suspects"),
                };
                sentence += &format!("; {who} {}", self.rate_text(growth));
            }
            // A rate would say that it goes on.
            (None, Some(growth))
                if trend.assessment == SeriesAssessment::Stable && growth.low > 0.0 =>
            {
                sentence += "; no growth that goes on";
            }
            (None, Some(growth)) => sentence += &format!("; {}", self.rate_text(growth)),
            (None, None) => {}
        }
        sentence
    }

    /// How long the series is, where times are known.
    fn span_text(&self) -> Option<String> {
        let (first, last) = (self.snapshots.first()?, self.snapshots.last()?);
        self.has_time
            .then(|| Span(((last.at - first.at) * MS_PER_HOUR).round() as i64).to_string())
    }

    /// When a snapshot was taken: its time, else how long after the first, else its number.
    fn moment(&self, index: usize) -> Option<String> {
        let point = self.snapshots.get(index)?;
        let after = point.at - self.snapshots.first()?.at;
        let dated = point.timestamp_ms.and_then(time_text);
        Some(match dated {
            Some(time) => time,
            None if after == 0.0 => FIRST_SNAPSHOT.to_owned(),
            None if self.has_time => {
                format!(
                    "{} after the first",
                    Span((after * MS_PER_HOUR).round() as i64)
                )
            }
            None => format!("snapshot {} of {}", index + 1, self.snapshots.len()),
        })
    }

    fn amount(&self, value: u64) -> Amount {
        Amount::new(value, self.is_bytes)
    }

    fn amount_of(&self, value: f64) -> Amount {
        Amount::rounded(value, self.is_bytes)
    }

    fn rate(&self, value: f64) -> Rate {
        Rate {
            value,
            is_bytes: self.is_bytes,
            per: if self.has_time {
                Per::Hour
            } else {
                Per::Snapshot
            },
        }
    }

    /// A rate with its interval, as in a sentence.
    fn rate_text(&self, growth: Estimate) -> String {
        self.rate(growth.value)
            .with_interval(growth.low, growth.high)
    }
}

/// What the moment is called that all others are counted from.
const FIRST_SNAPSHOT: &str = "the first snapshot";

/// The colour of a verdict.
fn tone(assessment: SeriesAssessment) -> Tone {
    match assessment {
        SeriesAssessment::Leaking => Tone::Bad,
        SeriesAssessment::Growing => Tone::Warning,
        SeriesAssessment::Stable => Tone::Good,
        SeriesAssessment::InsufficientData => Tone::Faint,
    }
}

/// When a limit is reached, in words. It counts from the last snapshot, which may be of last year.
fn reaches(limit: &Limit) -> String {
    let bytes = Bytes(limit.ceiling.bytes);
    if limit.ceiling.used_bytes >= limit.ceiling.bytes {
        return format!("has reached {bytes}");
    }
    let ahead = HoursAhead {
        low: limit.hours_low,
        high: limit.hours_high,
    };
    let ahead = ahead.to_string();
    match ahead.strip_suffix(" or later") {
        Some(earliest) => format!("reaches {bytes} {earliest} after the last snapshot or later"),
        None => format!("reaches {bytes} {ahead} after the last snapshot"),
    }
}
