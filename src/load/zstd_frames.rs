//! zstd: frames one behind the other, with skippable ones between them (RFC 8878).

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::error::Error;
use std::io::{self, BufRead, Read};

use super::unwrap::{UnwrapError, is_skippable_frame};

/// Inflates every frame. A cut one is an unexpected end.
pub(super) struct ZstdFrames<R> {
    source: R,
    decoder: FrameDecoder,
    inside: bool,
}

/// The window is memory that a frame of a few bytes may ask for. zstd itself refuses more than this unless it is told
/// otherwise (`--long=27`); ruzstd allocates as the output grows.
const WINDOW_BYTES: u64 = 128 * 1024 * 1024;

impl<R: BufRead> ZstdFrames<R> {
    pub(super) fn new(source: R) -> ZstdFrames<R> {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW_BYTES);
        ZstdFrames {
            source,
            decoder,
            inside: false,
        }
    }

    /// Goes to the next frame that holds data; `false` at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            let mut magic = [0; 4];
            self.source.read_exact(&mut magic)?;
            if !is_skippable_frame(magic) {
                let frame = magic.as_slice().chain(&mut self.source);
                self.decoder.reset(frame).map_err(|error| named(&error))?;
                return Ok(true);
            }
            let mut length = [0; 4];
            self.source.read_exact(&mut length)?;
            let length = u64::from(u32::from_le_bytes(length));
            let skipped = io::copy(&mut (&mut self.source).take(length), &mut io::sink())?;
            if skipped < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn check_sum(&self) -> io::Result<()> {
        let stated = self.decoder.get_checksum_from_data();
        if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
            return Err(UnwrapError::Damaged {
                format: "zstd",
                detail: "the checksum is wrong".to_owned(),
            }
            .into());
        }
        Ok(())
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.inside {
                if !self.next_frame()? {
                    return Ok(0);
                }
                self.inside = true;
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            if self.decoder.is_finished() {
                self.check_sum()?;
                self.inside = false;
                continue;
            }
            self.decoder
                .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(|error| named(&error))?;
        }
    }
}

/// ruzstd wraps what its source says; a cut input, and what a layer below said, come out again.
fn named(error: &(dyn Error + 'static)) -> io::Error {
    let mut cause = Some(error);
    while let Some(here) = cause {
        if let Some(below) = here.downcast_ref::<io::Error>() {
            if let Some(below) = UnwrapError::inside(below) {
                return below.into();
            }
            return io::Error::new(below.kind(), below.to_string());
        }
        cause = here.source();
    }
    UnwrapError::Damaged {
        format: "zstd",
        detail: error.to_string(),
    }
    .into()
}
