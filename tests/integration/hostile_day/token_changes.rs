//! Changes of texts that are made of tokens: numbers, words, quoted texts, brackets. JSON, TOML, folded stacks and tables of numbers are.

use std::ops::Range;

use crate::support::random_draws::RandomDraws;

/// What stands in the place of a token, and is hardly ever meant.
const STRANGE: [&str; 58] = [
    "0",
    "-0",
    "-1",
    "1",
    "1e308",
    "1e999",
    "-1e999",
    "0.1",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "4294967296",
    "2147483648",
    "99999999999999999999999999999999",
    "00",
    "0x",
    "0x0",
    "0xffffffffffffffff",
    "1_000",
    "+1",
    "1.",
    ".1",
    "null",
    "true",
    "false",
    "\"\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\u202e\"",
    "\"\\",
    "\"",
    "\\",
    "{}",
    "[]",
    "[",
    "{",
    "]",
    "}",
    ",",
    ":",
    ";",
    "@",
    "=",
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\u{feff}",
    "\u{1b}[31m",
    "\u{85}\u{2028}",
    "</script><b>&",
    "../../../etc/passwd",
];

/// The tokens of a text: runs of digits, of letters, quoted texts, and everything else byte by byte. Blanks are none.
fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let run = |is: fn(u8) -> bool| text[at..].iter().take_while(|&&byte| is(byte)).count();
        let length = match byte {
            b'0'..=b'9' | b'-' => {
                1 + text[at + 1..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
                    .count()
            }
            b'"' => match text[at + 1..]
                .iter()
                .position(|&byte| byte == b'"' || byte == b'\n')
            {
                Some(end) => end + 2,
                None => 1,
            },
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                run(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
            }
            _ => 1,
        };
        if !byte.is_ascii_whitespace() {
            found.push(at..at + length);
        }
        at += length;
    }
    found
}

/// A few changes of tokens.
pub(super) fn change(text: &mut Vec<u8>, random: &mut RandomDraws) {
    for _ in 0..1 + random.below(5) {
        let tokens = tokens(text);
        if tokens.is_empty() {
            return;
        }
        let any =
            |random: &mut RandomDraws| tokens[random.below(tokens.len() as u64) as usize].clone();
        let token = any(random);
        match random.below(11) {
            0..=2 => {
                let strange = STRANGE[random.below(STRANGE.len() as u64) as usize];
                text.splice(token, strange.bytes());
            }
            3 => {
                let strange = STRANGE[random.below(STRANGE.len() as u64) as usize];
                text.splice(token.start..token.start, strange.bytes());
            }
            4 => {
                text.drain(token);
            }
            5 => {
                let twice = text[token.clone()].to_vec();
                text.splice(token.end..token.end, twice);
            }
            6 => {
                let other = text[any(random)].to_vec();
                text.splice(token, other);
            }
            7 => {
                // From one token to another: a whole object or list may go or come twice.
                let to = any(random);
                let (from, to) = (token.start.min(to.start), token.start.max(to.start));
                match random.below(2) {
                    0 => drop(text.drain(from..to)),
                    _ => {
                        let again = text[from..to].to_vec();
                        text.splice(to..to, again);
                    }
                }
            }
            8 => {
                let depth = 1 << random.below(17);
                let (open, unit): (&[u8], usize) = match random.below(3) {
                    0 => (b"[", 1),
                    1 => (b"{\"a\":", 5),
                    _ => (b"(", 1),
                };
                text.splice(token.start..token.start, open.repeat(depth / unit + 1));
            }
            9 => {
                let long = [b"x", b"9", b";", b" "][random.below(4) as usize]
                    .repeat(1 << random.below(18));
                text.splice(token.start..token.start, long);
            }
            _ => {
                // A number becomes its neighbour: counts, indices and offsets that are off by one.
                let number = std::str::from_utf8(&text[token.clone()])
                    .ok()
                    .and_then(|text| text.parse::<i64>().ok());
                if let Some(number) = number {
                    let off = random.below(5) as i64 - 2;
                    text.splice(token, number.wrapping_add(off).to_string().into_bytes());
                }
            }
        }
    }
}

/// Numbers that JSON allows, and most of which mean nothing.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "5",
    "-1",
    "7",
    "14",
    "100",
    "65535",
    "1000000",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "18446744073709551615",
    "1e3",
    "0.5",
];

/// A few changes of JSON that leave it JSON: numbers and texts become others, items of lists go or come twice. What is wrong then is not the
/// syntax.
pub(super) fn change_values(text: &mut Vec<u8>, random: &mut RandomDraws) {
    for _ in 0..1 + random.below(6) {
        let tokens = tokens(text);
        let is_value = |token: &Range<usize>| {
            text[token.start].is_ascii_digit() || text[token.start] == b'"' && token.len() > 1
        };
        let values: Vec<usize> = (0..tokens.len())
            .filter(|&at| is_value(&tokens[at]))
            .collect();
        if values.is_empty() {
            return;
        }
        let any = |random: &mut RandomDraws| values[random.below(values.len() as u64) as usize];
        let at = any(random);
        let token = tokens[at].clone();
        let byte_behind = |at: usize| tokens.get(at + 1).map(|next| text[next.start]);
        let is_key = byte_behind(at) == Some(b':');
        let is_number = text[token.start].is_ascii_digit();
        match random.below(8) {
            0..=2 if is_number => {
                let other = NUMBERS[random.below(NUMBERS.len() as u64) as usize];
                text.splice(token, other.bytes());
            }
            3 if is_number => {
                let number = std::str::from_utf8(&text[token.clone()])
                    .ok()
                    .and_then(|text| text.parse::<i64>().ok());
                if let Some(number) = number {
                    let off = random.below(9) as i64 - 4;
                    text.splice(token, number.saturating_add(off).to_string().into_bytes());
                }
            }
            4 => {
                // One of the same kind from elsewhere.
                let other = tokens[any(random)].clone();
                if (text[other.start] == b'"') == (text[token.start] == b'"') {
                    let other = text[other].to_vec();
                    text.splice(token, other);
                }
            }
            5 if byte_behind(at) == Some(b',')
                && at > 0
                && b",[".contains(&text[tokens[at - 1].start]) =>
            {
                let end = tokens[at + 1].end;
                match random.below(2) {
                    0 => drop(text.drain(token.start..end)),
                    _ => {
                        let again = text[token.start..end].to_vec();
                        text.splice(token.start..token.start, again);
                    }
                }
            }
            6 if !is_key => {
                let other = ["null", "true", "[]", "{}", "[[1]]", "\"\""][random.below(6) as usize];
                text.splice(token, other.bytes());
            }
            _ if !is_number => {
                let other = [
                    "\"\"",
                    "\"\\u0000\"",
                    "\"\\ud834\\udd1e\"",
                    "\"a\\nb\\u001b[2J\"",
                    "\"<b>&\"",
                    "\"\\u202e\"",
                ][random.below(6) as usize];
                text.splice(token, other.bytes());
            }
            _ => {}
        }
    }
}
