//! When something will be, in hours from now.

use std::fmt;

use super::grouped;

/// A time to come, between two numbers of hours: `9 to 14 h`, `40 min to 3 h`, `9 h or later`, `less than 2 min`, in the units of
/// [`Span`](super::Span). Printed so that the interval is never narrower than it is.
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
        let one = |number: f64, unit: &str| match (number, unit) {
            (1.0, "years") => "1 year".to_owned(),
            _ => format!("{} {unit}", grouped(number as u64)),
        };
        f.pad(&match self.high.map(|high| (high, span_unit(high))) {
            None => format!("{} or later", one(low, unit)),
            Some((high, (size, unit))) if low == 0.0 => {
                format!("less than {}", one((high / size).ceil().max(1.0), unit))
            }
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
        ..2.0 => (1.0 / 60.0, "min"),
        ..48.0 => (1.0, "h"),
        ..17_520.0 => (24.0, "d"),
        _ => (8_760.0, "years"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_come_is_never_narrower_than_it_is() {
        let check = |low, high, text: &str| assert_eq!(HoursAhead { low, high }.to_string(), text);
        check(9.4, Some(13.2), "9 to 14 h");
        check(9.4, None, "9 h or later");
        check(0.5, Some(3.0), "30 min to 3 h");
        check(0.0, Some(0.01), "less than 1 min");
        check(0.001, Some(5.0), "less than 5 h");
        check(30.0, Some(72.0), "30 h to 3 d");
        check(1e5, None, "11 years or later");
    }
}
