//! Odd, large and wrong lines; and what must be true of every event, whatever its line.

use serde_json::Value;

use super::*;
use crate::serve::bounds::{EVENT_KEY_BYTES, EVENT_LINE_BYTES, EVENT_PATH_BYTES};

/// Parses; what is an event must be JSON on one line, with each name once, that says what the accessors say.
pub(super) fn check(line: &[u8]) -> Option<LogEvent> {
    let event = parse(line, "here").ok().flatten()?;
    let shown = String::from_utf8_lossy(line);
    let json: Value = serde_json::from_str(event.json())
        .unwrap_or_else(|error| panic!("{shown}: {}: {error}", event.json()));
    assert!(!event.json().contains(['\n', '\r']), "{shown}");
    assert_eq!(
        json.as_object().map(|fields| fields.len()),
        serde_json::from_str(event.json())
            .ok()
            .map(|Names(names)| names),
        "{shown}"
    );
    let text = |name: &str| json.get(name).and_then(Value::as_str);
    let filled = |name: &str| text(name).filter(|text| !text.is_empty());
    let key = |name: &str| filled(name).filter(|key| key.len() <= EVENT_KEY_BYTES);
    assert_eq!(
        json.get("ts").and_then(Value::as_i64),
        Some(event.ts().0),
        "{shown}"
    );
    assert_eq!(text("worker"), Some(event.worker()), "{shown}");
    assert!(!event.worker().is_empty() && event.worker().len() <= EVENT_KEY_BYTES);
    assert_eq!(text("level"), Some(event.level().name()), "{shown}");
    assert_eq!(text("msg"), Some(event.message()), "{shown}");
    assert_eq!(key("session"), event.session(), "{shown}");
    assert_eq!(key("bead"), event.bead(), "{shown}");
    assert_eq!(key("host"), event.host(), "{shown}");
    assert_eq!(filled("error"), event.error(), "{shown}");
    assert_eq!(key("tool"), event.tool(), "{shown}");
    assert_eq!(
        filled("path").filter(|path| path.len() <= EVENT_PATH_BYTES),
        event.path(),
        "{shown}"
    );
    // Not by way of `Value`, which reads numbers to the last bit but one.
    let fields = Entries::read(event.json()).unwrap_or_default();
    let duration = fields
        .get("duration_ms")
        .and_then(|value| value.get().parse().ok());
    assert_eq!(duration, event.duration_ms(), "{shown}");
    if let Some(sequence) = event.sequence() {
        assert_eq!(
            json.get("sequence").and_then(Value::as_u64),
            Some(sequence),
            "{shown}"
        );
    }
    let short = |name: &str| text(name).filter(|text| text.len() <= EVENT_KEY_BYTES);
    assert_eq!(
        short("from").zip(short("to")),
        event.transition(),
        "{shown}"
    );
    assert_eq!(short("reason"), event.reason(), "{shown}");
    if let Some(pid) = event.pid() {
        assert_eq!(
            json.get("pid").and_then(Value::as_f64),
            Some(f64::from(pid)),
            "{shown}"
        );
    }
    assert_eq!(
        serde_json::to_string(&event).ok().as_deref(),
        Some(event.json())
    );
    Some(event)
}

/// How many names stand in an object, each as often as it stands there.
struct Names(usize);

impl<'de> serde::Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;

        impl<'de> serde::de::Visitor<'de> for Count {
            type Value = Names;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Names, A::Error> {
                let mut names = 0;
                while map.next_entry::<String, serde::de::IgnoredAny>()?.is_some() {
                    names += 1;
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_map(Count)
    }
}

/// A flat line with one field more.
fn flat(field: &str) -> String {
    format!(r#"{{"ts":1767225600000,"worker":"w","level":"info","msg":"m",{field}}}"#)
}

#[test]
fn odd_text_is_kept_as_data() {
    let event = |line: String| check(line.as_bytes()).unwrap_or_else(|| panic!("{line}: no event"));
    // A cut emoji, in a text that is decoded, in one that is not, and in names, which are then one.
    assert_eq!(
        event(flat(r#""error":"half \ud83d""#)).error(),
        Some("half \u{fffd}")
    );
    assert!(
        event(flat(r#""x":["\ud83d"]"#))
            .json()
            .contains(r#"["\ufffd"]"#)
    );
    assert_eq!(
        event(flat(r#""\udead":1,"\ud83d":2"#))
            .json()
            .matches('\u{fffd}')
            .count(),
        1
    );
    // What ends a line or a script elsewhere is text like any other.
    let odd = "\u{2028}</script>\u{85}\u{7f}";
    assert_eq!(
        event(flat(&format!("\"error\":\"{odd}\""))).error(),
        Some(odd)
    );
    assert_eq!(
        event(flat(r#""error":"\u2028\u0000""#)).error(),
        Some("\u{2028}\0")
    );
    assert_eq!(
        event(format!("\u{feff}{}\r", flat("\"a\":1"))).worker(),
        "w"
    );
}

#[test]
fn bytes_that_are_no_text_and_control_characters_are_refused() {
    let reason = |line: &[u8]| parse(line, "here").err();
    assert_eq!(reason(b"\xff\xfe{\0}\0"), Some(RejectReason::NotUtf8));
    assert_eq!(reason(b"{\"a\":\"\xc3\"}"), Some(RejectReason::NotUtf8));
    assert_eq!(
        reason(b"{\"a\":\"\xed\xa0\x80\"}"),
        Some(RejectReason::NotUtf8)
    );
    // What a file has in place of a line that was never written before power went.
    assert_eq!(reason(&[0; 512]), Some(RejectReason::NotJson));
    assert_eq!(
        reason(flat("\"a\":\"\0\"").as_bytes()),
        Some(RejectReason::NotJson)
    );
    assert_eq!(
        reason(flat("\"a\":\"\n\"").as_bytes()),
        Some(RejectReason::NotJson)
    );
    assert_eq!(
        reason(flat("\"a\":\"\\ud8\"").as_bytes()),
        Some(RejectReason::NotJson)
    );
    assert_eq!(
        reason(flat("\"a\":01").as_bytes()),
        Some(RejectReason::NotJson)
    );
    assert_eq!(
        reason(flat("\"a\":NaN").as_bytes()),
        Some(RejectReason::NotJson)
    );
    for blank in ["", " \t\r\n", "\u{feff}", "\u{feff} "] {
        assert!(
            matches!(parse(blank.as_bytes(), "here"), Ok(None)),
            "{blank:?}"
        );
    }
}

#[test]
fn a_line_has_a_greatest_length() {
    let line = |bytes: usize| {
        let short = flat("\"a\":\"\"").len();
        flat(&format!("\"a\":\"{}\"", "x".repeat(bytes - short)))
    };
    assert!(check(line(EVENT_LINE_BYTES).as_bytes()).is_some());
    let reason = parse(line(EVENT_LINE_BYTES + 1).as_bytes(), "here").err();
    assert_eq!(reason, Some(RejectReason::TooLong));
}

#[test]
fn lines_that_are_as_bad_as_they_can_be_take_no_longer_than_others() {
    let brackets = EVENT_LINE_BYTES / 2 - 50;
    let lines = [
        "[".repeat(EVENT_LINE_BYTES),
        "{\"a\":".repeat(EVENT_LINE_BYTES / 5),
        flat(&format!(
            "\"a\":{}{}",
            "[".repeat(brackets),
            "]".repeat(brackets)
        )),
        flat(&format!(
            "\"data\":{}{}",
            "[".repeat(brackets),
            "]".repeat(brackets)
        )),
        flat(&format!("\"a\":\"{}\"", "\\ud83d".repeat(10_000))),
        flat(&format!("\"a\":\"{}\"", "\\\\".repeat(30_000))),
        flat(&format!("\"a\":{}", "9".repeat(60_000))),
        flat(&format!("\"a\":[{}1]", "1e5,".repeat(15_000))),
        flat(
            &(0..6_000)
                .map(|n| format!("\"{n}\":0,"))
                .collect::<String>(),
        )
        .replace(",}", "}"),
        flat(&"\"a\":0,".repeat(9_000)).replace(",}", "}"),
    ];
    for line in &lines {
        assert!(line.len() <= EVENT_LINE_BYTES);
        let started = std::time::Instant::now();
        for _ in 0..20 {
            let _ = parse(line.as_bytes(), "here");
        }
        // Comparing each of 6,000 names with each other would take some thousand times longer than this allows for one line.
        assert!(
            started.elapsed().as_secs() < 2,
            "{:?}: {}",
            started.elapsed(),
            &line[..80]
        );
        check(line.as_bytes());
    }
}

#[test]
fn a_text_that_is_too_long_for_a_key_is_kept_but_is_none() {
    let names = [
        "session", "bead", "host", "tool", "path", "from", "to", "reason",
    ];
    for (bytes, is_key, is_path) in [
        (EVENT_KEY_BYTES, true, true),
        (EVENT_KEY_BYTES + 1, false, true),
        (EVENT_PATH_BYTES, false, true),
        (EVENT_PATH_BYTES + 1, false, false),
    ] {
        let long = "x".repeat(bytes);
        let fields: Vec<String> = names
            .iter()
            .map(|name| format!("\"{name}\":\"{long}\""))
            .collect();
        let Some(event) = check(flat(&fields.join(",")).as_bytes()) else {
            panic!("no event");
        };
        assert_eq!(
            event.json().matches(&format!("\"{long}\"")).count(),
            names.len()
        );
        assert_eq!(event.session().is_some(), is_key);
        assert_eq!(event.bead().is_some(), is_key);
        assert_eq!(event.host().is_some(), is_key);
        assert_eq!(event.tool().is_some(), is_key);
        assert_eq!(event.transition().is_some(), is_key);
        assert_eq!(event.reason().is_some(), is_key);
        assert_eq!(event.path().is_some(), is_path);
    }
}
