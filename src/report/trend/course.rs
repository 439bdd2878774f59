//! The series as a chart.

use super::super::input::called;
use super::super::{Chart, ChartClock, ChartLine, ChartPoint, Cone, LineRole};
use super::{SnapshotPoint, TrendReport};
use crate::units::MS_PER_HOUR;

impl TrendReport {
    /// Heap, suspects, resident size, restarts and projection over time; nothing where there are no snapshots.
    pub fn chart(&self) -> Option<Chart> {
        self.snapshots.first()?;
        let clock = self.chart_clock();
        let line = |name: &str, role, value: &dyn Fn(usize) -> Option<(f64, f64)>| ChartLine {
            name: name.to_owned(),
            role,
            points: (0..self.snapshots.len())
                .filter_map(|index| {
                    let point = &self.snapshots[index];
                    let (value, error) = value(index)?;
                    Some(ChartPoint {
                        at: place(point, clock),
                        value,
                        error,
                        run: point.run,
                        judged: point.judged,
                    })
                })
                .collect(),
        };
        let is_heap = called(&self.value_name, self.is_bytes) == "heap";
        let name = if is_heap {
            "heap in use"
        } else {
            &self.value_name
        };
        let mut lines = vec![line(name, LineRole::Whole, &|index| {
            let point = &self.snapshots[index];
            Some((point.total as f64, point.standard_error.unwrap_or(0.0)))
        })];
        if !self.trend.suspects.is_empty() {
            lines.push(line("suspects", LineRole::Part, &|index| {
                Some((self.in_suspects(index), 0.0))
            }));
        }
        // Resident size is in bytes: it has no place in a chart of objects.
        if self.is_bytes && self.snapshots.iter().any(|it| it.resident_bytes.is_some()) {
            lines.push(line("resident size", LineRole::Beside, &|index| {
                Some((self.snapshots[index].resident_bytes? as f64, 0.0))
            }));
        }
        let restarts = self.snapshots.windows(2).filter_map(|pair| match pair {
            [before, after] if before.run != after.run => {
                Some((place(before, clock) + place(after, clock)) / 2.0)
            }
            _ => None,
        });
        let limit = self.trend.ceiling;
        Some(Chart {
            title: if is_heap {
                "Heap in use over time".to_owned()
            } else {
                format!("{name} over time")
            },
            clock,
            is_bytes: self.is_bytes,
            lines,
            restarts: restarts.collect(),
            marks: Vec::new(),
            projection: self.cone(clock),
            limit: limit.map(|limit| limit.bytes as f64),
        })
    }

    fn chart_clock(&self) -> ChartClock {
        let dated = self.snapshots.iter().all(|it| it.timestamp_ms.is_some());
        match (self.has_time, dated) {
            (true, true) => ChartClock::Date,
            (true, false) => ChartClock::Hours,
            (false, _) => ChartClock::Snapshots,
        }
    }

    /// What all suspects hold in a snapshot: never more than the whole, whatever estimates add up to.
    fn in_suspects(&self, index: usize) -> f64 {
        let values = self.trend.suspects.iter();
        let sum: f64 = values.filter_map(|suspect| suspect.values.get(index)).sum();
        sum.min(self.snapshots[index].total as f64)
    }

    /// The projection is drawn for a third of the time that was seen, or until the limit is reached if that is not much farther.
    fn cone(&self, clock: ChartClock) -> Option<Cone> {
        let projection = self.trend.projection?;
        let (first, last) = (self.snapshots.first()?, self.snapshots.last()?);
        let span = last.at - first.at;
        let far = projection.limit.map_or(0.0, |limit| {
            1.05 * limit.hours_high.unwrap_or(1.5 * limit.hours_low)
        });
        let hours = if far <= MOST_AHEAD * span {
            far.max(span / 3.0)
        } else {
            span / 3.0
        };
        if !(hours.is_finite() && hours > 0.0) {
            return None;
        }
        let value = projection
            .limit
            .map_or(last.total, |limit| limit.ceiling.used_bytes) as f64;
        let after = |growth_24h: f64| (value + growth_24h / 24.0 * hours).max(0.0);
        let from = place(last, clock);
        Some(Cone {
            from,
            value,
            to: from
                + match clock {
                    ChartClock::Date => hours * MS_PER_HOUR,
                    ChartClock::Hours | ChartClock::Snapshots => hours,
                },
            low: after(projection.growth_24h.low),
            middle: after(projection.growth_24h.value),
            high: after(projection.growth_24h.high),
        })
    }
}

/// A projection farther than this, in parts of the time that was seen, would press what was seen to the side.
const MOST_AHEAD: f64 = 1.25;

fn place(point: &SnapshotPoint, clock: ChartClock) -> f64 {
    match (clock, point.timestamp_ms) {
        (ChartClock::Date, Some(ms)) => ms as f64,
        _ => point.at,
    }
}
