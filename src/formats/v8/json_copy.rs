//! JSON that is copied while it is read.

use std::io::{self, Read, Write};

use super::json_bytes::JsonBytes;
use crate::formats::ReadError;

/// A copy of a document that is made while it is read.
pub(super) struct CopyOut<'r> {
    pub(super) output: &'r mut dyn Write,
    /// Where in the buffer begins what is not copied yet; nothing while the copy is left to somebody else.
    pub(super) from: Option<usize>,
}

impl<'r> JsonBytes<'r> {
    /// The same, which copies to `output` all that it reads.
    pub(super) fn copying(
        input: &'r mut dyn Read,
        output: &'r mut dyn Write,
        format: &'static str,
    ) -> JsonBytes<'r> {
        let copy = CopyOut {
            output,
            from: Some(0),
        };
        let mut json = JsonBytes::new(input, format);
        json.copy = Some(copy);
        json
    }

    /// Copies what was read up to here, and leaves it to `write` to say what stands in the copy in the place of what it reads.
    pub(super) fn instead<E: From<ReadError> + From<io::Error>>(
        &mut self,
        write: impl FnOnce(&mut JsonBytes<'r>, &mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        self.copy_consumed()?;
        let Some(mut copy) = self.copy.take() else {
            return write(self, &mut io::sink());
        };
        write(self, copy.output)?;
        copy.from = Some(self.at);
        self.copy = Some(copy);
        Ok(())
    }

    /// Copies all that is left.
    pub(super) fn copy_rest(&mut self) -> io::Result<()> {
        self.at = self.buffer.len();
        self.copy_consumed()?;
        if let Some(copy) = &mut self.copy {
            io::copy(&mut *self.input, &mut copy.output)?;
        }
        Ok(())
    }

    pub(super) fn copy_consumed(&mut self) -> io::Result<()> {
        match &mut self.copy {
            Some(CopyOut {
                output,
                from: Some(from),
            }) => {
                let consumed = self.buffer.get(*from..self.at).unwrap_or_default();
                *from = self.at;
                output.write_all(consumed)
            }
            _ => Ok(()),
        }
    }
}
