//! Counts and fingerprints the bytes that are read.

use std::hash::Hasher;
use std::io::{self, Read};

use super::Progress;

/// A reader that counts for a progress bar and sums up what it saw.
pub(super) struct Counted {
    input: Box<dyn Read + Send>,
    progress: Progress,
    /// Equal for equal bytes, however they were cut into reads: whole words are fed, and what is left over waits.
    state: std::hash::DefaultHasher,
}

impl Counted {
    pub(super) fn new(input: Box<dyn Read + Send>, progress: Progress) -> Counted {
        Counted {
            input,
            progress,
            state: std::hash::DefaultHasher::new(),
        }
    }

    pub(super) fn fingerprint(&self) -> u64 {
        self.state.finish()
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.progress.add(read as u64);
        // SipHash takes bytes as a stream: the boundaries of the reads do not matter.
        self.state.write(&buffer[..read]);
        Ok(read)
    }
}
