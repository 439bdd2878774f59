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

/// The beginning of foreign text, escaped.
pub(super) fn short(text: &str, most_chars: usize) -> String {
    match text.char_indices().nth(most_chars) {
        Some((end, _)) => format!("{}…", escape::html(&text[..end])),
        None => escape::html(text).into_owned(),
    }
}

/// How long ago something was, which the script of the page keeps true.
pub(super) fn ago(now: WallTime, then: WallTime) -> String {
    let mut out = String::from("<time class=\"ago\"");
    if let Some(moment) = iso(then.0) {
        let _ = write!(out, " datetime=\"{moment}\" title=\"{moment}\"");
    }
    let _ = write!(
        out,
        " data-at=\"{}\">{}</time>",
        then.0,
        ago_text(now, then)
    );
    out
}

/// How long ago something was, in one unit: nobody on call needs the seconds of an hour.
pub(super) fn ago_text(now: WallTime, then: WallTime) -> String {
    let seconds = now.since(then) / 1_000;
    match seconds {
        ..1 => "now".to_owned(),
        1..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// The time of day of an event, on the clock of whoever wrote it.
pub(super) fn clock(time: EventTime) -> String {
    let Ok(moment) = jiff::Timestamp::from_millisecond(time.0) else {
        return String::new();
    };
    format!(
        "<time datetime=\"{moment}\" title=\"{moment}\">{}</time>",
        moment.strftime("%H:%M:%S")
    )
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
        let long = "存".repeat(70_000);
        assert_eq!(
            foreign(&long).chars().count(),
            LINE_CHARS + "<bdi>…</bdi>".chars().count()
        );
    }

    #[test]
    fn how_long_ago_is_told_in_one_unit() {
        let text = |seconds: i64| ago_text(WallTime(seconds * 1_000), WallTime(0));
        assert_eq!(
            [
                text(-5),
                text(0),
                text(59),
                text(61),
                text(7_300),
                text(200_000)
            ],
            ["now", "now", "59 s ago", "1 min ago", "2 h ago", "2 d ago"]
        );
        assert!(ago(WallTime(i64::MAX), WallTime(i64::MIN)).contains("d ago"));
    }

    #[test]
    fn a_name_in_an_address_is_that_name() {
        assert_eq!(in_query("a b&c=ü/"), "a%20b%26c%3D%C3%BC%2F");
    }
}
