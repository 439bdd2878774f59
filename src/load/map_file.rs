//! A file as bytes in memory, without reading it.

use memmap2::Mmap;
use std::fs::File;
use std::path::Path;

/// Maps a regular file; `None` where it is not one, is empty, or cannot be opened. Paths come out of profiles, and opening a
/// pipe or a device that one names would wait for ever or worse.
pub(super) fn map_file(path: &Path) -> Option<Mmap> {
    let is_file = |metadata: std::fs::Metadata| metadata.is_file() && metadata.len() > 0;
    std::fs::metadata(path)
        .ok()
        .filter(|it| is_file(it.clone()))?;
    let file = File::open(path).ok()?;
    file.metadata().ok().filter(|it| is_file(it.clone()))?;
    map(&file)
}

#[expect(
    unsafe_code,
    reason = "object files are hundreds of megabytes of which names need a few; a memory map is unsafe because the file \
              may shrink while it is read, which kills the process with SIGBUS. Package managers and linkers replace such files \
              under a new inode, and the kernel keeps running programs from being written to."
)]
fn map(file: &File) -> Option<Mmap> {
    // SAFETY: the bytes are only ever parsed as untrusted input, so that their changing gives wrong names and no more.
    unsafe { Mmap::map(file) }.ok()
}
