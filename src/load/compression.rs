//! gzip and zstd, found by their first bytes, unwrapped as a stream and with a bound.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use crate::formats::{ReadError, ReadErrorKind};
use crate::limits;

/// Wrappings inside wrappings: a compressed file that was compressed again on its way is normal, more is not.
const DEEPEST: usize = 3;

/// Large enough that reading costs nothing beside inflating.
const BUFFER_BYTES: usize = 256 * 1024;

/// The plain content of `raw`.
pub(super) fn unwrap<'r>(raw: &'r mut dyn Read) -> Result<Box<dyn Read + 'r>, ReadError> {
    let mut input: Box<dyn BufRead + 'r> = Box::new(BufReader::with_capacity(BUFFER_BYTES, raw));
    for _ in 0..DEEPEST {
        let bounded: Box<dyn Read + 'r> = match wrapping(input.fill_buf()?) {
            Wrapping::None => return Ok(Box::new(input)),
            Wrapping::Gzip => {
                let counter = Counter::default();
                let inner = MultiGzDecoder::new(Metered {
                    input,
                    counter: counter.clone(),
                });
                Box::new(Bounded::new(inner, counter))
            }
            Wrapping::Zstd => {
                let counter = Counter::default();
                let inner = ZstdFrames::new(Metered {
                    input,
                    counter: counter.clone(),
                });
                Box::new(Bounded::new(inner, counter))
            }
        };
        input = Box::new(BufReader::with_capacity(BUFFER_BYTES, bounded));
    }
    match wrapping(input.fill_buf()?) {
        Wrapping::None => Ok(Box::new(input)),
        _ => Err(ReadErrorKind::Unsupported {
            what: "compressed more than three times over",
            advice: "inflate it first",
        }
        .nowhere()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    None,
    Gzip,
    Zstd,
}

fn wrapping(beginning: &[u8]) -> Wrapping {
    match beginning {
        [0x1f, 0x8b, ..] => Wrapping::Gzip,
        // A frame, or a skippable frame that may stand before it.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Wrapping::Zstd,
        _ => Wrapping::None,
    }
}

/// Bytes that went into a decompressor, shared with whoever watches what comes out.
#[derive(Debug, Clone, Default)]
struct Counter(std::rc::Rc<std::cell::Cell<u64>>);

struct Metered<R> {
    input: R,
    counter: Counter,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.counter.0.set(self.counter.0.get() + read as u64);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.counter.0.set(self.counter.0.get() + amount as u64);
        self.input.consume(amount);
    }
}

/// Ends with an error where more comes out than an honest profile can hold.
struct Bounded<R> {
    inflated: R,
    consumed: Counter,
    produced: u64,
}

impl<R: Read> Bounded<R> {
    fn new(inflated: R, consumed: Counter) -> Bounded<R> {
        Bounded {
            inflated,
            consumed,
            produced: 0,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inflated.read(buffer).map_err(explain)?;
        self.produced += read as u64;
        if self.produced > limits::INFLATED_FREE_BYTES
            && self.produced > self.consumed.0.get().saturating_mul(limits::INFLATE_RATIO)
        {
            return Err(io::Error::other(format!(
                "it inflates to more than {} times its size and looks like a decompression bomb: if you trust it, \
                 inflate it yourself and give fabric the plain file",
                limits::INFLATE_RATIO
            )));
        }
        Ok(read)
    }
}

/// What a decompressor says about broken data, in words that say what to do.
fn explain(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::Interrupted => error,
        _ => io::Error::new(
            error.kind(),
            format!("its compressed data is damaged, fetch or copy it again ({error})"),
        ),
    }
}

/// zstd frames one after another, as the `zstd` tool reads them.
struct ZstdFrames<R: BufRead> {
    input: Option<R>,
    current: Option<StreamingDecoder<R, FrameDecoder>>,
}

impl<R: BufRead> ZstdFrames<R> {
    fn new(input: R) -> ZstdFrames<R> {
        ZstdFrames {
            input: Some(input),
            current: None,
        }
    }

    /// Begins the next frame, past frames that are to be skipped; nothing at the end.
    fn begin(&mut self) -> io::Result<bool> {
        let Some(mut input) = self.input.take() else {
            return Ok(false);
        };
        loop {
            let ahead = input.fill_buf()?;
            if ahead.is_empty() {
                return Ok(false);
            }
            if !matches!(ahead, [0x50..=0x5f, ..]) {
                break;
            }
            let mut header = [0u8; 8];
            input.read_exact(&mut header)?;
            let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
            let skipped = io::copy(&mut (&mut input).take(u64::from(length)), &mut io::sink())?;
            if skipped < u64::from(length) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.current = Some(
            StreamingDecoder::new_with_max_window_size(input, limits::ZSTD_WINDOW_BYTES).map_err(
                |error| {
                    cut_or_damaged(io::Error::new(
                        io::ErrorKind::InvalidData,
                        error.to_string(),
                    ))
                },
            )?,
        );
        Ok(true)
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.current {
                let read = frame.read(buffer).map_err(cut_or_damaged)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
                self.input = self.current.take().map(StreamingDecoder::into_inner);
            } else if !self.begin()? {
                return Ok(0);
            }
        }
    }
}

/// ruzstd reports a file that ends early as a damaged one; the text of its error tells.
fn cut_or_damaged(error: io::Error) -> io::Error {
    if error.to_string().contains("failed to fill whole buffer") {
        io::ErrorKind::UnexpectedEof.into()
    } else {
        error
    }
}
