//! Small files that the kernel writes when they are read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::limits;

/// The content, what is not UTF-8 replaced.
pub(super) fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limits::PROC_FILE_BYTES)
        .read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The number in a file that holds nothing else; nothing for `max` too.
pub(super) fn number(path: &Path) -> Option<u64> {
    read(path).ok()?.trim().parse().ok()
}

/// The value of a line `Name:  123 kB`, in bytes.
pub(super) fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let number: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    number.checked_mul(1024)
}

/// A machine for tests: a root with these files below it.
#[cfg(test)]
pub(super) fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    for (name, text) in files {
        let path = root.path().join(name);
        assert!(
            path.parent()
                .is_some_and(|it| std::fs::create_dir_all(it).is_ok())
        );
        assert!(std::fs::write(path, text).is_ok());
    }
    root
}
