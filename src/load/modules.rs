//! Mapping -> the object files on this machine that belong to it, by build id and then by path.

use flate2::Crc;
use memmap2::Mmap;
use std::path::{Component, Path, PathBuf};

use super::map_file::map_file;
use crate::model::DELETED;
use crate::symbolize::{
    ElfIdentity, ImageBytes, ModuleFiles, ModuleSearch, ModuleSource, Unreadable, WantedModule,
    is_build_id,
};

/// Looks for object files in the folders the user names, at the path the profile names, and where distributions put
/// debug files.
///
/// Folders may be laid out as `.build-id/ab/cdef.debug` (what `debuginfod` clients, distributions and `eu-strip` write), as a
/// copy of the file system, or as a heap of files with their own names.
#[derive(Debug, Clone)]
pub struct LocalModules {
    pub(super) folders: Vec<PathBuf>,
    pub(super) system_debug: PathBuf,
}

impl LocalModules {
    /// Looks in `folders` first (`--symbols`).
    pub fn new(folders: Vec<PathBuf>) -> LocalModules {
        LocalModules {
            folders,
            system_debug: PathBuf::from("/usr/lib/debug"),
        }
    }
}

/// A file that was opened and is an object file.
struct Candidate {
    path: PathBuf,
    bytes: Mmap,
    identity: ElfIdentity,
}

impl ModuleSource for LocalModules {
    fn find(&self, wanted: &WantedModule<'_>) -> ModuleSearch {
        let build_id = Some(wanted.build_id).filter(|id| is_build_id(id));
        let (path, deleted) = match wanted.path.strip_suffix(DELETED) {
            Some(path) => (Path::new(path), true),
            None => (Path::new(wanted.path), false),
        };
        let mut places = self.in_folders(path, build_id);
        // Without a build id, nothing could show that the file which took the place of a deleted one is another.
        if path.is_absolute() && (!deleted || build_id.is_some()) {
            places.push(path.to_owned());
        }
        places.extend(build_id.map(|id| by_build_id(&self.system_debug, id)));

        let mut failure = match deleted {
            true => ModuleSearch::Replaced("deleted or replaced while it ran".to_owned()),
            false => ModuleSearch::Missing,
        };
        let mut image: Option<Candidate> = None;
        let mut debug: Option<Candidate> = None;
        for place in places {
            let candidate = match Candidate::open(place) {
                None => continue,
                Some(Err(Unreadable(why))) => {
                    if let ModuleSearch::Missing = failure {
                        failure = ModuleSearch::Unreadable(why);
                    }
                    continue;
                }
                Some(Ok(candidate)) => candidate,
            };
            if let Some(other) = build_id.and_then(|id| candidate.identity.other_than(id)) {
                failure = ModuleSearch::Replaced(other);
                continue;
            }
            match candidate.identity.has_code {
                true if image.is_none() => image = Some(candidate),
                false if debug.is_none() => debug = Some(candidate),
                _ => continue,
            }
            if image.as_ref().is_some_and(|image| image.identity.has_dwarf)
                || (image.is_some() && debug.is_some())
            {
                break;
            }
        }
        if let Some(image) = image.as_ref().filter(|image| !image.identity.has_dwarf) {
            debug = debug
                .filter(|debug| debug.is_debug_file_of(image))
                .or_else(|| self.debug_file_of(image, path));
        }
        let (image, debug) = match (image, debug) {
            (Some(image), debug) if image.identity.has_dwarf => {
                drop(debug);
                (image, None)
            }
            (Some(image), debug) => (image, debug),
            (None, Some(debug)) => (debug, None),
            (None, None) => return failure,
        };
        let supplementary = self.supplementary_of(debug.as_ref().unwrap_or(&image));
        ModuleSearch::Found(ModuleFiles {
            image: boxed(image.bytes),
            debug: debug.map(|debug| boxed(debug.bytes)),
            supplementary: supplementary.map(|file| boxed(file.bytes)),
        })
    }
}

impl LocalModules {
    fn in_folders(&self, path: &Path, build_id: Option<&str>) -> Vec<PathBuf> {
        let inside: PathBuf = path
            .components()
            .filter(|part| matches!(part, Component::Normal(_)))
            .collect();
        let mut places = Vec::new();
        for folder in &self.folders {
            places.extend(build_id.map(|id| by_build_id(folder, id).with_extension("")));
            places.extend(build_id.map(|id| by_build_id(folder, id)));
            if let Some(name) = inside.file_name() {
                let mut debug_name = name.to_owned();
                debug_name.push(".debug");
                places.push(folder.join(name));
                places.push(folder.join(&inside));
                places.push(folder.join(debug_name));
            }
        }
        places
    }

    /// The separate debug file of a stripped one: by its build id, else by the name and checksum it gives (`.gnu_debuglink`),
    /// where gdb looks too: <https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html>.
    fn debug_file_of(&self, image: &Candidate, recorded: &Path) -> Option<Candidate> {
        let mut places = Vec::new();
        if let Some(id) = image
            .identity
            .build_id
            .as_deref()
            .filter(|id| is_build_id(id))
        {
            let roots = self.folders.iter().chain([&self.system_debug]);
            places.extend(roots.map(|root| by_build_id(root, id)));
        }
        if let Some(link) = &image.identity.debug_link {
            places.extend(
                self.folders
                    .iter()
                    .map(|folder| folder.join(&link.file_name)),
            );
            for program in [image.path.as_path(), recorded] {
                let Some(folder) = program.parent() else {
                    continue;
                };
                places.push(folder.join(&link.file_name));
                places.push(folder.join(".debug").join(&link.file_name));
                if let Ok(inside) = folder.strip_prefix("/") {
                    places.push(self.system_debug.join(inside).join(&link.file_name));
                }
            }
        }
        places
            .into_iter()
            .filter_map(|place| Candidate::open(place)?.ok())
            .find(|debug| debug.is_debug_file_of(image))
    }

    /// The file that `dwz` moved shared parts of DWARF to (Debian's and Fedora's debug packages).
    fn supplementary_of(&self, debug: &Candidate) -> Option<Candidate> {
        let (link, id) = debug.identity.alternate_link.as_ref()?;
        let beside = debug.path.parent().unwrap_or(Path::new("/"));
        let mut places = vec![beside.join(link)];
        if is_build_id(id) {
            let roots = self.folders.iter().chain([&self.system_debug]);
            places.extend(roots.map(|root| by_build_id(root, id)));
        }
        places.extend(
            Path::new(link)
                .file_name()
                .map(|name| self.system_debug.join(".dwz").join(name)),
        );
        places
            .into_iter()
            .filter_map(|place| Candidate::open(place)?.ok())
            .find(|file| file.identity.build_id.as_ref() == Some(id))
    }
}

impl Candidate {
    /// `None` where there is no such file.
    fn open(path: PathBuf) -> Option<Result<Candidate, Unreadable>> {
        let bytes = map_file(&path)?;
        Some(ElfIdentity::read(&bytes).map(|identity| Candidate {
            path,
            bytes,
            identity,
        }))
    }

    fn is_debug_file_of(&self, image: &Candidate) -> bool {
        if !self.identity.has_dwarf && !self.identity.has_symbols {
            return false;
        }
        match (&image.identity.build_id, &image.identity.debug_link) {
            (Some(id), _) => self.identity.build_id.as_ref() == Some(id),
            (None, Some(link)) => {
                let mut crc = Crc::new();
                crc.update(&self.bytes);
                crc.sum() == link.crc32
            }
            (None, None) => false,
        }
    }
}

fn boxed(bytes: Mmap) -> ImageBytes {
    Box::new(bytes)
}

/// `id` is a build id, so that it cannot lead out of the folder.
fn by_build_id(root: &Path, id: &str) -> PathBuf {
    let (first, rest) = id.split_at(2);
    root.join(".build-id")
        .join(first)
        .join(format!("{rest}.debug"))
}
