//! Numbers as people read them: bytes, counts, signed changes, shares, rates, spans of time.
//!
//! Every output prints a number through this module, so the same number looks the same everywhere; only the marks on the axes of charts,
//! which are round, are written where they are chosen.

mod amount;
mod hours_ahead;
mod rate;

use std::fmt;

pub use amount::{Amount, SignedAmount};
pub use hours_ahead::HoursAhead;
pub use rate::{Per, Rate};

const STEPS: [(f64, &str); 5] = [
    (1024.0 * 1024.0 * 1024.0 * 1024.0 * 1024.0, "PiB"),
    (1024.0 * 1024.0 * 1024.0 * 1024.0, "TiB"),
    (1024.0 * 1024.0 * 1024.0, "GiB"),
    (1024.0 * 1024.0, "MiB"),
    (1024.0, "KiB"),
];

/// A size in bytes, printed with binary units and three significant digits: `13.7 MiB`, `512 B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&scaled(self.0 as f64))
    }
}

/// A change in bytes, always printed with its sign: `+13.7 MiB`, `-512 B`, `0 B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignedBytes(pub i64);

impl fmt::Display for SignedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!(
            "{}{}",
            sign(self.0),
            scaled(self.0.unsigned_abs() as f64)
        ))
    }
}

/// A number of things, printed with thousands separators: `1,234,567`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&grouped(self.0))
    }
}

/// A change of a number of things: `+1,234`, `-56`, `0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignedCount(pub i64);

impl fmt::Display for SignedCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!(
            "{}{}",
            sign(self.0),
            grouped(self.0.unsigned_abs())
        ))
    }
}

/// A share of a whole, `part / whole`, printed as a percentage: `36.2 %`. A share of nothing prints as `-`, and what is nearly nothing or
/// nearly all is never printed as nothing or all.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// The part, in any unit.
    pub part: f64,
    /// The whole, in the same unit.
    pub whole: f64,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.whole == 0.0 {
            return f.pad("-");
        }
        let percent = self.part / self.whole * 100.0;
        let sign = if percent < 0.0 { "-" } else { "" };
        let text = match percent.abs() {
            0.0 => "0.0 %".to_owned(),
            ..0.05 => "<0.1 %".to_owned(),
            size @ ..99.95 => format!("{sign}{size:.1} %"),
            ..100.0 if percent > 0.0 => ">99.9 %".to_owned(),
            ..100.0 => "-99.9 %".to_owned(),
            size => format!("{sign}{} %", grouped(size.round() as u64)),
        };
        f.pad(&text)
    }
}

/// A change as a share of what was there before, with its sign where it grew: `+4.7 %`, `-3.0 %`.
#[derive(Debug, Clone, Copy)]
pub struct SignedShare(pub Share);

impl fmt::Display for SignedShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = self.0.to_string();
        let grew = self.0.whole != 0.0 && self.0.part / self.0.whole > 0.0;
        // `<0.1 %` has no sign of its own; the change before it has.
        f.pad(&match grew && !share.starts_with('<') {
            true => format!("+{share}"),
            false => share,
        })
    }
}

/// Milliseconds of an hour: times are in the one, rates for each of the other.
pub const MS_PER_HOUR: f64 = 3.6e6;

/// A span of time in milliseconds, printed in its two largest units: `12 h 5 min`, `12.3 s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub i64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.unsigned_abs();
        let text = match ms {
            0..1_000 => format!("{ms} ms"),
            1_000..60_000 => format!("{:.1} s", ms as f64 / 1e3),
            60_000..3_600_000 => two(ms / 60_000, "min", ms % 60_000 / 1_000, "s"),
            3_600_000..86_400_000 => two(ms / 3_600_000, "h", ms % 3_600_000 / 60_000, "min"),
            _ => two(ms / 86_400_000, "d", ms % 86_400_000 / 3_600_000, "h"),
        };
        f.pad(&format!("{}{text}", if self.0 < 0 { "-" } else { "" }))
    }
}

fn two(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

fn sign(value: i64) -> &'static str {
    match value {
        0 => "",
        1.. => "+",
        _ => "-",
    }
}

fn scaled(bytes: f64) -> String {
    match step(bytes) {
        (1.0, unit) => format!("{bytes:.0} {unit}"),
        (size, unit) => {
            let value = bytes / size;
            if value < 9.995 {
                format!("{value:.2} {unit}")
            } else if value < 99.95 {
                format!("{value:.1} {unit}")
            } else {
                format!("{value:.0} {unit}")
            }
        }
    }
}

/// The unit that a number of bytes is printed in, and its size.
fn step(bytes: f64) -> (f64, &'static str) {
    // 1,023.6 KiB would print as "1024 KiB": it belongs to the next unit.
    let found = STEPS.into_iter().find(|(size, _)| bytes >= size * 0.9995);
    found.unwrap_or((1.0, "B"))
}

fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size as people type it: `1536MiB`, `1.5GiB`, `200k`, `4096`. Units are binary whether or not the `i` is written. Without a unit it is a
/// number of bytes, which has no fraction.
///
/// # Errors
/// A sentence fragment that says what is wrong with the text.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number
        .parse()
        .map_err(|_| format!("'{text}' is not a size: write it like 1536MiB or 4096"))?;
    let unit = unit.trim().to_ascii_lowercase();
    let exponent = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => {
            return Err(format!(
                "'{unit}' is not a unit of bytes: use KiB, MiB, GiB or TiB"
            ));
        }
    };
    if unit.is_empty() && number.fract() != 0.0 {
        return Err(format!(
            "'{text}' has no unit: write it like 1.5GiB or 4096"
        ));
    }
    let bytes = number * 1024f64.powi(exponent);
    if bytes > u64::MAX as f64 / 2.0 {
        return Err(format!("'{text}' is larger than any machine's memory"));
    }
    Ok(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_significant_digits_and_never_1024_of_a_unit() {
        let check = |bytes: u64, text: &str| assert_eq!(Bytes(bytes).to_string(), text);
        check(0, "0 B");
        check(1023, "1023 B");
        check(1024, "1.00 KiB");
        check(14_365_000, "13.7 MiB");
        check(1024 * 1024 - 1, "1.00 MiB");
        check(u64::MAX, "16384 PiB");
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(SignedBytes(-2048).to_string(), "-2.00 KiB");
        assert_eq!(SignedBytes(i64::MIN).to_string(), "-8192 PiB");
        assert_eq!(SignedCount(1_234_567).to_string(), "+1,234,567");
        assert_eq!(SignedCount(0).to_string(), "0");
    }

    #[test]
    fn a_share_of_nothing_is_not_a_number() {
        let share = |part, whole| Share { part, whole }.to_string();
        assert_eq!(share(1.0, 0.0), "-");
        assert_eq!(share(1.0, 3.0), "33.3 %");
        assert_eq!(share(1.0, 1e9), "<0.1 %");
        let change = |part, whole| SignedShare(Share { part, whole }).to_string();
        assert_eq!(change(1.0, 3.0), "+33.3 %");
        assert_eq!(change(-1.0, 3.0), "-33.3 %");
        assert_eq!(change(1.0, 1e9), "<0.1 %");
        assert_eq!(change(0.0, 3.0), "0.0 %");
        assert_eq!(share(999_999.0, 1e6), ">99.9 %");
        assert_eq!(share(1.0, 1.0), "100 %");
        assert_eq!(share(10_244.4, 100.0), "10,244 %");
        assert_eq!(share(-99.99, 100.0), "-99.9 %");
        assert_eq!(share(-1.0, 4.0), "-25.0 %");
    }

    #[test]
    fn spans_use_two_units() {
        assert_eq!(Span(12_345).to_string(), "12.3 s");
        assert_eq!(Span(43_500_000).to_string(), "12 h 5 min");
        assert_eq!(Span(-60_000).to_string(), "-1 min");
    }

    #[test]
    fn sizes_are_read_as_people_type_them() {
        assert_eq!(parse_bytes("1.5GiB"), Ok(1_610_612_736));
        assert_eq!(parse_bytes("1536 MB"), Ok(1_610_612_736));
        assert_eq!(parse_bytes("200k"), Ok(204_800));
        assert_eq!(parse_bytes("4096"), Ok(4096));
        assert!(parse_bytes("lots").is_err());
        assert!(parse_bytes("1 parsec").is_err());
        assert!(parse_bytes("9e99").is_err());
        // One and a half bytes are a slip, and to read one byte would hide it.
        assert_eq!(
            parse_bytes("1.5"),
            Err("'1.5' has no unit: write it like 1.5GiB or 4096".to_owned())
        );
    }
}
