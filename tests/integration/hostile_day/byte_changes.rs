//! Changes of bytes that know nothing of any format: flipped bits, extremes, lost, doubled and moved parts, pieces of other files.

use crate::support::random_draws::RandomDraws;

/// Sizes and numbers at the edges of what fits.
const EXTREMES: [u64; 14] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_fffe,
    0xffff_ffff_ffff_ffff,
];

/// A number at an edge.
pub(super) fn extreme(random: &mut RandomDraws) -> u64 {
    let at = EXTREMES[random.below(EXTREMES.len() as u64) as usize];
    at.wrapping_add(random.below(3)).wrapping_sub(1)
}

/// A place in `bytes`, which are not empty.
fn place(bytes: &[u8], random: &mut RandomDraws) -> usize {
    random.below(bytes.len() as u64) as usize
}

/// A part of `bytes`: mostly short, sometimes half of it.
fn part(bytes: &[u8], random: &mut RandomDraws) -> std::ops::Range<usize> {
    let at = place(bytes, random);
    let most = match random.below(8) {
        0 => bytes.len() as u64,
        1 | 2 => 1024,
        _ => 24,
    };
    at..(at + 1 + random.below(most) as usize).min(bytes.len())
}

/// A few changes; `other` is a file of another kind.
pub(super) fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut RandomDraws) {
    for _ in 0..1 + random.below(6) {
        if bytes.is_empty() {
            return;
        }
        let range = part(bytes, random);
        let at = range.start;
        match random.below(14) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'-', b'\n'][random.below(7) as usize],
            2 => {
                bytes.drain(range);
            }
            3 => {
                let part = bytes[range].to_vec();
                bytes.splice(at..at, part);
            }
            4 => bytes.truncate(at),
            5 => {
                let part = bytes[range].to_vec();
                let to = place(bytes, random);
                bytes.splice(to..to, part);
            }
            6 if !other.is_empty() => {
                let foreign = part(other, random);
                bytes.splice(range, other[foreign].iter().copied());
            }
            7 if !other.is_empty() => {
                // The head of one and the rest of another.
                bytes.truncate(at);
                bytes.extend_from_slice(&other[place(other, random)..]);
            }
            8 => {
                let number = extreme(random);
                let width = [1, 2, 4, 8][random.below(4) as usize];
                let big = random.below(4) == 0;
                let number = match big {
                    true => number.swap_bytes() >> (64 - 8 * width),
                    false => number,
                };
                for (byte, value) in bytes[at..].iter_mut().take(width).zip(number.to_le_bytes()) {
                    *byte = value;
                }
            }
            9 => {
                // A varint as long as it may be, and longer.
                let length = 1 + random.below(12) as usize;
                let mut varint = vec![0xff; length];
                varint[length - 1] = [0x01, 0x7f, 0xff][random.below(3) as usize];
                bytes.splice(at..at, varint);
            }
            10 => bytes[range].fill([0, b' ', 0xff, b'9'][random.below(4) as usize]),
            11 => {
                let noise: Vec<u8> = (0..range.len().min(64))
                    .map(|_| random.bits() as u8)
                    .collect();
                bytes.splice(at..at, noise);
            }
            12 => bytes[range].reverse(),
            _ => {
                // Numbers of a text grow out of range.
                if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    bytes.splice(at + digit..at + digit, *b"9999999999");
                }
            }
        }
    }
}
