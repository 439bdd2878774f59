//! Reports that are kept beside the snapshots they are about.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::serve::bounds::SAVED_REPORTS;
use crate::serve::time::WallTime;

/// The folder in a snapshot folder.
const REPORTS: &str = "reports";
const PREFIX: &str = "trend-report-";
const ENDING: &str = ".md";
/// What is being written, or was when a crash came.
const PART: &str = ".trend-report-";

/// Writes `text` to `reports/trend-report-<ms>.md` in a snapshot folder, whole or not at all, and removes the oldest beyond the bound.
///
/// # Errors
/// The folder cannot be written.
pub fn save_report(folder: &Path, text: &str, now: WallTime) -> io::Result<PathBuf> {
    let folder = folder.join(REPORTS);
    fs::create_dir_all(&folder)?;
    // Through a link, files of somebody else would be written and removed.
    if !fs::symlink_metadata(&folder)?.is_dir() {
        return Err(io::Error::other("it is a link, and not a folder"));
    }
    let mut part = tempfile::Builder::new().prefix(PART).tempfile_in(&folder)?;
    part.write_all(text.as_bytes())?;
    part.as_file().sync_all()?;
    let mut time = now.0.max(0);
    let path = loop {
        let path = folder.join(format!("{PREFIX}{time}{ENDING}"));
        match part.persist_noclobber(&path) {
            Ok(_) => break path,
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                part = error.file;
                time += 1;
            }
            Err(error) => return Err(error.error),
        }
    };
    fs::File::open(&folder)?.sync_all()?;
    prune(&folder, now)?;
    Ok(path)
}

fn prune(folder: &Path, now: WallTime) -> io::Result<()> {
    const HOUR_MS: i64 = 3_600_000;
    let mut reports: Vec<(i64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if let Some(time) = time_of(&name) {
            reports.push((time, entry.path()));
        } else if name.starts_with(PART) {
            let modified = entry.metadata()?.modified().ok();
            let written = modified.and_then(|it| it.duration_since(std::time::UNIX_EPOCH).ok());
            let age = written.and_then(|it| i64::try_from(it.as_millis()).ok());
            if age.is_some_and(|at| now.0 - at > HOUR_MS) {
                remove(&entry.path())?;
            }
        }
    }
    reports.sort();
    let beyond = reports.len().saturating_sub(SAVED_REPORTS);
    for (_, path) in reports.iter().take(beyond) {
        remove(path)?;
    }
    Ok(())
}

/// Another request may have done it.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Only names that are written here are removed.
fn time_of(name: &str) -> Option<i64> {
    let time = name.strip_prefix(PREFIX)?.strip_suffix(ENDING)?;
    let is_number = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| time.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_newest_fifty_stay_and_foreign_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let reports = folder.path().join(REPORTS);
        fs::create_dir_all(&reports).unwrap();
        for foreign in ["trend-report-1x.md", "notes.md", "trend-report-.md"] {
            fs::write(reports.join(foreign), "mine").unwrap();
        }
        for time in 0..53 {
            save_report(folder.path(), "text", WallTime(time)).unwrap();
        }
        // Two in the same millisecond are two.
        let last = save_report(folder.path(), "text", WallTime(52)).unwrap();
        assert!(last.ends_with("reports/trend-report-53.md"));
        let mut times: Vec<i64> = fs::read_dir(&reports)
            .unwrap()
            .filter_map(|entry| time_of(&entry.unwrap().file_name().to_string_lossy()))
            .collect();
        times.sort_unstable();
        assert_eq!(times, (4..54).collect::<Vec<i64>>());
        assert_eq!(fs::read_dir(&reports).unwrap().count(), 53);
        assert_eq!(fs::read_to_string(last).unwrap(), "text");
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join(REPORTS)).unwrap();
        assert!(save_report(folder.path(), "text", WallTime(1)).is_err());
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
