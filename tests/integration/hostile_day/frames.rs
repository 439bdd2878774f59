//! WebSocket frames that are none, and messages that mean nothing.

use super::campaign::{Outcome, campaign};
use super::served::{exchange, is_well, started};
use super::{byte_changes, token_changes, well_formed};
use crate::support::random_draws::RandomDraws;

const UPGRADE: &str = "GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A frame of a client, masked.
fn frame(first: u8, payload: &[u8], random: &mut RandomDraws) -> Vec<u8> {
    let mut out = vec![first];
    match payload.len() {
        length @ 0..126 => out.push(0x80 | length as u8),
        length @ 126..65_536 => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    let mask = (random.bits() as u32).to_le_bytes();
    out.extend_from_slice(&mask);
    out.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    out
}

/// The frames that a server sent; the last may be cut.
fn frames(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    while let [first, length, rest @ ..] = bytes {
        assert_eq!(length & 0x80, 0, "a server masks nothing");
        let (length, rest) = match length {
            126 if rest.len() >= 2 => (
                usize::from(u16::from_be_bytes([rest[0], rest[1]])),
                &rest[2..],
            ),
            127 if rest.len() >= 8 => {
                let length = rest[..8]
                    .iter()
                    .fold(0_usize, |length, &byte| length << 8 | usize::from(byte));
                (length, &rest[8..])
            }
            126 | 127 => break,
            short => (usize::from(*short), rest),
        };
        let Some((payload, rest)) = rest.split_at_checked(length) else {
            break;
        };
        found.push((*first, payload.to_vec()));
        bytes = rest;
    }
    found
}

#[test]
fn asked_with_frames() {
    let (_folders, live) = started();
    let honest = [
        r#"{"type":"subscribe","filter":{"worker":"w","level":["warn","error"]},"batch":true}"#,
        r#"{"type":"subscribe","filter":null}"#,
        r#"{"type":"subscribe","filter":{"path":"/src/*.rs","type":"event,alert"}}"#,
    ];
    let mut count = 0_u64;
    campaign(
        "frames",
        150,
        |random| {
            let mut whole = Vec::new();
            for _ in 0..1 + random.below(6) {
                let mut text = honest[random.below(3) as usize].as_bytes().to_vec();
                if random.below(2) == 0 {
                    token_changes::change(&mut text, random);
                }
                let first = match random.below(3) {
                    0 => random.bits() as u8,
                    _ => [0x81, 0x89, 0x01, 0x80, 0x88, 0x82][random.below(6) as usize],
                };
                whole.extend(frame(first, &text, random));
            }
            if random.below(2) == 0 {
                byte_changes::change(&mut whole, honest[0].as_bytes(), random);
            }
            whole
        },
        |bytes, random| {
            let answer = exchange(live.address, &[UPGRADE.as_bytes(), bytes].concat(), random);
            let end = answer.windows(4).position(|part| part == b"\r\n\r\n");
            let Some(end) = end.map(|end| end + 4) else {
                // Whoever is closed while he still speaks may not hear the answer.
                assert!(answer.is_empty(), "{:?}", String::from_utf8_lossy(&answer));
                return Outcome::Refused;
            };
            let head = String::from_utf8_lossy(&answer[..end]);
            assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
            let mut closed = false;
            let mut text = Vec::new();
            for (first, payload) in frames(&answer[end..]) {
                assert!(!closed, "a frame after the goodbye");
                match first {
                    // What is long comes in several frames.
                    0x01 | 0x81 | 0x00 | 0x80 => {
                        assert_eq!(
                            first & 0x0f == 1,
                            text.is_empty(),
                            "a message within a message"
                        );
                        text.extend(payload);
                        if first & 0x80 != 0 {
                            let text = String::from_utf8(std::mem::take(&mut text));
                            well_formed::json("a message", &text.expect("UTF-8"));
                        }
                    }
                    0x88 => {
                        closed = true;
                        let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                        assert!(
                            code.is_none_or(|code| (1000..=1015).contains(&code)
                                || (3000..5000).contains(&code)),
                            "{code:?}"
                        );
                        assert!(payload.len() < 3 || std::str::from_utf8(&payload[2..]).is_ok());
                    }
                    0x89 | 0x8a => assert!(payload.len() < 126),
                    other => panic!("a frame of kind {other:#x}"),
                }
            }
            count += 1;
            if count.is_multiple_of(20) {
                is_well(&live);
            }
            match closed {
                true => Outcome::Refused,
                false => Outcome::Accepted,
            }
        },
    );
    is_well(&live);
    live.stop();
}
