//! The whole way from bytes to a profile.

use std::io::Read;

use super::raw::RawProfile;
use super::resolve;
use crate::formats::{ReadError, ReadErrorKind};
use crate::model::Profile;

/// Reads a pprof profile, not compressed, as a stream.
///
/// # Errors
/// The bytes are not a profile.proto message, are cut off, point at ids or strings that are not there, hold negative values,
/// or are a profile of something else than memory.
pub fn read(input: impl Read) -> Result<Profile, ReadError> {
    let raw = RawProfile::read(input)?;
    if raw.strings.len() == 0 && raw.value_types.is_empty() {
        return Err(ReadErrorKind::Malformed {
            format: "pprof profile",
            what: "it has neither value types nor strings".to_owned(),
        }
        .nowhere());
    }
    resolve::resolve(raw)
}
