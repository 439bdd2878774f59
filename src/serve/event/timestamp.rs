//! When an event happened, as lines say it.

use serde_json::value::RawValue;

use super::raw_json;
use crate::serve::time::EventTime;

/// Milliseconds before and after 1970 that a time can be: what `Date` of JavaScript can hold (ECMA-262, "Time Values and Time Range").
const RANGE_MS: i64 = 8_640_000_000_000_000;

/// The time of an RFC 3339 text, rounded down to the millisecond. A text without an offset from UTC says no time.
pub(super) fn of_text(text: &str) -> Option<EventTime> {
    let time: jiff::Timestamp = text.parse().ok()?;
    let ms = time.as_nanosecond().div_euclid(1_000_000);
    i64::try_from(ms).ok().and_then(in_range)
}

/// The time of a number of milliseconds since 1970, rounded down.
pub(super) fn of_number(value: &RawValue) -> Option<EventTime> {
    if !raw_json::is_number(value) {
        return None;
    }
    if let Ok(ms) = value.get().parse() {
        return in_range(ms);
    }
    let ms = raw_json::number(value)?.floor();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is out of range is cut to the ends of i64, which are out of range too"
    )]
    in_range(ms as i64)
}

fn in_range(ms: i64) -> Option<EventTime> {
    (-RANGE_MS..=RANGE_MS)
        .contains(&ms)
        .then_some(EventTime(ms))
}
