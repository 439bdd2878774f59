//! Numbered lines of a text in memory.

/// The lines of a text, without their ends (`\n` or `\r\n`), numbered from 1.
#[derive(Debug, Clone)]
pub(crate) struct Lines<'t> {
    rest: &'t [u8],
    number: u64,
}

impl<'t> Lines<'t> {
    /// The lines of `text`.
    pub(crate) fn new(text: &'t [u8]) -> Lines<'t> {
        Lines {
            rest: text,
            number: 0,
        }
    }

    /// What has not been read yet.
    pub(crate) fn rest(&self) -> &'t [u8] {
        self.rest
    }

    /// The number of the line read last.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let line = match memchr::memchr(b'\n', self.rest) {
            Some(end) => {
                let line = &self.rest[..end];
                self.rest = &self.rest[end + 1..];
                line
            }
            None => std::mem::take(&mut self.rest),
        };
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}
