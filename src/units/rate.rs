//! Growth for each hour or snapshot, with its interval.

use std::fmt;

use super::{grouped, step};

/// Growth, with its sign and what it is for each: `+14.7 MiB/h`, `+1,230/h`, `+14.7 MiB/snapshot`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// The growth.
    pub value: f64,
    /// Whether it is in bytes; else it is a number of things.
    pub is_bytes: bool,
    /// What it is for each.
    pub per: Per,
}

/// What a rate is for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// An hour.
    Hour,
    /// A snapshot, where no time is known.
    Snapshot,
}

/// From so many of the unit of a rate on, an interval is of another order.
const WIDE: f64 = 10_000.0;

impl Rate {
    /// The interval from `low` to `high`, in the unit that the rate itself is printed in: `13.9 to 15.4`. One that is of another order than its
    /// rate, as round a rate of nothing, names its own: `-309 to 309 MiB`.
    pub fn interval(self, low: f64, high: f64) -> String {
        let size = if self.is_bytes {
            step(self.value.abs()).0
        } else {
            1.0
        };
        let widest = low.abs().max(high.abs());
        if self.is_bytes && widest >= WIDE * size {
            let (size, unit) = step(widest);
            return format!("{} to {} {unit}", digits(low / size), digits(high / size));
        }
        format!("{} to {}", digits(low / size), digits(high / size))
    }

    /// The rate with its 95 % interval, as in a sentence: `+14.7 MiB/h (95 %: 13.9 to 15.4)`.
    pub fn with_interval(self, low: f64, high: f64) -> String {
        format!("{self} (95 %: {})", self.interval(low, high))
    }

    /// A rate that nothing grows by, and that something may: without a sign.
    pub fn unsigned(self) -> String {
        self.to_string().trim_start_matches('+').to_owned()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.value >= 0.005 { "+" } else { "" };
        let (size, unit) = match self.is_bytes {
            true => step(self.value.abs()),
            false => (1.0, ""),
        };
        let space = if unit.is_empty() { "" } else { " " };
        let per = match self.per {
            Per::Hour => "/h",
            Per::Snapshot => "/snapshot",
        };
        f.pad(&format!(
            "{sign}{}{space}{unit}{per}",
            digits(self.value / size)
        ))
    }
}

/// Three significant digits, for a rate is an estimate; thousands separators, `0` for what is not a number.
fn digits(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        ..0.005 => return "0".to_owned(),
        ..9.995 => format!("{size:.2}"),
        ..99.95 => format!("{size:.1}"),
        // Growth of more than this is no growth but an error somewhere; it is printed all the same.
        ..1e18 => {
            let step = 10f64.powf(size.log10().floor() - 2.0).max(1.0);
            grouped(((size / step).round() * step) as u64)
        }
        _ if size.is_nan() => return "0".to_owned(),
        _ => format!("{size:.1e}"),
    };
    format!("{}{text}", if value < 0.0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_and_its_interval_have_one_unit() {
        let rate = |value, is_bytes, per| Rate {
            value,
            is_bytes,
            per,
        };
        let mib = 1024.0 * 1024.0;
        let growth = rate(14.7 * mib, true, Per::Hour);
        assert_eq!(growth.to_string(), "+14.7 MiB/h");
        assert_eq!(growth.interval(13.9 * mib, 15.4 * mib), "13.9 to 15.4");
        assert_eq!(growth.interval(-0.5 * mib, 9e3 * mib), "-0.50 to 9,000");
        assert_eq!(growth.interval(-0.5 * mib, 1e6 * mib), "0 to 977 GiB");
        let nothing = rate(0.0, true, Per::Hour);
        assert_eq!(
            nothing.interval(-309.0 * mib, 309.0 * mib),
            "-309 to 309 MiB"
        );
        let check = |rate: Rate, text: &str| assert_eq!(rate.to_string(), text);
        check(rate(-2048.0, true, Per::Snapshot), "-2.00 KiB/snapshot");
        check(rate(1234.4, false, Per::Hour), "+1,230/h");
        check(rate(11_757_172.0, false, Per::Hour), "+11,800,000/h");
        check(rate(0.25, false, Per::Hour), "+0.25/h");
        check(rate(0.0, true, Per::Hour), "0 B/h");
        assert_eq!(
            growth.with_interval(13.9 * mib, 15.4 * mib),
            "+14.7 MiB/h (95 %: 13.9 to 15.4)"
        );
        assert_eq!(growth.unsigned(), "14.7 MiB/h");
    }
}
