//! gzip: members one behind the other, as `cat a.gz b.gz` makes them.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};

use super::unwrap::UnwrapError;

/// Inflates every member. A cut one is an unexpected end.
///
/// flate2's `MultiGzDecoder` refuses the zeros with which tapes and block devices fill up the last block; gzip and this
/// take them for what they are.
pub(super) enum GzipMembers<R> {
    /// Inside a member.
    Inside(Box<GzDecoder<R>>),
    /// Behind the last one.
    Done,
}

impl<R: BufRead> GzipMembers<R> {
    pub(super) fn new(source: R) -> GzipMembers<R> {
        GzipMembers::Inside(Box::new(GzDecoder::new(source)))
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let GzipMembers::Inside(decoder) = self else {
                return Ok(0);
            };
            let read = decoder.read(buffer).map_err(named)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let GzipMembers::Inside(decoder) = std::mem::replace(self, GzipMembers::Done) else {
                return Ok(0);
            };
            let mut source = decoder.into_inner();
            let padded = skip_zeros(&mut source)?;
            match source.fill_buf()?.first() {
                None => return Ok(0),
                Some(0x1F) if !padded => *self = GzipMembers::new(source),
                Some(_) => {
                    return Err(UnwrapError::Damaged {
                        format: "gzip",
                        detail: "other bytes follow the compressed data".to_owned(),
                    }
                    .into());
                }
            }
        }
    }
}

/// Whether there were any.
fn skip_zeros(source: &mut impl BufRead) -> io::Result<bool> {
    let mut any = false;
    loop {
        let buffer = source.fill_buf()?;
        let zeros = buffer.iter().take_while(|&&byte| byte == 0).count();
        if zeros == 0 {
            return Ok(any);
        }
        any = true;
        source.consume(zeros);
    }
}

/// flate2 reports broken data as invalid input; everything else comes from below and stays as it is.
fn named(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => UnwrapError::Damaged {
            format: "gzip",
            detail: error.to_string(),
        }
        .into(),
        _ => error,
    }
}
