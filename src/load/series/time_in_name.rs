//! Times inside file names, in the spellings that file systems allow.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A time and where in the text it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeInName {
    /// Byte offsets.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Milliseconds since 1970.
    pub(super) ms: i64,
}

/// Times outside are numbers of another kind: 2001-09-09, from when on seconds have ten digits, to 2096, before which the numbers
/// of Linux namespaces do not begin.
const PLAUSIBLE_MS: std::ops::Range<i64> = 1_000_000_000_000..4_000_000_000_000;

/// The first time in a text. Without a zone it counts as UTC.
pub(super) fn find(text: &str) -> Option<TimeInName> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (0..bytes.len())
        .filter(|&at| is_digit(at) && (at == 0 || !is_digit(at - 1)))
        .find_map(|start| {
            let mut cursor = Cursor { bytes, at: start };
            let ms = cursor.since_1970().or_else(|| cursor.date_time())?;
            PLAUSIBLE_MS.contains(&ms).then_some(TimeInName {
                start,
                end: cursor.at,
                ms,
            })
        })
}

#[derive(Clone, Copy)]
struct Cursor<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn one_of(&mut self, set: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|byte| set.contains(byte))?;
        self.at += 1;
        Some(byte)
    }

    /// How many digits follow.
    fn run(&self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// The number in exactly `count` digits, of which more may follow.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.bytes.get(self.at..self.at + count)?;
        let value = digits.iter().try_fold(0i64, |value, byte| {
            let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
            value.checked_mul(10)?.checked_add(digit)
        })?;
        self.at += count;
        Some(value)
    }

    /// Runs `step`, and stays where it was if that finds nothing.
    fn attempt<T>(&mut self, step: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = *self;
        let found = step(self);
        if found.is_none() {
            *self = before;
        }
        found
    }

    /// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by the number of digits.
    fn since_1970(&mut self) -> Option<i64> {
        let run = self.run();
        let in_ms = |value: i64| match run {
            10 => Some(value * 1000),
            13 => Some(value),
            16 => Some(value / 1000),
            19 => Some(value / 1_000_000),
            _ => None,
        };
        self.attempt(|cursor| {
            let value = cursor.digits(run)?;
            in_ms(value).filter(|ms| PLAUSIBLE_MS.contains(ms))
        })
    }

    fn date_time(&mut self) -> Option<i64> {
        let run = self.run();
        if ![4, 8, 14].contains(&run) {
            return None;
        }
        let year = self.digits(4)?;
        let dash = run == 4;
        if dash {
            self.one_of(b"-")?;
        }
        let month = self.digits(2)?;
        if dash {
            self.one_of(b"-")?;
        }
        let day = self.digits(2)?;
        if dash && self.run() > 0 {
            return None;
        }
        let date = DateTime::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
            0,
            0,
            0,
            0,
        )
        .ok()?;
        let midnight = TimeZone::UTC.to_timestamp(date).ok()?.as_millisecond();
        match self.attempt(|cursor| cursor.time_of_day(run == 14)) {
            Some(ms) => Some(midnight + ms),
            // Fourteen digits whose last six are no time are no date either.
            None => (run != 14).then_some(midnight),
        }
    }

    /// Milliseconds since midnight UTC, with what separates it from the date.
    fn time_of_day(&mut self, adjacent: bool) -> Option<i64> {
        let separator = match adjacent {
            true => None,
            false => Some(self.one_of(b"Tt_-. ")?),
        };
        let hour = self.digits(2)?;
        let inner = self.one_of(b":-._");
        let minute = self.digits(2)?;
        let second = match inner {
            Some(byte) => self.attempt(|it| {
                it.one_of(&[byte])?;
                it.digits(2)
            }),
            None => self.digits_if_any(2),
        };
        // Four digits alone may as well be a sequence number, unless a `T` says that they are a time.
        let is_marked = inner.is_some() || matches!(separator, Some(b'T' | b't'));
        if self.run() > 0 || hour > 23 || minute > 59 || (second.is_none() && !is_marked) {
            return None;
        }
        let second = second.unwrap_or(0);
        if second > 60 {
            return None;
        }
        let fraction = self.attempt(Cursor::fraction).unwrap_or(0);
        let offset = self.attempt(Cursor::zone).unwrap_or(0);
        Some(((hour * 60 + minute - offset) * 60 + second) * 1000 + fraction)
    }

    fn digits_if_any(&mut self, count: usize) -> Option<i64> {
        self.attempt(|it| it.digits(count))
    }

    /// Milliseconds, only before a `Z`, as JavaScript writes them: `.001` at the end is a sequence number.
    fn fraction(&mut self) -> Option<i64> {
        self.one_of(b".,-")?;
        let run = self.run();
        let ms = self.digits(3)?;
        self.digits(run.checked_sub(3)?)?;
        matches!(self.peek(), Some(b'Z' | b'z')).then_some(ms)
    }

    /// Minutes east of Greenwich. A minus needs its colon: `-0500` may be a sequence number.
    fn zone(&mut self) -> Option<i64> {
        let sign = self.one_of(b"Zz+-")?;
        if matches!(sign, b'Z' | b'z') {
            return Some(0);
        }
        let hours = self.digits(2)?;
        let colon = self.one_of(b":");
        if sign == b'-' && colon.is_none() {
            return None;
        }
        let minutes = hours * 60 + self.digits(2)?;
        (self.run() == 0 && minutes < 24 * 60).then_some(match sign {
            b'-' => -minutes,
            _ => minutes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    /// 2026-11-24T10:15:00Z.
    const MS: i64 = 1_795_515_300_000;
    const MIDNIGHT: i64 = MS - (10 * 60 + 15) * 60_000;

    fn check(text: &str, expected: Option<(i64, &str)>) {
        let found = find(text).map(|time| (time.ms, &text[time.end..]));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn iso_times_in_every_spelling() {
        check("2026-11-24T10:15:00Z", Some((MS, "")));
        check("2026-11-24T10-15-00Z.pb", Some((MS, ".pb")));
        check("2026-11-24T10-15-00-123Z.pb", Some((MS + 123, ".pb")));
        check("2026-11-24T10:15:00.123456Z", Some((MS + 123, "")));
        check("2026-11-24_10.15.00", Some((MS, "")));
        check("20261124T101500Z", Some((MS, "")));
        check("20261124T1015", Some((MS, "")));
        check("20261124-101500-3", Some((MS, "-3")));
        check("20261124101500", Some((MS, "")));
        check("2026-11-24T11:15:00+01:00", Some((MS, "")));
        check("2026-11-24T11:15:00+0100", Some((MS, "")));
        check("2026-11-24T05:15:00-05:00", Some((MS, "")));
    }

    #[test]
    fn a_date_alone_is_midnight_and_leaves_the_sequence() {
        check("2026-11-24.pb", Some((MIDNIGHT, ".pb")));
        check("20261124-0012.pb", Some((MIDNIGHT, "-0012.pb")));
        check("2026-11-24-12.pb", Some((MIDNIGHT, "-12.pb")));
        check("20261124-101500.001", Some((MS, ".001")));
    }

    #[test]
    fn numbers_since_1970_go_by_their_digits() {
        check("1795515300", Some((MS, "")));
        check("1795515300000x", Some((MS, "x")));
        check("1795515300000000", Some((MS, "")));
        check("1795515300000000000", Some((MS, "")));
    }

    #[test]
    fn other_numbers_are_no_times() {
        for text in [
            "",
            "007",
            "12345678",
            "2026-13-24",
            "2026-02-30",
            "20261124999999",
            "0795515300",
            "99999999999999999999",
            "4026531836",
            "2026",
            "é",
            "2026-11-245",
        ] {
            check(text, None);
        }
        // The one after it still counts.
        check("web.4102444801.20261124", Some((MIDNIGHT, "")));
    }
}
