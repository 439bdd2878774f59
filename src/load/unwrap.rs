//! Compression around a profile, found out from content.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::bomb_guard::{Allowance, BombGuard};
use super::gzip_members::GzipMembers;
use super::progress::Progress;
use super::raw_input::{RawInput, RawTally};
use super::zstd_frames::ZstdFrames;
use crate::limits;

/// What is wrong with the compression around a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnwrapError {
    /// More comes out than an honest profile has.
    #[error(
        "inflates to more than {ratio} times its size, which looks like a decompression bomb: inflate it yourself if you trust it"
    )]
    Bomb {
        /// The ratio that was exceeded.
        ratio: u64,
    },
    /// It is compressed over and over.
    #[error("compressed more than {LAYERS} times over: inflate it yourself if you trust it")]
    TooManyLayers,
    /// The compressed data is broken.
    #[error("damaged {format} data ({detail}): fetch or copy the file again")]
    Damaged {
        /// The compression.
        format: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// A compression that fabric does not read.
    #[error("{name} data, which fabric does not inflate: inflate it first, with `{command}`")]
    Unsupported {
        /// The compression.
        name: &'static str,
        /// What inflates it.
        command: &'static str,
    },
}

impl UnwrapError {
    /// The stable short name of this kind.
    pub fn name(&self) -> &'static str {
        match self {
            UnwrapError::Bomb { .. } => "decompression-bomb",
            UnwrapError::TooManyLayers => "too-many-layers",
            UnwrapError::Damaged { .. } => "damaged-compression",
            UnwrapError::Unsupported { .. } => "unsupported-compression",
        }
    }

    /// The one that travelled inside an I/O error, as a `Read` must send it.
    pub(super) fn inside(error: &io::Error) -> Option<UnwrapError> {
        error.get_ref()?.downcast_ref().cloned()
    }
}

impl From<UnwrapError> for io::Error {
    fn from(error: UnwrapError) -> io::Error {
        io::Error::other(error)
    }
}

/// A gzipped dump in a zstd archive is two; nobody needs three.
const LAYERS: usize = 3;

/// Steps of inflating: large enough that the calls do not count, small enough to stay in a cache of the second level. Half as fast
/// again as inflating into one large buffer, whose pages are all fresh.
const STEP_BYTES: usize = 256 * 1024;

const REAL: Allowance = Allowance {
    free: limits::INFLATED_FREE_BYTES,
    ratio: limits::INFLATE_RATIO,
};

/// Opens a file with every compression taken off, for bytes that are kept as they are.
///
/// # Errors
/// It cannot be opened, or its first bytes say that it cannot be unwrapped.
pub fn open_unwrapped<'p>(path: &Path, progress: &'p Progress) -> io::Result<Box<dyn Read + 'p>> {
    let raw = RawInput::new(File::open(path)?, progress);
    let tally = raw.tally();
    unwrap(raw, &tally)
}

/// Takes every compression off `raw`, whose bytes `tally` counts.
///
/// # Errors
/// The first bytes cannot be read, or say that it cannot be unwrapped.
pub(super) fn unwrap<'r>(raw: impl Read + 'r, tally: &RawTally) -> io::Result<Box<dyn Read + 'r>> {
    unwrap_within(raw, tally, REAL)
}

fn unwrap_within<'r>(
    raw: impl Read + 'r,
    tally: &RawTally,
    allowance: Allowance,
) -> io::Result<Box<dyn Read + 'r>> {
    let mut reader: Box<dyn BufRead + 'r> = Box::new(BufReader::with_capacity(STEP_BYTES, raw));
    for _ in 0..=LAYERS {
        // A pipe may give its first bytes one by one.
        let mut prefix = Vec::with_capacity(6);
        (&mut reader).take(6).read_to_end(&mut prefix)?;
        let wrapping = Wrapping::of(&prefix)?;
        let whole = io::Cursor::new(prefix).chain(reader);
        let inflated: Box<dyn Read + 'r> = match wrapping {
            Wrapping::None => return Ok(Box::new(whole)),
            Wrapping::Gzip => Box::new(GzipMembers::new(whole)),
            Wrapping::Zstd => Box::new(ZstdFrames::new(whole)),
        };
        let guarded = BombGuard::new(inflated, tally.clone(), allowance);
        reader = Box::new(BufReader::with_capacity(STEP_BYTES, guarded));
    }
    Err(UnwrapError::TooManyLayers.into())
}

enum Wrapping {
    None,
    Gzip,
    Zstd,
}

impl Wrapping {
    fn of(prefix: &[u8]) -> Result<Wrapping, UnwrapError> {
        let unsupported = |name, command| Err(UnwrapError::Unsupported { name, command });
        match prefix {
            [0x1F, 0x8B, ..] => Ok(Wrapping::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Ok(Wrapping::Zstd),
            [a, b, c, d, ..] if is_skippable_frame([*a, *b, *c, *d]) => Ok(Wrapping::Zstd),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => unsupported("xz", "xz -dc"),
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', ..] => unsupported("bzip2", "bzip2 -dc"),
            [0x04, 0x22, 0x4D, 0x18, ..] => unsupported("lz4", "lz4 -dc"),
            [b'P', b'K', 3, 4, ..] => unsupported("zip", "unzip -p"),
            _ => Ok(Wrapping::None),
        }
    }
}

/// Whether these four bytes begin a zstd frame that holds no data.
pub(super) fn is_skippable_frame(magic: [u8; 4]) -> bool {
    u32::from_le_bytes(magic) & 0xFFFF_FFF0 == 0x184D_2A50
}

#[cfg(test)]
mod tests {
    use super::super::progress::Progress;
    use super::super::raw_input::RawInput;
    use super::*;
    use flate2::Compression;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
        let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
        written.unwrap_or_else(|error| panic!("{error}"))
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn unwrapped_within(raw: &[u8], allowance: Allowance) -> io::Result<Vec<u8>> {
        let progress = Progress::default();
        let raw = RawInput::new(raw, &progress);
        let tally = raw.tally();
        let mut out = Vec::new();
        unwrap_within(raw, &tally, allowance)?.read_to_end(&mut out)?;
        Ok(out)
    }

    fn unwrapped(raw: &[u8]) -> io::Result<Vec<u8>> {
        unwrapped_within(raw, REAL)
    }

    fn text() -> Vec<u8> {
        (0..60_000u32)
            .flat_map(|n| format!("line {n} of {}\n", n % 7).into_bytes())
            .collect()
    }

    #[test]
    fn plain_gzip_zstd_and_both_give_the_same_bytes() {
        let text = text();
        for raw in [
            text.clone(),
            gzip(&text),
            zstd(&text),
            gzip(&zstd(&text)),
            zstd(&gzip(&text)),
            gzip(&gzip(&gzip(&text))),
        ] {
            assert!(unwrapped(&raw).is_ok_and(|out| out == text));
        }
        assert!(unwrapped(b"").is_ok_and(|out| out.is_empty()));
        assert!(unwrapped(b"\x1f").is_ok_and(|out| out == b"\x1f"));
    }

    #[test]
    fn members_and_frames_behind_each_other_are_one_input() {
        let both = |a: Vec<u8>, b: Vec<u8>| [a, b].concat();
        assert!(unwrapped(&both(gzip(b"one "), gzip(b"two"))).is_ok_and(|out| out == b"one two"));
        let skippable = [&[0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        for raw in [
            both(zstd(b"one "), zstd(b"two")),
            [skippable.clone(), zstd(b"one "), skippable, zstd(b"two")].concat(),
        ] {
            assert!(unwrapped(&raw).is_ok_and(|out| out == b"one two"));
        }
        assert!(unwrapped(&both(gzip(b"one"), vec![0; 700])).is_ok_and(|out| out == b"one"));
    }

    #[test]
    fn a_cut_input_is_an_unexpected_end_wherever_it_is_cut() {
        let text = &text()[..40_000];
        for whole in [gzip(text), zstd(text)] {
            for end in (6..whole.len()).step_by(61).chain([whole.len() - 1]) {
                let error = unwrapped(&whole[..end]).err();
                assert_eq!(
                    error.map(|error| error.kind()),
                    Some(io::ErrorKind::UnexpectedEof),
                    "{end} of {}",
                    whole.len()
                );
            }
        }
    }

    #[test]
    fn damaged_and_foreign_compression_says_which_and_what_to_do() {
        let mut damaged = gzip(&text());
        let middle = damaged.len() / 2;
        damaged[middle..middle + 9].fill(0xFF);
        let check = |raw: &[u8], expected: &str| {
            let error = unwrapped(raw).err().unwrap_or_else(|| panic!("an error"));
            let inside = UnwrapError::inside(&error).unwrap_or_else(|| panic!("{error}"));
            assert!(inside.to_string().contains(expected), "{inside}");
        };
        check(&damaged, "damaged gzip data");
        let mut wrong_sum = zstd(&text());
        let last = wrong_sum.len() - 1;
        wrong_sum[last] ^= 1;
        check(&wrong_sum, "the checksum is wrong");
        check(&gzip(&damaged), "damaged gzip data");
        check(&zstd(&damaged), "damaged gzip data");
        check(
            &[gzip(b"a"), b"junk".to_vec()].concat(),
            "other bytes follow",
        );
        check(b"\xFD7zXZ\0...", "`xz -dc`");
        let four = gzip(&gzip(&gzip(&gzip(b"x"))));
        check(&four, "more than 3 times over");
    }

    #[test]
    fn a_bomb_is_stopped_while_an_honest_input_of_the_same_size_passes() {
        let allowance = Allowance {
            free: 1 << 20,
            ratio: 200,
        };
        let bomb = gzip(&vec![0; 64 << 20]);
        for raw in [bomb.clone(), gzip(&bomb), zstd(&vec![0; 64 << 20])] {
            let error = unwrapped_within(&raw, allowance).err();
            let inside = error.as_ref().and_then(UnwrapError::inside);
            assert_eq!(inside, Some(UnwrapError::Bomb { ratio: 200 }), "{error:?}");
        }
        let honest = text().repeat(3);
        assert!(unwrapped_within(&gzip(&honest), allowance).is_ok_and(|out| out == honest));
    }

    #[test]
    fn a_zstd_frame_that_asks_for_a_huge_window_is_refused() {
        // No single segment, no checksum, a window descriptor with exponent 31: 2^41 bytes.
        let frame = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 31 << 3, 1, 0, 0];
        let error = unwrapped(&frame)
            .err()
            .unwrap_or_else(|| panic!("an error"));
        assert!(
            UnwrapError::inside(&error).is_some_and(|error| error.name() == "damaged-compression")
        );
    }
}
