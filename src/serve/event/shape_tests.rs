//! What each shape makes of its fields, to the last byte of the JSON.

use super::tests::{canonical, event, flat, json, needle};
use super::*;

/// How the events of these lines begin.
const CANONICAL: &str = r#"{"ts":1767225600000,"worker":"w","level":"info","msg":"tool.call","sequence":7,"session":"s""#;
const NEEDLE: &str = r#"{"ts":1767225600000,"worker":"w","level":"info","msg":"tool.call""#;
const FLAT: &str = r#"{"ts":1767225600000,"worker":"w","level":"info","msg":"m""#;

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
fn a_name_is_found_among_many_also_after_others_have_left() {
    let many: String = (0..60).map(|n| format!(r#""n{n}":{n},"#)).collect();
    let kept: String = (0..60).map(|n| format!(r#","n{n}":{n}"#)).collect();
    let data = format!(r#""error":"e",{many}"bead_id":"b","tool":"Edit","model":"m""#);
    let line = needle(r#","n7":"late","extra":1,"tool":"late""#, &data);
    assert_eq!(
        json(&line),
        format!(
            r#"{NEEDLE},"bead":"b","host":"here","error":"e","tool":"Edit","model":"m"{kept},"extra":1}}"#
        )
    );
}
