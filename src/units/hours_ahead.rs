//! When something will be, in hours from now.

use std::fmt;

use super::grouped;

/// A time to come, between two numbers of hours: `9 to 14 hours`, `40 minutes to 3 hours`, `9 hours or later`. Printed so that the
/// interval is never narrower than it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HoursAhead {
    /// At the earliest.
    pub low: f64,
    /// At the latest; nothing where it may never be.
    pub high: Option<f64>,
}

impl fmt::Display for HoursAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, unit) = span_unit(self.low);
        let low = (self.low / size).floor();
        let one = |number: f64, unit: &str| match number {
            1.0 => format!("1 {unit}"),
            _ => format!("{} {unit}s", grouped(number as u64)),
        };
        f.pad(&match self.high.map(|high| (high, span_unit(high))) {
            None => format!("{} or later", one(low, unit)),
            Some((high, (size, same))) if same == unit => {
                let high = (high / size).ceil();
                format!("{} to {}", grouped(low as u64), one(high.max(low), unit))
            }
            Some((high, (size, other))) => {
                format!("{} to {}", one(low, unit), one((high / size).ceil(), other))
            }
        })
    }
}

/// The unit in which a number of hours is told: two or more of it.
fn span_unit(hours: f64) -> (f64, &'static str) {
    match hours {
        ..2.0 => (1.0 / 60.0, "minute"),
        ..48.0 => (1.0, "hour"),
        ..17_520.0 => (24.0, "day"),
        _ => (8_760.0, "year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_come_is_never_narrower_than_it_is() {
        let check = |low, high, text: &str| assert_eq!(HoursAhead { low, high }.to_string(), text);
        check(9.4, Some(13.2), "9 to 14 hours");
        check(9.4, None, "9 hours or later");
        check(0.5, Some(3.0), "30 minutes to 3 hours");
        check(0.0, Some(0.01), "0 to 1 minute");
        check(30.0, Some(72.0), "30 hours to 3 days");
        check(1e5, None, "11 years or later");
    }
}
