//! A document of the state folder: there whole or not at all, and set aside when it cannot be used.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::regular_file;

/// What is in `path`; nothing where there is no such file. Whatever else lies there is not waited for.
///
/// # Errors
/// It cannot be read, is no regular file, or is larger than `most_bytes`.
pub(super) fn read(path: &Path, most_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match regular_file::open(path) {
        Ok((file, _)) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(most_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most_bytes {
        return Err(io::Error::other("it is larger than a state file gets"));
    }
    Ok(Some(bytes))
}

/// Writes `document` as JSON, so that after a crash either this or what was there before is there.
///
/// # Errors
/// It cannot be written.
pub(super) fn save(path: &Path, document: &impl Serialize) -> io::Result<()> {
    // Always the same name: what a crash leaves behind is overwritten and does not pile up.
    let unfinished = with_suffix(path, ".new");
    let _ = fs::remove_file(&unfinished);
    let file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    let mut writer = BufWriter::with_capacity(64 << 10, file);
    serde_json::to_writer(&mut writer, document)?;
    writer.flush()?;
    writer.get_ref().sync_all()?;
    fs::rename(&unfinished, path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

/// Gives what cannot be used another name, so that it can be looked at.
///
/// # Errors
/// It cannot be renamed.
pub(super) fn set_aside(path: &Path) -> io::Result<()> {
    fs::rename(path, with_suffix(path, ".damaged"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
