//! Lines and the events they are.

use super::*;
use crate::serve::time::EventTime;

fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/events/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(super) fn event(line: &str) -> LogEvent {
    match parse(line.as_bytes(), "here") {
        Ok(Some(event)) => event,
        other => panic!("{line}: {other:?}"),
    }
}

pub(super) fn json(line: &str) -> String {
    event(line).json().to_owned()
}

fn reason(line: &str) -> Option<RejectReason> {
    parse(line.as_bytes(), "here").err()
}

/// A canonical line with some fields and some data more.
pub(super) fn canonical(fields: &str, data: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-01-01T00:00:00Z","event_type":"tool.call","worker_id":"w","session_id":"s","sequence":7{fields},"data":{{{data}}}}}"#
    )
}

/// A line of shape N with some fields and some data more.
pub(super) fn needle(fields: &str, data: &str) -> String {
    format!(
        r#"{{"ts":"2026-01-01T00:00:00Z","event":"tool.call","worker":"w"{fields},"data":{{{data}}}}}"#
    )
}

/// A flat line with some fields more.
pub(super) fn flat(fields: &str) -> String {
    format!(r#"{{"ts":1767225600000,"worker":"w","level":"info","msg":"m"{fields}}}"#)
}

#[test]
fn every_sample_line_is_the_event_that_the_rules_make_of_it() {
    for shape in ["canonical", "needle", "flat"] {
        let lines = fixture(&format!("{shape}.jsonl"));
        let expected = fixture(&format!("expected-{shape}.jsonl"));
        assert!(lines.lines().count() >= 10);
        assert_eq!(lines.lines().count(), expected.lines().count());
        for (line, expected) in lines.lines().zip(expected.lines()) {
            assert_eq!(json(line), expected, "{line}");
        }
    }
}

#[test]
fn every_bad_line_is_rejected_for_its_reason() {
    use RejectReason::*;
    let expected = [
        NotJson,
        NotJson,
        NotAnObject,
        NotAnObject,
        NotAnObject,
        NotAnObject,
        BadLevel,
        UnknownShape,
        BadWorker,
        UnknownShape,
        UnknownShape,
        UnknownShape,
        UnknownShape,
        SchemaVersion,
        BadWorker,
        BadTime,
    ];
    let lines = fixture("reject.txt") + &fixture("throws.txt");
    let (blank, bad): (Vec<&str>, Vec<&str>) =
        lines.lines().partition(|line| line.trim().is_empty());
    assert_eq!(blank.len(), 2);
    for line in blank {
        assert!(matches!(parse(line.as_bytes(), "here"), Ok(None)));
    }
    let found: Vec<_> = bad.iter().map(|line| reason(line)).collect();
    assert_eq!(found, expected.map(Some));
}

#[test]
fn a_line_has_one_reason_or_none() {
    use RejectReason::*;
    let deep = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let long = "w".repeat(257);
    let cases = [
        (canonical(r#","schema_version":1"#, ""), None),
        (canonical(r#","schema_version":1.0"#, ""), None),
        (
            canonical(r#","schema_version":"1""#, ""),
            Some(SchemaVersion),
        ),
        (
            canonical(r#","schema_version":null"#, ""),
            Some(SchemaVersion),
        ),
        // In other shapes it is a field like any other.
        (needle(r#","schema_version":2"#, ""), None),
        (canonical(r#","worker_id":"""#, ""), Some(BadWorker)),
        (canonical(r#","worker_id":null"#, ""), Some(BadWorker)),
        (
            canonical(&format!(r#","worker_id":"{long}""#), ""),
            Some(BadWorker),
        ),
        (canonical(r#","timestamp":"yesterday""#, ""), Some(BadTime)),
        (
            canonical(r#","timestamp":1767225600000"#, ""),
            Some(UnknownShape),
        ),
        (canonical(r#","sequence":"7""#, ""), Some(UnknownShape)),
        (canonical(r#","session_id":7"#, ""), Some(UnknownShape)),
        (needle(r#","worker":{}"#, ""), Some(BadWorker)),
        (
            needle(r#","worker":{"runner":7,"model":""}"#, ""),
            Some(BadWorker),
        ),
        (needle(r#","worker":["w"]"#, ""), Some(BadWorker)),
        (needle(r#","worker":7"#, ""), Some(BadWorker)),
        (needle(r#","ts":"""#, ""), Some(BadTime)),
        (needle(r#","event":null"#, ""), Some(UnknownShape)),
        // A level that is none does not speak against a line whose event type has one.
        (needle(r#","level":"fatal""#, ""), None),
        (flat(r#","level":null"#), Some(BadLevel)),
        (flat(r#","level":"Info""#), Some(BadLevel)),
        (flat(r#","worker":"""#), Some(BadWorker)),
        (flat(r#","worker":{"identifier":"w"}"#), Some(BadWorker)),
        (flat(r#","msg":7"#), Some(UnknownShape)),
        (flat(r#","ts":8640000000000000"#), None),
        (flat(r#","ts":-8640000000000000"#), None),
        (flat(r#","ts":8640000000000001"#), Some(BadTime)),
        (flat(r#","ts":-8640000000000001.5"#), Some(BadTime)),
        (flat(r#","ts":1e999"#), Some(BadTime)),
        (flat(r#","ts":99999999999999999999999"#), Some(BadTime)),
        (flat(&format!(r#","x":{}"#, deep(64))), None),
        (flat(&format!(r#","x":{}"#, deep(65))), Some(TooDeep)),
        (flat(r#","x":["[[[","\"[",{"y":"\\"}]"#), None),
        (flat(r#","x":1e308"#), None),
        (flat(r#","x":-1e309"#), Some(NumberTooLarge)),
        (flat(r#","x":[{"y":1e309}]"#), Some(NumberTooLarge)),
        (
            flat(&format!(r#","x":{}"#, "9".repeat(400))),
            Some(NumberTooLarge),
        ),
        (flat(r#","x":"1e309""#), None),
        (flat(r#","duration_ms":1e309"#), Some(NumberTooLarge)),
        ("{} {}".to_owned(), Some(NotJson)),
        ("{}".to_owned(), Some(UnknownShape)),
        ("tru".to_owned(), Some(NotJson)),
        ("true".to_owned(), Some(NotAnObject)),
    ];
    for (line, expected) in cases {
        let found = parse(line.as_bytes(), "here");
        assert_eq!(found.as_ref().err().copied(), expected, "{line}");
        assert!(expected.is_some() || matches!(found, Ok(Some(_))), "{line}");
    }
}

#[test]
fn the_level_that_is_said_counts_before_the_one_that_follows_from_the_type() {
    let of_type = |event_type: &str, data: &str| {
        let line = canonical("", data).replace("tool.call", event_type);
        event(&line).level()
    };
    assert_eq!(of_type("error.timeout", ""), Level::Error);
    assert_eq!(of_type("error.failed", ""), Level::Error);
    assert_eq!(of_type("bead.failed", ""), Level::Warn);
    assert_eq!(of_type("claim.retry", ""), Level::Warn);
    assert_eq!(of_type("debug.failed", ""), Level::Warn);
    assert_eq!(of_type("debug.trace", ""), Level::Debug);
    assert_eq!(of_type("errors.seen", ""), Level::Info);
    assert_eq!(of_type("failed", ""), Level::Info);
    assert_eq!(of_type("error.timeout", r#""level":"info""#), Level::Info);
    assert_eq!(of_type("error.timeout", r#""level":"fatal""#), Level::Error);
    let level = |line: String| event(&line).level();
    assert_eq!(level(canonical(r#","level":"warn""#, "")), Level::Warn);
    assert_eq!(
        level(canonical(r#","level":"warn""#, r#""level":"debug""#)),
        Level::Debug
    );
    assert_eq!(
        level(needle(r#","level":"warn""#, r#""level":"debug""#)),
        Level::Warn
    );
    assert_eq!(
        level(needle(r#","level":"bad""#, r#""level":"debug""#)),
        Level::Debug
    );
}

#[test]
fn a_sequence_number_is_whole_and_not_negative() {
    let sequence = |number: &str| {
        let line = canonical(&format!(r#","sequence":{number}"#), "");
        (event(&line).sequence(), event(&line).dedup_key().is_some())
    };
    assert_eq!(sequence("0"), (Some(0), true));
    assert_eq!(sequence("5.0"), (Some(5), true));
    assert_eq!(sequence("5e1"), (Some(50), true));
    assert_eq!(sequence("18446744073709551615"), (Some(u64::MAX), true));
    for none in ["-1", "1.5", "1e30", "-1e999"] {
        assert_eq!(sequence(none), (None, false), "{none}");
    }
}

#[test]
fn times_are_rounded_down_to_milliseconds() {
    let ts = |time: &str| event(&needle(&format!(r#","ts":"{time}""#), "")).ts();
    assert_eq!(ts("1970-01-01T00:00:00.001999999Z"), EventTime(1));
    assert_eq!(ts("1969-12-31T23:59:59.9999Z"), EventTime(-1));
    assert_eq!(
        ts("2026-04-28T09:22:00+02:00"),
        EventTime(1_777_360_920_000)
    );
    assert_eq!(ts("2026-04-28 07:22:00z"), EventTime(1_777_360_920_000));
    assert_eq!(ts("9999-12-30T00:00:00Z"), EventTime(253_402_128_000_000));
    assert_eq!(event(&flat(r#","ts":1.9"#)).ts(), EventTime(1));
    assert_eq!(event(&flat(r#","ts":-1.1"#)).ts(), EventTime(-2));
    assert_eq!(
        event(&flat(r#","ts":1.5e12"#)).ts(),
        EventTime(1_500_000_000_000)
    );
    // A time that does not say where it was that time is no time.
    for none in [
        "2026-04-28T09:22:00",
        "2026-04-28",
        "2026-13-01T00:00:00Z",
        "+275760-09-13T00:00:00Z",
    ] {
        let line = needle(&format!(r#","ts":"{none}""#), "");
        assert_eq!(reason(&line), Some(RejectReason::BadTime), "{none}");
    }
}

#[test]
fn accessors_give_the_text_and_not_its_escapes() {
    let event = event(&canonical(
        r#","bead_id":"b\n1""#,
        r#""error":"say \"no\"\u0000","tool":"Write","path":"/caf\u00e9/\ud83d\ude00","from":"A\t","to":"B","reason":"r\/s","pid":42,"duration_ms":-0.5"#,
    ));
    assert_eq!(event.worker(), "w");
    assert_eq!(event.message(), "tool.call");
    assert_eq!(event.session(), Some("s"));
    assert_eq!(event.bead(), Some("b\n1"));
    assert_eq!(event.host(), Some("here"));
    assert_eq!(event.error(), Some("say \"no\"\0"));
    assert_eq!(event.tool(), Some("Write"));
    assert_eq!(event.path(), Some("/café/\u{1f600}"));
    assert_eq!(event.transition(), Some(("A\t", "B")));
    assert_eq!(event.reason(), Some("r/s"));
    assert_eq!(event.pid(), Some(42));
    assert_eq!(event.duration_ms(), Some(-0.5));
    assert!(event.json().contains(r#""bead":"b\n1""#));
    assert!(event.json().contains(r#""error":"say \"no\"\u0000""#));
    assert_eq!(
        serde_json::to_string(&event).ok().as_deref(),
        Some(event.json())
    );
    assert_eq!(
        event.bytes(),
        size_of::<LogEvent>() + event.json().len() + "b\n1say \"no\"\0A\t".len()
    );
}

#[test]
fn a_modification_is_made_by_a_tool_on_a_path() {
    let is = |data: &str| event(&canonical("", data)).is_modification();
    assert!(is(r#""tool":"Edit","path":"/p""#));
    assert!(is(r#""tool":"Write","path":"/p""#));
    assert!(is(r#""tool":"NotebookEdit","path":"/p""#));
    assert!(!is(r#""tool":"Read","path":"/p""#));
    assert!(!is(r#""tool":"Edit""#));
    assert!(!is(r#""tool":"Edit","path":"""#));
    assert!(!is(r#""path":"/p""#));
}

#[test]
fn copies_of_an_event_have_one_key_whatever_else_they_say() {
    let key = |line: String| event(&line).dedup_key();
    let original = key(canonical("", ""));
    assert!(original.is_some());
    assert_eq!(original, key(canonical(r#","bead_id":"b""#, r#""x":1"#)));
    assert_ne!(original, key(canonical(r#","session_id":"t""#, "")));
    assert_ne!(original, key(canonical(r#","worker_id":"v""#, "")));
    assert_ne!(original, key(canonical(r#","sequence":8"#, "")));
    assert_eq!(key(needle(r#","session":"s","sequence":7"#, "")), None);
    assert_eq!(key(flat(r#","session":"s","sequence":7"#)), None);
}

#[test]
fn every_field_and_every_reason_stands_in_the_manual() {
    let path = format!("{}/man/fabric-events.5", env!("CARGO_MANIFEST_DIR"));
    let manual = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let manual = manual.replace("\\-", "-");
    let words: std::collections::BTreeSet<&str> = manual
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
        .collect();
    let fields = envelope::FIELDS.iter().map(|(_, name)| *name);
    let reasons = RejectReason::ALL.iter().map(|reason| reason.name());
    let others = "data bead duration_ms error tool path from to reason pid runner identifier Edit Write NotebookEdit debug info warn error";
    let missing: Vec<&str> = fields
        .chain(log_event::FIRST)
        .chain(reasons)
        .chain(others.split(' '))
        .filter(|name| !words.contains(name))
        .collect();
    assert!(missing.is_empty(), "not in {path}: {missing:?}");
    // The page ends with the reasons, in the order in which they are looked for.
    let places: Vec<_> = RejectReason::ALL
        .iter()
        .map(|reason| manual.find(&format!(".B {}\n", reason.name())))
        .collect();
    assert!(
        places.is_sorted() && places.iter().all(Option::is_some),
        "{places:?}"
    );
}

#[test]
fn the_examples_of_the_manual_are_events() {
    let path = format!("{}/man/fabric-events.5", env!("CARGO_MANIFEST_DIR"));
    let manual = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let manual = manual.replace("\\-", "-");
    let examples: Vec<String> = manual
        .split(".nf\n")
        .skip(1)
        .filter_map(|rest| Some(rest.split(".fi").next()?.replace('\n', "")))
        .collect();
    let workers: Vec<String> = examples
        .iter()
        .map(|line| event(line).worker().to_owned())
        .collect();
    assert_eq!(
        workers,
        ["mox-alpha", "claude-anthropic-sonnet-bravo", "w-c41e"]
    );
}
