//! Lines and the events they are.

use super::*;
use crate::serve::time::EventTime;

fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/events/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn event(line: &str) -> LogEvent {
    match parse(line.as_bytes(), "here") {
        Ok(Some(event)) => event,
        other => panic!("{line}: {other:?}"),
    }
}

fn json(line: &str) -> String {
    event(line).json().to_owned()
}

fn reason(line: &str) -> Option<RejectReason> {
    parse(line.as_bytes(), "here").err()
}

/// A canonical line with some fields and some data more.
fn canonical(fields: &str, data: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-01-01T00:00:00Z","event_type":"tool.call","worker_id":"w","session_id":"s","sequence":7{fields},"data":{{{data}}}}}"#
    )
}

/// A line of shape N with some fields and some data more.
fn needle(fields: &str, data: &str) -> String {
    format!(
        r#"{{"ts":"2026-01-01T00:00:00Z","event":"tool.call","worker":"w"{fields},"data":{{{data}}}}}"#
    )
}

/// A flat line with some fields more.
fn flat(fields: &str) -> String {
    format!(r#"{{"ts":1767225600000,"worker":"w","level":"info","msg":"m"{fields}}}"#)
}

/// How the events of these lines begin.
const CANONICAL: &str = r#"{"ts":1767225600000,"worker":"w","level":"info","msg":"tool.call","sequence":7,"session":"s""#;
const NEEDLE: &str = r#"{"ts":1767225600000,"worker":"w","level":"info","msg":"tool.call""#;
const FLAT: &str = r#"{"ts":1767225600000,"worker":"w","level":"info","msg":"m""#;

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
fn a_canonical_line() {
    let cases = [
        ("", r#""data":1"#, r#","host":"here","data":1}"#),
        ("", r#""tool":"Read""#, r#","host":"here","tool":"Read"}"#),
        // The level of the data counts, then that of the line; one that is none is lost, as its name is taken.
        (
            r#","bead_id":"b","host":"far""#,
            "",
            r#","bead":"b","host":"far"}"#,
        ),
        (
            r#","bead_id":"","host":"""#,
            "",
            r#","host":"here","bead_id":""}"#,
        ),
        (r#","bead_id":7"#, "", r#","host":"here","bead_id":7}"#),
        (r#","bead_id":null,"host":null"#, "", r#","host":"here"}"#),
        // A task that only the data has is not the task of the event, unless it has the event's own name for it.
        ("", r#""bead_id":"b""#, r#","host":"here","bead_id":"b"}"#),
        ("", r#""bead":"b""#, r#","bead":"b","host":"here"}"#),
        // Names that are taken.
        (
            "",
            r#""ts":1,"worker":2,"level":3,"msg":4,"sequence":5,"session":6,"host":7,"x":8"#,
            r#","host":"here","x":8}"#,
        ),
        // Data come before what stands beside them.
        (
            r#","x":1,"y":2"#,
            r#""x":3"#,
            r#","host":"here","x":3,"y":2}"#,
        ),
        // The order of what has a fixed place, and then of the data.
        (
            "",
            r#""z":1,"span_name":"n","trace_id":"t","parent_span_id":"p","span_id":"i","model":"m","provider":"v","path":"/p","tool":"Edit","error":"e","duration_ms":1.5,"a":2"#,
            r#","host":"here","duration_ms":1.5,"error":"e","tool":"Edit","path":"/p","provider":"v","model":"m","span_id":"i","parent_span_id":"p","trace_id":"t","span_name":"n","z":1,"a":2}"#,
        ),
        // A field of another type than its own is kept as it is.
        (
            "",
            r#""error":{"code":2},"tool":null,"path":["/p"],"duration_ms":"3 s""#,
            r#","host":"here","error":{"code":2},"tool":null,"path":["/p"],"duration_ms":"3 s"}"#,
        ),
    ];
    for (fields, data, rest) in cases {
        assert_eq!(json(&canonical(fields, data)), format!("{CANONICAL}{rest}"));
    }
    // Data that are no object are none of the event's, but are kept.
    for (data, rest) in [
        ("null", ""),
        ("[1, 2]", r#","data":[1, 2]"#),
        (r#""text""#, r#","data":"text""#),
    ] {
        let line = canonical("", "").replace(r#""data":{}"#, &format!(r#""data":{data}"#));
        assert_eq!(json(&line), format!(r#"{CANONICAL},"host":"here"{rest}}}"#));
    }
}

#[test]
fn a_needle_line() {
    let cases = [
        ("", "", r#","host":"here"}"#),
        (
            r#","session":"s","host":"far""#,
            "",
            r#","session":"s","host":"far"}"#,
        ),
        (r#","session":7"#, "", r#","host":"here","session":7}"#),
        (
            "",
            r#""bead_id":"b","x":1"#,
            r#","bead":"b","host":"here","x":1}"#,
        ),
        (
            r#","bead_id":"c""#,
            r#""bead_id":"b""#,
            r#","bead":"b","host":"here","bead_id":"c"}"#,
        ),
        (
            r#","bead_id":"c""#,
            r#""bead":"b""#,
            r#","bead":"c","host":"here"}"#,
        ),
        (
            "",
            r#""bead_id":7,"bead":"b""#,
            r#","bead":"b","host":"here","bead_id":7}"#,
        ),
        // What stands beside the fields of the shape is kept.
        (
            r#","tool":"Edit","path":"/p","attempt":3"#,
            r#""path":"/q""#,
            r#","host":"here","tool":"Edit","path":"/q","attempt":3}"#,
        ),
        (
            r#","worker":{"identifier":"w","provider":"v","model":"m"}"#,
            r#""model":"n""#,
            r#","host":"here","provider":"v","model":"m"}"#,
        ),
        // Only shape C has a sequence number that counts.
        (r#","sequence":7"#, "", r#","host":"here","sequence":7}"#),
    ];
    for (fields, data, rest) in cases {
        let found = json(&needle(fields, data));
        let expected = format!("{NEEDLE}{rest}");
        assert_eq!(
            found.replace(r#""worker":"v-m-w""#, r#""worker":"w""#),
            expected
        );
    }
    let line = needle(
        r#","worker":{"model":"opus","runner":"claude","identifier":"x\"y"}"#,
        "",
    );
    assert_eq!(event(&line).worker(), "claude-opus-x\"y");
    assert_eq!(event(&needle(r#","sequence":7"#, "")).sequence(), None);
}

#[test]
fn a_flat_line() {
    let cases = [
        ("", r#","host":"here"}"#),
        (
            r#","session":"s","provider":"v","model":"m","bead":"b","host":"far""#,
            r#","session":"s","bead":"b","host":"far","provider":"v","model":"m"}"#,
        ),
        // A flat line has no data, so the name means nothing.
        (
            r#","data":{"tool":"Edit"}"#,
            r#","host":"here","data":{"tool":"Edit"}}"#,
        ),
        (
            r#","event":"x","timestamp":1,"bead_id":"b""#,
            r#","host":"here","timestamp":1,"bead_id":"b","event":"x"}"#,
        ),
        (
            r#","duration_ms":5120,"error":"""#,
            r#","host":"here","duration_ms":5120,"error":""}"#,
        ),
        (
            r#","duration_ms":5120.0"#,
            r#","host":"here","duration_ms":5120}"#,
        ),
        (
            r#","duration_ms":1e300"#,
            r#","host":"here","duration_ms":1e+300}"#,
        ),
        // Values stay as they are, to the last digit and the last blank, but on one line.
        (
            ",\"a\":1.500,\"b\":{ \"c\" : \"\\u00e4\" },\"d\":[1,\r2],\"e\":123456789012345678901234567890",
            ",\"host\":\"here\",\"a\":1.500,\"b\":{ \"c\" : \"\\u00e4\" },\"d\":[1, 2],\"e\":123456789012345678901234567890}",
        ),
    ];
    for (fields, rest) in cases {
        assert_eq!(json(&flat(fields)), format!("{FLAT}{rest}"));
    }
    let no_host = parse(flat("").as_bytes(), "").ok().flatten();
    assert_eq!(
        no_host.map(|event| event.json().to_owned()),
        Some(format!("{FLAT}}}"))
    );
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
fn of_a_name_that_occurs_twice_the_last_value_counts() {
    assert_eq!(
        json(&flat(r#","x":1,"y":2,"x":3,"\u0078":4"#)),
        format!(r#"{FLAT},"host":"here","x":4,"y":2}}"#)
    );
    assert_eq!(event(&flat(r#","worker":"second""#)).worker(), "second");
    let twice = canonical(r#","data":{"a":1}"#, r#""b":2"#);
    assert_eq!(
        json(&twice),
        format!(r#"{CANONICAL},"host":"here","b":2}}"#)
    );
    // An object of many names is no other.
    let many: String = (0..200)
        .map(|n| format!(r#","n{}":{n}"#, n % 100))
        .collect();
    let kept: String = (0..100)
        .map(|n| format!(r#","n{n}":{}"#, n + 100))
        .collect();
    assert_eq!(
        json(&flat(&many)),
        format!(r#"{FLAT},"host":"here"{kept}}}"#)
    );
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
