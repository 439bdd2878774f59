//! Lines under damage: whatever the bytes, there is an event or a reason, and every event is JSON that agrees with what it says of itself.

use super::hostile_tests::check;
use super::*;

/// A small generator (xorshift64): the same damage in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Texts that mean something somewhere.
const PIECES: [&[u8]; 44] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b"null",
    b"true",
    b"-",
    b"0",
    b"1e999",
    b"1e-999",
    b"-1",
    b"5.5",
    b"18446744073709551616",
    b"\\ud83d",
    b"\\ude00",
    b"\\u0000",
    b"\\u2028",
    b"\\n",
    "\u{2028}".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{1f600}".as_bytes(),
    b"\xff",
    b"\xc3",
    b"\0",
    b"\r",
    b"\n",
    b" ",
    b"</script>",
    b",\"ts\":1",
    b",\"ts\":\"2026-04-28T09:15:02Z\"",
    b",\"worker\":{\"model\":\"m\"}",
    b",\"level\":\"error\"",
    b",\"data\":{\"session\":\"s\\\"\",\"error\":\"\"}",
    b",\"data\":[{}]",
    b",\"host\":\"\"",
    b",\"bead\":\"b\\\\\"",
    b",\"pid\":4294967296",
    b",\"from\":\"\",\"to\":\"x\\t\"",
    b",\"duration_ms\":0.1",
    b",\"x\":{\"y\":[1,2,{\"z\":null}]}",
];

fn originals() -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for name in [
        "canonical.jsonl",
        "needle.jsonl",
        "flat.jsonl",
        "reject.txt",
        "throws.txt",
    ] {
        let path = format!("{}/fixtures/events/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        lines.extend(text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
    }
    lines
}

#[test]
fn a_line_may_end_anywhere() {
    for line in originals() {
        for end in 0..=line.len() {
            check(line.get(..end).unwrap_or_default());
        }
    }
}

#[test]
fn no_damage_makes_a_line_panic_or_an_event_that_is_no_json() {
    let mut random = Random(0x5eed);
    let originals = originals();
    let mut events = 0;
    let mut rejected = std::collections::BTreeMap::new();
    for round in 0..60_000 {
        let Some(original) = originals.get(round % originals.len()) else {
            continue;
        };
        let mut line = original.clone();
        for _ in 0..=random.below(3) {
            damage(&mut line, &mut random);
        }
        match parse(&line, "here") {
            Err(reason) => *rejected.entry(reason.name()).or_insert(0) += 1,
            Ok(_) => events += usize::from(check(&line).is_some()),
        }
    }
    // Damage that only ever ruins lines, or that never does, tests nothing.
    assert!(events > 10_000, "{events} {rejected:?}");
    for reason in RejectReason::ALL {
        let is_of_size = matches!(reason, RejectReason::TooLong | RejectReason::TooDeep);
        assert!(
            is_of_size || rejected.contains_key(reason.name()),
            "{reason:?}: {rejected:?}"
        );
    }
}

/// Half of the damage adds fields, so that much of what comes out is still JSON; the other half knows nothing of JSON.
fn damage(line: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(line.len() + 1);
    let piece = PIECES
        .get(random.below(PIECES.len()))
        .copied()
        .unwrap_or_default();
    let after = |byte: u8| {
        let found = line.iter().skip(at).position(|other| *other == byte);
        found.map_or(at, |found| at + found + 1)
    };
    match random.below(12) {
        0..=5 => {
            let fields = PIECES.iter().filter(|piece| piece.starts_with(b",\""));
            let Some(field) = fields.cycle().nth(random.below(100)) else {
                return;
            };
            // Before the last brace, or before the first comma.
            let at = match random.below(2) {
                0 => line.len().saturating_sub(1),
                _ => line.iter().position(|byte| *byte == b',').unwrap_or(0),
            };
            line.splice(at..at, field.iter().copied());
        }
        6 => {
            // In place of a value, as far as one can be found without reading JSON.
            let start = after(b':');
            let end = line
                .iter()
                .skip(start)
                .position(|byte| matches!(byte, b',' | b'}'));
            let end = end.map_or(start, |bytes| start + bytes);
            line.splice(start..end, piece.iter().copied());
        }
        7 => {
            let start = after(b'"');
            line.splice(start..start, piece.iter().copied());
        }
        8 => drop(line.splice(at..at, piece.iter().copied())),
        9 => {
            if let Some(byte) = line.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        10 => drop(line.drain(at..(at + random.below(5)).min(line.len()))),
        _ => {
            let end = (at + random.below(40)).min(line.len());
            let copy = line.get(at..end).unwrap_or_default().to_vec();
            line.splice(at..at, copy);
        }
    }
}
