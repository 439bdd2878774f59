//! Arguments -> the files of a series.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::file_name::FileName;
use super::name_order;
use crate::load::load_error::{LoadError, LoadErrorKind};
use crate::load::source::{Source, modified_ms};
use crate::notes::{NoteKind, Notes};

/// What lies where the arguments point.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// In the order of the arguments, the files of a folder by name, numbers as numbers.
    pub files: Vec<SeriesFile>,
    /// What was left out: files given twice, links that lead nowhere.
    pub notes: Notes,
}

/// Whether a link in a folder counts as what it leads to. Whoever may write the folder may put a link to anything there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// It counts as what it leads to: whoever runs a command may read that.
    Followed,
    /// It is told and left out, as is one in the place of the JSON beside a file: a server tells others what it reads.
    LeftOut,
}

/// A file that may be a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesFile {
    /// The path, as far as it was given.
    pub path: PathBuf,
    /// The name without folders; foreign text.
    pub name: String,
    /// What the name tells.
    pub told: FileName,
    /// Whether it was an argument itself, and not only the folder it lies in.
    pub is_named: bool,
    /// Size in bytes as it lies in the file, where it is a file and not a pipe.
    pub size_bytes: Option<u64>,
    /// When it was last changed, in milliseconds since 1970, where it is a file and not a pipe.
    pub modified_ms: Option<i64>,
    /// Whether the JSON beside it may be a link.
    pub links: Links,
}

/// Finds the files of a series: each argument is a file, or a folder whose files are taken, without those of its subfolders.
///
/// In a folder, hidden files, files that are still being written (`.part`, `.tmp` and the like) and JSON, which lies *beside*
/// profiles, are passed over. Everything else is a candidate whatever its name: only its content says what it is.
///
/// # Errors
/// An argument is not there, may not be read, is `-`, or is a folder without a candidate.
pub fn find(arguments: &[PathBuf], links: Links) -> Result<Found, LoadError> {
    let mut found = Found::default();
    let mut seen = HashMap::new();
    for argument in arguments {
        let source = Source::from_argument(argument);
        let failed = |kind| LoadError {
            input: source.name(),
            kind,
        };
        if source == Source::Stdin {
            return Err(failed(LoadErrorKind::StdinInSeries));
        }
        let metadata = fs::metadata(argument)
            .map_err(LoadErrorKind::from_open)
            .map_err(failed)?;
        let files = match metadata.is_dir() {
            true => in_folder(argument, links, &mut found.notes).map_err(failed)?,
            false => vec![SeriesFile::new(argument.clone(), &metadata, true, links)],
        };
        for file in files {
            // What a pipe of `<(zcat x)` links to is no path, so it stands for itself.
            let canonical = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
            match seen.get(&canonical) {
                None => {
                    seen.insert(canonical, found.files.len());
                    found.files.push(file);
                }
                Some(&first) => {
                    let first: &mut SeriesFile = &mut found.files[first];
                    first.is_named |= file.is_named;
                    let first = first.path.display();
                    found.notes.add(NoteKind::DuplicateSnapshot, || {
                        format!("{} is {first}", file.path.display())
                    });
                }
            }
        }
    }
    Ok(found)
}

impl SeriesFile {
    fn new(path: PathBuf, metadata: &Metadata, is_named: bool, links: Links) -> SeriesFile {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        SeriesFile {
            told: FileName::parse(&name),
            name,
            is_named,
            size_bytes: metadata.is_file().then_some(metadata.len()),
            modified_ms: metadata.is_file().then(|| modified_ms(metadata)).flatten(),
            path,
            links,
        }
    }
}

fn in_folder(
    folder: &Path,
    links: Links,
    notes: &mut Notes,
) -> Result<Vec<SeriesFile>, LoadErrorKind> {
    let mut subfolders = Vec::new();
    let files = candidates(folder, links, |path| subfolders.push(path), notes)
        .map_err(LoadErrorKind::from_open)?;
    if !files.is_empty() {
        return Ok(files);
    }
    let filled = with_files(subfolders, links);
    match filled.first() {
        None => Err(LoadErrorKind::EmptyFolder),
        Some(first) => Err(LoadErrorKind::OnlySubfolders {
            count: filled.len() as u64,
            first: first.to_string_lossy().into_owned(),
        }),
    }
}

/// The folders in `folder` that hold files which may be profiles, by name: where to look when the folder itself has none.
pub fn subfolders_with_files(folder: &Path) -> Vec<PathBuf> {
    let mut subfolders = Vec::new();
    // A folder that cannot be read holds nothing that could be recommended.
    let _ = candidates(
        folder,
        Links::LeftOut,
        |path| subfolders.push(path),
        &mut Notes::default(),
    );
    with_files(subfolders, Links::LeftOut)
}

fn with_files(mut folders: Vec<PathBuf>, links: Links) -> Vec<PathBuf> {
    folders.retain(|folder| {
        let files = candidates(folder, links, |_| {}, &mut Notes::default());
        files.is_ok_and(|files| !files.is_empty())
    });
    folders.sort_by(|a, b| name_order::compare(&a.to_string_lossy(), &b.to_string_lossy()));
    folders
}

/// The candidates of one folder by name; `subfolder` gets the folders in it.
fn candidates(
    folder: &Path,
    links: Links,
    mut subfolder: impl FnMut(PathBuf),
    notes: &mut Notes,
) -> io::Result<Vec<SeriesFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !is_candidate(&name) {
            continue;
        }
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => subfolder(path),
            _ if links == Links::LeftOut && path.is_symlink() => {
                notes.add(NoteKind::UnreadableSnapshot, || {
                    format!("{name}: is a link, and a server follows none")
                });
            }
            Ok(metadata) if metadata.is_file() => {
                files.push(SeriesFile::new(path, &metadata, false, links));
            }
            // Opening a pipe or a device that happens to lie there would wait for ever.
            Ok(_) => {}
            // One that was there a moment ago was rotated away, or is a link that leads nowhere.
            Err(error) => notes.add(NoteKind::UnreadableSnapshot, || {
                format!("{name}: {}", LoadErrorKind::from_open(error))
            }),
        }
    }
    files.sort_by(|a, b| name_order::compare(&a.name, &b.name));
    Ok(files)
}

fn is_candidate(name: &str) -> bool {
    let unfinished = [".part", ".partial", ".tmp", "~"];
    let lower = name.to_ascii_lowercase();
    !name.starts_with('.')
        && !lower.ends_with(".json")
        && !unfinished.iter().any(|ending| lower.ends_with(ending))
}
