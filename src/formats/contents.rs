//! An input of any format, from its first bytes to what it holds.

use std::io::Read;

use super::sniff::{self, Format};
use super::{ReadError, ReadErrorKind, folded, gperftools, jemalloc, pprof, v8};
use crate::model::Profile;
use crate::notes::Notes;
use crate::object_graph::{self, ObjectGraph};

/// What an input holds.
#[derive(Debug)]
#[non_exhaustive]
pub enum Contents {
    /// Stacks with values.
    Profile(Profile),
    /// A heap whose every object is known, and what was remarked while it was read.
    Heap(ObjectGraph, Notes),
}

impl Contents {
    /// The profile, which a heap is [made into](object_graph::to_profile).
    ///
    /// # Errors
    /// A promise of the model is broken.
    pub fn into_profile(self) -> Result<Profile, ReadError> {
        match self {
            Contents::Profile(profile) => Ok(profile),
            Contents::Heap(graph, notes) => Ok(object_graph::to_profile(graph, &notes)?),
        }
    }
}

/// Reads one profile of any format, which is found out from the content alone.
///
/// # Errors
/// The input is in no format fabric knows, is broken, or holds something that is not a heap profile.
pub fn read(input: &mut dyn Read) -> Result<Profile, ReadError> {
    read_contents(input)?.into_profile()
}

/// Reads one profile or heap of any format, which is found out from the content alone.
///
/// # Errors
/// As [`read`].
pub fn read_contents(input: &mut dyn Read) -> Result<Contents, ReadError> {
    let mut prefix = Vec::with_capacity(sniff::PREFIX_BYTES);
    (&mut *input)
        .take(sniff::PREFIX_BYTES as u64)
        .read_to_end(&mut prefix)?;
    let text = match sniff::sniff(&prefix)? {
        Format::V8HeapSnapshot => {
            let mut notes = Notes::default();
            let graph = v8::read_graph(&mut prefix.as_slice().chain(input), &mut notes)?;
            return Ok(Contents::Heap(graph, notes));
        }
        Format::Pprof => return pprof::read(prefix.as_slice().chain(input)).map(Contents::Profile),
        Format::V8HeapProfile => {
            let profile = v8::read_heap_profile(&mut prefix.as_slice().chain(input));
            return profile.map(Contents::Profile);
        }
        Format::Jemalloc | Format::Gperftools | Format::Folded => read_text(prefix, input)?,
    };
    // Symbols in front may fill the prefix; the whole text tells for certain which format they stand in front of.
    let profile = match sniff::sniff(&text)? {
        Format::Jemalloc => jemalloc::read(&text),
        Format::Gperftools => gperftools::read(&text),
        Format::Folded => folded::read(&text),
        Format::Pprof => pprof::read(text.as_slice()),
        Format::V8HeapProfile => v8::read_heap_profile(&mut text.as_slice()),
        Format::V8HeapSnapshot => v8::read_heap_snapshot(&mut text.as_slice()),
    };
    profile.map(Contents::Profile)
}

/// Text formats are read as a whole: their records are lines that point at each other's addresses, and parsing slices in
/// place is several times faster than through a line buffer.
fn read_text(mut text: Vec<u8>, input: &mut dyn Read) -> Result<Vec<u8>, ReadError> {
    let limit = crate::limits::TEXT_BYTES;
    let left = limit.saturating_sub(text.len() as u64);
    // One byte more than allowed tells a file at the limit from one beyond it.
    input.take(left + 1).read_to_end(&mut text)?;
    if text.len() as u64 > limit {
        return Err(ReadErrorKind::TooLarge {
            what: "this text profile",
            limit,
        }
        .nowhere());
    }
    Ok(text)
}
