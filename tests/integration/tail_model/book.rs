//! What the tailer delivers in a random course, and the dice that decide it.

use fabric::serve::tail::{LineSink, Place};
use fabric::serve::time::EventTime;

/// xorshift64: the same course in every run.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % end.max(1)
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// A line that was delivered.
pub(super) struct Taken {
    pub(super) number: usize,
    /// Its length, if it was passed over.
    pub(super) too_long: Option<u64>,
    /// The line, or its beginning.
    pub(super) text: String,
    pub(super) offset: u64,
}

/// Lines that were taken and those that were handed over.
#[derive(Default)]
pub(super) struct Book {
    pub(super) taken: Vec<Taken>,
    pub(super) handed_over: Vec<Taken>,
    pub(super) broken: Vec<String>,
    pub(super) refuse: bool,
}

fn number(text: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(text.get(..40).unwrap_or(text)).into_owned();
    text.split(' ').nth(1)?.parse().ok()
}

impl Book {
    fn take(&mut self, number: usize, too_long: Option<u64>, text: String, offset: u64) {
        self.taken.push(Taken {
            number,
            too_long,
            text,
            offset,
        });
    }
}

impl LineSink for Book {
    fn line(&mut self, place: Place<'_>, line: &[u8]) {
        if line.is_empty() || line.starts_with(HEADER.as_bytes()) {
            return;
        }
        let text = String::from_utf8_lossy(line).into_owned();
        match number(line) {
            Some(number) => self.take(number, None, text, place.offset),
            None => self.broken.push(format!("{}: {text:.60}", place.file)),
        }
    }

    fn too_long(&mut self, place: Place<'_>, start: &[u8], bytes: u64) {
        let text = String::from_utf8_lossy(start).into_owned();
        match number(start) {
            Some(number) => self.take(number, Some(bytes), text, place.offset),
            None => self.broken.push(format!("{}: long {text:.60}", place.file)),
        }
    }

    fn hand_over(&mut self) -> bool {
        if self.refuse {
            return false;
        }
        self.handed_over.append(&mut self.taken);
        true
    }
}

/// How the first line of many files begins.
pub(super) const HEADER: &str = "header 1 ";

pub(super) const CAP: usize = 2000;

pub(super) fn line_time(line: &[u8]) -> Option<EventTime> {
    let text = std::str::from_utf8(line.get(..20).unwrap_or(line)).ok()?;
    Some(EventTime(text.split(' ').next()?.parse().ok()?))
}
