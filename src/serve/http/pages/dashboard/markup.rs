//! Small pieces of markup: foreign text made safe, times, shares.

use std::fmt::Write as _;

use crate::escape;
use crate::serve::time::{EventTime, WallTime};

/// Foreign text in one line of a page: nobody reads more, and a message may have 64 KiB.
pub(super) const LINE_CHARS: usize = 240;

/// Foreign text as a part of a page: escaped, and with a direction of its own, so that it does not turn what stands beside it.
pub(super) fn foreign(text: &str) -> String {
    format!("<bdi>{}</bdi>", short(text, LINE_CHARS))
}

/// Words that are longer than this are cut within: they are names and addresses, whose beginning says something.
const LONGEST_WORD_CHARS: usize = 40;

/// A text in a page, whole.
pub(super) fn html_text(text: &str) -> String {
    escape::html(text).into_owned()
}

/// The beginning of foreign text, escaped; what is too long ends with a whole word and a mark.
pub(super) fn short(text: &str, most_chars: usize) -> String {
    let Some((end, next)) = text.char_indices().nth(most_chars) else {
        return escape::html(text).into_owned();
    };
    let piece = &text[..end];
    let whole = match piece.rfind(char::is_whitespace) {
        Some(space)
            if !next.is_whitespace() && piece[space..].chars().count() <= LONGEST_WORD_CHARS =>
        {
            &piece[..space]
        }
        _ => piece,
    };
    format!("{}…", escape::html(whole.trim_end()))
}

/// How long ago something was, which the script of the page keeps true.
pub(super) fn ago(now: WallTime, then: WallTime) -> String {
    time("ago", then, &ago_text(now, then))
}

/// How long something has lasted, which the script of the page keeps true.
pub(super) fn lasting(now: WallTime, began: WallTime) -> String {
    let seconds = now.since(began).max(0) / 1_000;
    time("ago lasting", began, &span(seconds))
}

fn time(class: &str, then: WallTime, text: &str) -> String {
    let mut out = format!("<time class=\"{class}\"");
    if let Some(moment) = iso(then.0) {
        let _ = write!(out, " datetime=\"{moment}\" title=\"{moment}\"");
    }
    let _ = write!(out, " data-at=\"{}\">{text}</time>", then.0);
    out
}

/// Clocks of two machines are apart by so many seconds, and nothing is in the future for that.
const SKEW_SECONDS: i64 = 5;

/// How long ago something was, or how far ahead it is dated.
pub(super) fn ago_text(now: WallTime, then: WallTime) -> String {
    match now.since(then) / 1_000 {
        past @ 1.. => format!("{} ago", span(past)),
        ahead if ahead <= -SKEW_SECONDS => format!("in {}", span(ahead.saturating_neg())),
        _ => "now".to_owned(),
    }
}

/// A time in one unit: nobody on call needs the seconds of an hour.
fn span(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// When an event happened, on the clock of whoever wrote it: the time of day, and the date alone where that is another than today's.
pub(super) fn clock(time: EventTime, now: WallTime) -> String {
    let Ok(moment) = jiff::Timestamp::from_millisecond(time.0) else {
        return String::new();
    };
    format!(
        "<time datetime=\"{moment}\" title=\"{moment}\">{}</time>",
        match day(time.0) == day(now.0) {
            true => moment.strftime("%H:%M:%S"),
            false => moment.strftime("%y-%m-%d"),
        }
    )
}

/// Days since 1970, in UTC.
fn day(ms: i64) -> i64 {
    ms.div_euclid(86_400_000)
}

/// A moment as RFC 3339 has it.
pub(super) fn iso(ms: i64) -> Option<String> {
    let moment = jiff::Timestamp::from_millisecond(ms).ok()?;
    Some(moment.to_string())
}

/// A moment to the second, for tables.
pub(super) fn moment(ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(ms).ok();
    moment.map_or(String::new(), |it| {
        it.strftime("%Y-%m-%d %H:%M:%S").to_string()
    })
}

/// A text as a value in the query of an address.
pub(super) fn in_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `1 worker`, `2 workers`.
pub(super) fn counted(count: usize, one: &str) -> String {
    let number = crate::units::Count(count as u64);
    format!("{number} {one}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_cut_and_stays_text() {
        assert_eq!(short("<b>\u{202e}x", 3), "&lt;b&gt;…");
        assert_eq!(foreign("a\u{202e}b"), "<bdi>a\\u{202e}b</bdi>");
        assert_eq!(short("it cannot be reached", 15), "it cannot be…");
        assert_eq!(short("it cannot be reached", 12), "it cannot be…");
        assert_eq!(
            short("at http://127.0.0.1:6060/debug/pprof/heap/and/more", 48).len(),
            48 + "…".len()
        );
        let long = "存".repeat(70_000);
        assert_eq!(
            foreign(&long).chars().count(),
            LINE_CHARS + "<bdi>…</bdi>".chars().count()
        );
    }

    #[test]
    fn an_event_of_another_day_has_a_date_and_no_time() {
        let now = WallTime(1_795_662_630_000);
        let text = |ms: i64| clock(EventTime(ms), now);
        assert!(text(now.0 - 1_000).ends_with(">03:10:29</time>"));
        assert!(text(now.0 - 86_400_000).ends_with(">26-11-25</time>"));
        assert!(text(1).ends_with(">70-01-01</time>"));
    }

    #[test]
    fn how_long_ago_is_told_in_one_unit() {
        let text = |seconds: i64| ago_text(WallTime(seconds * 1_000), WallTime(0));
        assert_eq!(
            [
                text(-7_300),
                text(-4),
                text(0),
                text(59),
                text(61),
                text(7_300),
                text(200_000)
            ],
            [
                "in 2 h",
                "now",
                "now",
                "59 s ago",
                "1 min ago",
                "2 h ago",
                "2 d ago"
            ]
        );
        assert!(ago(WallTime(i64::MAX), WallTime(i64::MIN)).contains("d ago"));
        assert!(ago(WallTime(i64::MIN), WallTime(i64::MAX)).contains(">in "));
        assert!(lasting(WallTime(300_000), WallTime(0)).ends_with(">5 min</time>"));
        assert!(lasting(WallTime(0), WallTime(9_000)).ends_with(">0 s</time>"));
    }

    #[test]
    fn a_name_in_an_address_is_that_name() {
        assert_eq!(in_query("a b&c=ü/"), "a%20b%26c%3D%C3%BC%2F");
    }
}
