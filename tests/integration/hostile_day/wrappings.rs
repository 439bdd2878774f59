//! Compression around an input: once, several times, in several members, and broken.

use std::io::Write;

use super::byte_changes;
use crate::support::random_draws::RandomDraws;

/// gzip, as fast as possible.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// zstd.
pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn once(bytes: &[u8], random: &mut RandomDraws) -> Vec<u8> {
    match random.below(3) {
        0 => zstd(bytes),
        _ => gzip(bytes),
    }
}

/// Wraps `bytes` in some way, and breaks that in some.
pub(super) fn wrap(bytes: &[u8], random: &mut RandomDraws) -> Vec<u8> {
    let mut wrapped = once(bytes, random);
    match random.below(10) {
        0 => {
            let cut = random.below(bytes.len() as u64 + 1) as usize;
            wrapped = [once(&bytes[..cut], random), once(&bytes[cut..], random)].concat();
        }
        1 => {
            for _ in 0..random.below(4) {
                wrapped = once(&wrapped, random);
            }
        }
        2 => wrapped.extend(std::iter::repeat_n(0, random.below(2_000) as usize)),
        3 => wrapped.extend(wrapped.clone()),
        4 => wrapped.extend_from_slice(b"\x5a\x2a\x4d\x18\xff\xff\xff\xff"),
        5 => {
            let zeros =
                vec![[0, b'a', b'\n'][random.below(3) as usize]; 1 << (10 + random.below(14))];
            wrapped = once(&[bytes, &zeros].concat(), random);
        }
        6 => {
            // A name, a comment and an extra field in the head of a gzip member.
            wrapped = gzip(bytes);
            wrapped[3] = random.bits() as u8;
        }
        _ => {}
    }
    if random.below(2) == 0 {
        byte_changes::change(&mut wrapped, bytes, random);
    }
    wrapped
}
