//! Requests that are none: what proxies and servers read differently, odd methods, escapes, heads and bodies of any length, broken bytes.

use super::campaign::{Outcome, campaign};
use super::served::{exchange, is_well, started};
use super::{byte_changes, token_changes, well_formed};
use crate::support::random_draws::RandomDraws;

/// Honest requests, to be changed.
fn requests() -> Vec<String> {
    let mut found = Vec::new();
    for (path, methods) in fabric::serve::http::paths() {
        for method in methods {
            let path = path
                .replace("{id}", "w")
                .replace("{name}", "heap-1795000000000-periodic.pb.gz");
            let query = [
                "",
                "?limit=10",
                "?worker=w&level=info&since=1h",
                "?name=%41%2f..%2f&top=0&target=own",
            ];
            for query in query {
                let body = match *method {
                    "POST" => r#"{"ts":1777368075000,"worker":"w","level":"info","msg":"done"}"#,
                    _ => "",
                };
                let length = match body.is_empty() {
                    true => String::new(),
                    false => format!(
                        "content-type: application/json\r\ncontent-length: {}\r\n",
                        body.len()
                    ),
                };
                found.push(format!(
                    "{method} {path}{query} HTTP/1.1\r\nhost: localhost\r\n{length}\r\n{body}"
                ));
            }
        }
    }
    found.push("POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\ntrailer: x\r\n\r\n".to_owned());
    found.push("GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".to_owned());
    found
}

/// What stands in a request where something else is expected.
const SMUGGLED: [&str; 24] = [
    "content-length: 0\r\n",
    "content-length: 5\r\n",
    "content-length: -1\r\n",
    "content-length: 18446744073709551616\r\n",
    "content-length: 1, 1\r\n",
    "transfer-encoding: chunked\r\n",
    "transfer-encoding: gzip, chunked\r\n",
    "Transfer-Encoding : chunked\r\n",
    "host: evil.example\r\n",
    "host:\r\n",
    "expect: 100-continue\r\n",
    "connection: close\r\n",
    "connection: upgrade\r\nupgrade: h2c\r\n",
    "range: bytes=0-\r\n",
    "accept-encoding: gzip\r\n",
    "authorization: Bearer x\r\n",
    "cookie: fabric=x\r\n",
    "origin: null\r\n",
    "origin: https://evil.example\r\n",
    " folded: x\r\n",
    "x\0y: z\r\n",
    "x: \u{1b}[2J\r\n",
    "if-none-match: *\r\n",
    "\r\n",
];

const PIECES: [&str; 16] = [
    "%00",
    "%",
    "%zz",
    "%2e%2e%2f",
    "//",
    "/../",
    "?",
    "&limit=99999999999999999999",
    "#",
    "%ff%fe",
    ";",
    "*",
    "http://localhost",
    "\\",
    "+",
    "%0d%0a",
];

fn change_request(text: &str, random: &mut RandomDraws) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + random.below(3) {
        let lines: Vec<usize> = (0..bytes.len())
            .filter(|&at| bytes[at..].starts_with(b"\r\n"))
            .collect();
        let line_start = match lines.as_slice() {
            [] => 0,
            some => some[random.below(some.len() as u64) as usize] + 2,
        };
        match random.below(9) {
            0 | 1 => {
                let header = SMUGGLED[random.below(SMUGGLED.len() as u64) as usize];
                bytes.splice(line_start..line_start, header.bytes());
            }
            2 => {
                let piece = PIECES[random.below(PIECES.len() as u64) as usize];
                let at = bytes.iter().position(|&byte| byte == b'/').unwrap_or(0)
                    + random.below(8) as usize;
                let at = at.min(bytes.len());
                bytes.splice(at..at, piece.bytes());
            }
            3 => {
                let header = format!("x: {}\r\n", "a".repeat(1 << random.below(18)));
                bytes.splice(line_start..line_start, header.into_bytes());
            }
            4 => {
                let header = "y: z\r\n".repeat(random.below(300) as usize);
                bytes.splice(line_start..line_start, header.into_bytes());
            }
            5 => {
                let method = [
                    "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "get", "PRI",
                    "G\u{e9}T",
                ][random.below(10) as usize];
                let end = bytes.iter().position(|&byte| byte == b' ').unwrap_or(0);
                bytes.splice(0..end, method.bytes());
            }
            6 => token_changes::change(&mut bytes, random),
            _ => byte_changes::change(&mut bytes, text.as_bytes(), random),
        }
    }
    bytes
}

#[test]
fn asked_with_requests() {
    let (_folders, live) = started();
    let honest = requests();
    let mut count = 0_u64;
    campaign(
        "requests",
        60,
        |random| {
            let mut whole = Vec::new();
            for _ in 0..1 + random.below(3) {
                let text = &honest[random.below(honest.len() as u64) as usize];
                match random.below(4) {
                    0 => whole.extend_from_slice(text.as_bytes()),
                    _ => whole.extend(change_request(text, random)),
                }
            }
            whole
        },
        |bytes, random| {
            let answer = exchange(live.address, bytes, random);
            let asked = bytes.windows(7).filter(|part| part == b"HTTP/1.").count();
            let answers = replies(&answer);
            // What follows a request and is none is refused, too.
            let taken = answers
                .iter()
                .filter(|reply| (200..400).contains(&reply.status));
            assert!(
                taken.count() <= asked,
                "more answers than the {asked} requests"
            );
            assert!(
                answers.len() <= 2 * asked + 1,
                "{} answers to {asked} requests",
                answers.len()
            );
            for reply in &answers {
                assert!(
                    (100..600).contains(&reply.status) && reply.status != 500,
                    "{}",
                    reply.head
                );
                let whole = reply
                    .header("content-length")
                    .and_then(|text| text.parse().ok())
                    == Some(reply.body.len());
                let is_json = reply.header("content-type") == Some("application/json");
                if whole
                    && is_json
                    && !reply.body.is_empty()
                    && reply.header("content-encoding").is_none()
                {
                    well_formed::json("an answer", &String::from_utf8_lossy(&reply.body));
                }
            }
            count += 1;
            if count.is_multiple_of(20) {
                is_well(&live);
            }
            match answers.iter().any(|reply| reply.status < 400) {
                true => Outcome::Accepted,
                false => Outcome::Refused,
            }
        },
    );
    is_well(&live);
    live.stop();
}

/// One answer of several on a connection.
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// The answers on a connection. Bodies are escaped: none has the beginning of an answer in it.
fn replies(bytes: &[u8]) -> Vec<Reply> {
    let begins: Vec<usize> = (0..bytes.len())
        .filter(|&at| {
            bytes[at..].starts_with(b"HTTP/1.1 ") || bytes[at..].starts_with(b"HTTP/1.0 ")
        })
        .collect();
    assert!(
        bytes.is_empty() || begins.first() == Some(&0),
        "{:?}",
        String::from_utf8_lossy(&bytes[..bytes.len().min(80)])
    );
    let ends = begins.iter().skip(1).copied().chain([bytes.len()]);
    let part = |(from, to): (&usize, usize)| {
        let part = &bytes[*from..to];
        let end = part
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .map_or(part.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&part[..end]).into_owned();
        Reply {
            status: head
                .get(9..12)
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
            head,
            body: part[end..].to_vec(),
        }
    };
    begins.iter().zip(ends).map(part).collect()
}
