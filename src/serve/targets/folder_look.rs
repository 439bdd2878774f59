//! What lies in a folder of snapshots at one moment.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use ring::digest::{Context, SHA256};

use crate::load::LoadErrorKind;
use crate::load::series::{self, Found, Links, SeriesFile, Sidecar};
use crate::notes::NoteKind;
use crate::serve::bounds::{TARGET_BYTES, TARGET_FILE_BYTES, TARGET_FILES};
use crate::units::Bytes;

/// What lies in a folder of snapshots, in short: names, sizes, and when each was changed, of snapshots and of the JSON beside them. Two
/// folders with one fingerprint have one judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// What lies in a folder of snapshots at one moment.
#[derive(Debug)]
pub(super) struct FolderLook {
    /// The files that will be judged: those `fabric trend` would take, within the bounds.
    pub(super) found: Found,
    pub(super) fingerprint: Fingerprint,
    /// Why nothing can be found there, where the folder is not just empty.
    pub(super) problem: Option<String>,
}

impl FolderLook {
    /// Nothing at all.
    pub(super) fn nothing() -> FolderLook {
        FolderLook {
            found: Found::default(),
            fingerprint: fingerprint(&[], None),
            problem: None,
        }
    }

    /// Looks. What is no file is passed over, and so opened by nobody: a pipe would keep its reader waiting for ever, and a link may lead to what
    /// is nobody's business.
    /// Blocks for as long as the disk does.
    pub(super) fn at(folder: &Path) -> FolderLook {
        match series::find(&[folder.to_owned()], Links::LeftOut) {
            Ok(found) => {
                let fingerprint = fingerprint(&found.files, None);
                FolderLook {
                    found: within_bounds(found),
                    fingerprint,
                    problem: None,
                }
            }
            Err(error) => match error.kind {
                // Snapshots may yet come; what lies in subfolders, as reports do, is none.
                LoadErrorKind::NotFound
                | LoadErrorKind::EmptyFolder
                | LoadErrorKind::OnlySubfolders { .. } => FolderLook::nothing(),
                _ => {
                    let problem = error.to_string();
                    FolderLook {
                        found: Found::default(),
                        fingerprint: fingerprint(&[], Some(&problem)),
                        problem: Some(problem),
                    }
                }
            },
        }
    }
}

fn fingerprint(files: &[SeriesFile], problem: Option<&str>) -> Fingerprint {
    let mut context = Context::new(&SHA256);
    let mut mark = |path: &Path| {
        let path_bytes = path.as_os_str().as_encoded_bytes();
        context.update(&(path_bytes.len() as u64).to_le_bytes());
        context.update(path_bytes);
        let marks = marks(path);
        context.update(&[u8::from(marks.is_some())]);
        for number in marks.into_iter().flatten() {
            context.update(&number.to_le_bytes());
        }
    };
    for file in files {
        mark(&file.path);
        mark(&Sidecar::path(&file.path));
    }
    if let Some(problem) = problem {
        context.update(problem.as_bytes());
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    Fingerprint(digest)
}

/// What tells a file from the one that was there before: size, time of change, and the file itself.
pub(super) fn marks(path: &Path) -> Option<[u64; 4]> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some([
        metadata.len(),
        metadata.mtime().cast_unsigned(),
        metadata.mtime_nsec().cast_unsigned(),
        metadata.ino(),
    ])
}

/// Leaves out what would take more memory or time than a server has for it, and says so.
fn within_bounds(mut found: Found) -> Found {
    let mut newest: Vec<usize> = (0..found.files.len()).collect();
    newest.sort_by_key(|&at| std::cmp::Reverse(found.files.get(at).and_then(|it| it.modified_ms)));
    let mut is_kept = vec![false; found.files.len()];
    let (mut count, mut bytes) = (0, 0);
    for at in newest {
        let (Some(file), Some(is_kept)) = (found.files.get(at), is_kept.get_mut(at)) else {
            continue;
        };
        let size = file.size_bytes.unwrap_or(0);
        let why = if size > TARGET_FILE_BYTES {
            format!("larger than {}", Bytes(TARGET_FILE_BYTES))
        } else if count >= TARGET_FILES {
            format!("there are more than {TARGET_FILES} that are newer")
        } else if bytes + size > TARGET_BYTES {
            format!("those that are newer have {} already", Bytes(TARGET_BYTES))
        } else {
            *is_kept = true;
            count += 1;
            bytes += size;
            continue;
        };
        let name = &file.name;
        found.notes.add(NoteKind::UnreadableSnapshot, || {
            format!("{name}: a server reads no more ({why}): judge it with `fabric trend`")
        });
    }
    let mut is_kept = is_kept.into_iter();
    found.files.retain(|_| is_kept.next().unwrap_or(false));
    found
}
