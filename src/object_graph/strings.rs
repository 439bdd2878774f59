//! The strings of a heap snapshot, in one piece of memory.

use std::borrow::Cow;

/// Strings by number.
#[derive(Debug, Clone, Default)]
pub struct Strings {
    text: Vec<u8>,
    /// Where each string ends in `text`.
    ends: Vec<u32>,
}

impl Strings {
    /// Adds what `write` appends as the next string; what it returns comes back. False once they are more than 4 GiB, or 2^32.
    ///
    /// # Errors
    /// What `write` returns.
    pub fn add<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<bool, E> {
        write(&mut self.text)?;
        let Ok(end) = u32::try_from(self.text.len()) else {
            return Ok(false);
        };
        self.ends.push(end);
        Ok(self.ends.len() < u32::MAX as usize)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of a string; none for a number that is not there.
    pub fn bytes(&self, index: u32) -> &[u8] {
        let index = index as usize;
        let Some(&end) = self.ends.get(index) else {
            return &[];
        };
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or_default();
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// The numbers of strings with these texts; one that no string has for those that are not there.
    pub(super) fn find<const N: usize>(&self, texts: [&str; N]) -> [u32; N] {
        let mut found = [u32::MAX; N];
        for index in 0..self.len() as u32 {
            let bytes = self.bytes(index);
            // V8 writes each text once; of the copies that another tool may write, the first counts.
            if let Some(at) = texts.iter().position(|text| text.as_bytes() == bytes)
                && found[at] == u32::MAX
            {
                found[at] = index;
            }
        }
        found
    }

    /// A string as text; what is not UTF-8 in it becomes U+FFFD.
    pub fn get(&self, index: u32) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(index))
    }
}
