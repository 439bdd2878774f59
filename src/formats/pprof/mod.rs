//! To be written.
use std::io::Read;

use super::{ReadError, ReadErrorKind};
use crate::model::Profile;

/// To be written.
///
/// # Errors
/// Always.
pub fn read(_input: impl Read) -> Result<Profile, ReadError> {
    Err(ReadErrorKind::Empty.nowhere())
}
