//! Frames from server to client, as bytes. They are not masked, so the same bytes go to every client.
//!
//! The layout is that of RFC 6455, section 5.2. What clients send is read by a library; what they get is made here because one copy in
//! memory then serves all of them, and none has a buffer of its own that grows to the largest message it ever got.

use bytes::Bytes;

const FINAL: u8 = 0x80;
const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const PING: u8 = 0x9;

/// One message of one frame.
pub(super) fn text(json: &str) -> Bytes {
    let mut out = Vec::with_capacity(json.len() + 10);
    append_text(&mut out, &[json]);
    out.into()
}

/// Appends a message of one frame whose text is in parts.
pub(super) fn append_text(out: &mut Vec<u8>, parts: &[&str]) {
    append(out, FINAL | TEXT, parts);
}

/// One message in several frames, for parts that are shared between messages. Other frames that are no control frames must not come between.
pub(super) fn first_part(text: &str) -> Bytes {
    part(TEXT, text)
}

/// See [`first_part`].
pub(super) fn middle_part(text: &str) -> Bytes {
    part(CONTINUATION, text)
}

/// See [`first_part`].
pub(super) fn last_part(text: &str) -> Bytes {
    part(FINAL | CONTINUATION, text)
}

/// Asks for a sign of life.
pub(super) fn ping() -> Bytes {
    Bytes::from_static(&[FINAL | PING, 0])
}

/// Where the frame that has byte `at` of some whole frames in it ends; `at` itself where it is the first byte of one.
pub(super) fn end_of_frame(frames: &[u8], at: usize) -> usize {
    let mut end = 0;
    while end < at {
        let length = match frames.get(end..) {
            Some([_, 127, a, b, c, d, e, f, g, h, ..]) => {
                let length = u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
                usize::try_from(length).map_or(usize::MAX, |length| length.saturating_add(10))
            }
            Some([_, 126, high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])) + 4,
            Some([_, length, ..]) => usize::from(*length) + 2,
            _ => usize::MAX,
        };
        end = end.saturating_add(length).min(frames.len().max(at));
    }
    end
}

fn part(first: u8, text: &str) -> Bytes {
    let mut out = Vec::with_capacity(text.len() + 10);
    append(&mut out, first, &[text]);
    out.into()
}

fn append(out: &mut Vec<u8>, first: u8, parts: &[&str]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.push(first);
    if let (Ok(short), true) = (u8::try_from(length), length < 126) {
        out.push(short);
    } else if let Ok(medium) = u16::try_from(length) {
        out.push(126);
        out.extend_from_slice(&medium.to_be_bytes());
    } else {
        out.push(127);
        out.extend_from_slice(&(length as u64).to_be_bytes());
    }
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}
