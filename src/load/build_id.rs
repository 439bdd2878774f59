//! The build id of a program that lies here or runs here.

use std::path::Path;

use super::map_file::map_file;
use crate::symbolize::ElfIdentity;

/// The GNU build id of an object file, as lower-case hexadecimal digits; `None` where it has none or cannot be read.
pub fn build_id_of_file(path: &Path) -> Option<String> {
    let bytes = map_file(path)?;
    ElfIdentity::read(&bytes).ok()?.build_id
}
