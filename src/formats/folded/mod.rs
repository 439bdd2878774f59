//! To be written.
use super::{ReadError, ReadErrorKind};
use crate::model::Profile;

/// To be written.
///
/// # Errors
/// Always.
pub fn read(_text: &[u8]) -> Result<Profile, ReadError> {
    Err(ReadErrorKind::Empty.nowhere())
}
