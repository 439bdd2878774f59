//! The marks on the axes of a chart: round amounts and round times.

use crate::report::ChartClock;
use crate::units::{Count, MS_PER_HOUR, Span};

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    /// Where it is, in units of the axis.
    pub(super) at: f64,
    /// What it says.
    pub(super) text: String,
    /// The day, where this is the first mark of one.
    pub(super) day: Option<String>,
}

/// Round amounts from 0 to `highest`, at most about `most`: steps of 1, 2 or 5 in the unit of the highest.
pub(super) fn amounts(highest: f64, is_bytes: bool, most: usize) -> Vec<Mark> {
    let (size, unit) = match is_bytes {
        true => byte_unit(highest),
        false => (1.0, ""),
    };
    let mut step = round_step(highest / size / most.max(1) as f64);
    if !is_bytes || size == 1.0 {
        step = step.max(1.0);
    }
    let decimals = if step < 1.0 { 1 } else { 0 };
    let count = (highest / size / step + 1e-9) as usize;
    (0..=count.min(MOST_MARKS))
        .map(|place| {
            let value = place as f64 * step;
            let text = match (place, unit) {
                (0, _) => "0".to_owned(),
                (_, "") => Count(value as u64).to_string(),
                (_, unit) => format!("{value:.decimals$} {unit}"),
            };
            Mark {
                at: value * size,
                text,
                day: None,
            }
        })
        .collect()
}

/// Round times between two places, at most about `most`.
pub(super) fn times(clock: ChartClock, from: f64, to: f64, most: usize) -> Vec<Mark> {
    let most = most.max(1) as f64;
    match clock {
        ChartClock::Date => dates(from, to, time_step((to - from) / most)),
        ChartClock::Hours => {
            let step = time_step((to - from) * MS_PER_HOUR / most);
            marks(from * MS_PER_HOUR, to * MS_PER_HOUR, step)
                .map(|ms| plain(ms / MS_PER_HOUR, in_unit(ms, step)))
                .collect()
        }
        ChartClock::Snapshots => {
            let step = round_step((to - from) / most).max(1.0);
            marks(from, to, step)
                .map(|at| plain(at, Count(at.max(0.0) as u64).to_string()))
                .collect()
        }
    }
}

/// A place as a label says it, in full.
pub(super) fn moment(clock: ChartClock, at: f64) -> String {
    match clock {
        ChartClock::Date => date(at, "%Y-%m-%d %H:%M:%S UTC"),
        ChartClock::Hours | ChartClock::Snapshots if at == 0.0 => "first snapshot".to_owned(),
        ChartClock::Hours => format!("{} later", Span((at * MS_PER_HOUR).round() as i64)),
        ChartClock::Snapshots => format!("{at} later"),
    }
}

/// A place as a label says it where there is no room for the day.
pub(super) fn short_moment(clock: ChartClock, at: f64) -> String {
    match clock {
        ChartClock::Date => date(at, "%H:%M:%S"),
        ChartClock::Hours | ChartClock::Snapshots => moment(clock, at),
    }
}

const MS_PER_DAY: f64 = 864e5;

/// A bound for what cannot happen: steps are chosen so that there are few.
const MOST_MARKS: usize = 100;

fn plain(at: f64, text: String) -> Mark {
    Mark {
        at,
        text,
        day: None,
    }
}

fn byte_unit(highest: f64) -> (f64, &'static str) {
    const UNITS: [(f64, &str); 5] = [
        (1.0, "B"),
        (1024.0, "KiB"),
        (1048576.0, "MiB"),
        (1073741824.0, "GiB"),
        (1099511627776.0, "TiB"),
    ];
    let fits = UNITS.into_iter().rfind(|(size, _)| *size <= highest);
    fits.unwrap_or((1.0, "B"))
}

/// The least of 1, 2 and 5 times a power of ten that is not less.
fn round_step(least: f64) -> f64 {
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|step| step * power >= least * (1.0 - 1e-9));
    step.unwrap_or(10.0) * power
}

/// The least round length of time that is not less, in milliseconds.
fn time_step(least: f64) -> f64 {
    const MINUTE: f64 = 60e3;
    const STEPS: [f64; 17] = [
        1e3,
        2e3,
        5e3,
        10e3,
        15e3,
        30e3,
        MINUTE,
        2.0 * MINUTE,
        5.0 * MINUTE,
        10.0 * MINUTE,
        15.0 * MINUTE,
        30.0 * MINUTE,
        MS_PER_HOUR,
        2.0 * MS_PER_HOUR,
        3.0 * MS_PER_HOUR,
        6.0 * MS_PER_HOUR,
        12.0 * MS_PER_HOUR,
    ];
    let step = STEPS.into_iter().find(|&step| step >= least);
    step.unwrap_or_else(|| MS_PER_DAY * round_step(least / MS_PER_DAY).max(1.0))
}

fn marks(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (from / step).ceil();
    (0..MOST_MARKS)
        .map(move |place| (first + place as f64) * step)
        .take_while(move |&at| at <= to)
}

fn dates(from: f64, to: f64, step: f64) -> Vec<Mark> {
    let format = match step {
        ..60e3 => "%H:%M:%S",
        ..MS_PER_DAY => "%H:%M",
        _ => "",
    };
    let mut today = String::new();
    marks(from, to, step)
        .map(|at| {
            let day = date(at, "%b %-d");
            if format.is_empty() {
                return plain(at, day);
            }
            let is_new = day != today;
            today.clone_from(&day);
            Mark {
                at,
                text: date(at, format),
                day: is_new.then_some(day),
            }
        })
        .collect()
}

fn date(ms: f64, format: &str) -> String {
    // Outside of the calendar there is nothing to say.
    jiff::Timestamp::from_millisecond(ms as i64)
        .map_or(String::new(), |time| time.strftime(format).to_string())
}

fn in_unit(ms: f64, step: f64) -> String {
    let (size, unit) = match step {
        ..60e3 => (1e3, "s"),
        ..MS_PER_HOUR => (60e3, "min"),
        ..MS_PER_DAY => (MS_PER_HOUR, "h"),
        _ => (MS_PER_DAY, "d"),
    };
    format!("{} {unit}", (ms / size).round())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(marks: &[Mark]) -> Vec<&str> {
        marks.iter().map(|mark| mark.text.as_str()).collect()
    }

    #[test]
    fn amounts_are_round_in_the_unit_of_the_highest() {
        let check = |highest: f64, is_bytes, expected: &[&str]| {
            assert_eq!(texts(&amounts(highest, is_bytes, 5)), expected);
        };
        let mib = 1048576.0;
        check(391.0 * mib, true, &["0", "100 MiB", "200 MiB", "300 MiB"]);
        check(1300.0 * mib, true, &["0", "0.5 GiB", "1.0 GiB"]);
        check(700.0, true, &["0", "200 B", "400 B", "600 B"]);
        check(3.0, false, &["0", "1", "2", "3"]);
        check(0.0, true, &["0"]);
        check(f64::NAN, true, &["0"]);
    }

    #[test]
    fn times_are_round_and_say_the_day_when_it_changes() {
        // 2026-11-20 17:10 UTC.
        let from = 1_795_194_600_000.0;
        let marks = times(ChartClock::Date, from, from + 12.0 * MS_PER_HOUR, 6);
        assert_eq!(
            texts(&marks),
            ["18:00", "20:00", "22:00", "00:00", "02:00", "04:00"]
        );
        let days: Vec<_> = marks
            .iter()
            .filter_map(|mark| mark.day.as_deref())
            .collect();
        assert_eq!(days, ["Nov 20", "Nov 21"]);
    }

    #[test]
    fn without_dates_times_count_from_the_first() {
        let hours = times(ChartClock::Hours, 0.0, 1.0, 4);
        assert_eq!(
            texts(&hours),
            ["0 min", "15 min", "30 min", "45 min", "60 min"]
        );
        let snapshots = times(ChartClock::Snapshots, 0.0, 24.0, 6);
        assert_eq!(texts(&snapshots), ["0", "5", "10", "15", "20"]);
    }

    #[test]
    fn an_axis_without_length_has_at_most_one_mark() {
        assert!(times(ChartClock::Date, 5.0, 5.0, 6).len() <= 1);
        assert!(times(ChartClock::Hours, f64::NAN, f64::NAN, 6).is_empty());
    }
}
