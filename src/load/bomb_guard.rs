//! Stops a small input from inflating without end.

use std::io::{self, Read};

use super::raw_input::RawTally;
use super::unwrap::UnwrapError;

/// How much may come out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    /// Bytes that may come out whatever went in.
    pub(super) free: u64,
    /// Bytes that may come out for each that went in, above that.
    pub(super) ratio: u64,
}

/// Passes inflated bytes on until they are more than the compressed ones allow.
pub(super) struct BombGuard<R> {
    inner: R,
    compressed: RawTally,
    inflated: u64,
    allowance: Allowance,
}

impl<R> BombGuard<R> {
    pub(super) fn new(inner: R, compressed: RawTally, allowance: Allowance) -> BombGuard<R> {
        BombGuard {
            inner,
            compressed,
            inflated: 0,
            allowance,
        }
    }
}

impl<R: Read> Read for BombGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.inflated += read as u64;
        let Allowance { free, ratio } = self.allowance;
        if self.inflated > free && self.inflated / ratio > self.compressed.bytes() {
            return Err(UnwrapError::Bomb { ratio }.into());
        }
        Ok(read)
    }
}
