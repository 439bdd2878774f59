//! The program of this very process, also when another build lies at its path by now.

use std::path::{Path, PathBuf};

use super::build_id::build_id_of_file;
use super::map_file::map_file;
use crate::model::DELETED;
use crate::symbolize::{ModuleFiles, ModuleSearch, ModuleSource, WantedModule};

/// Gives the symbols of the program that this process runs, and of nothing else: libraries are those of the system, and their functions
/// are named wherever the profile is read.
#[derive(Debug)]
pub struct RunningProgram {
    /// As `/proc/self/maps` has it.
    path: PathBuf,
    build_id: Option<String>,
}

/// The kernel opens the file that runs, whatever lies at its path by now.
const PROGRAM: &str = "/proc/self/exe";
impl RunningProgram {
    /// Looks at what this process runs; `None` where `/proc` does not say.
    pub fn find() -> Option<RunningProgram> {
        Some(RunningProgram {
            path: std::fs::read_link(PROGRAM).ok()?,
            build_id: build_id_of_file(Path::new(PROGRAM)),
        })
    }

    fn is_at(&self, path: &str) -> bool {
        let own = self.path.to_string_lossy();
        own.trim_end_matches(DELETED) == path.trim_end_matches(DELETED)
    }
}

impl ModuleSource for RunningProgram {
    fn find(&self, wanted: &WantedModule<'_>) -> ModuleSearch {
        if !self.is_at(wanted.path) {
            return ModuleSearch::Missing;
        }
        match map_file(Path::new(PROGRAM)) {
            Some(image) => ModuleSearch::Found(ModuleFiles {
                image: Box::new(image),
                debug: None,
                supplementary: None,
            }),
            None => ModuleSearch::Missing,
        }
    }

    fn build_id_of(&self, path: &str) -> Option<String> {
        if self.is_at(path) {
            return self.build_id.clone();
        }
        // What was replaced since has another build at its path; the kernel says so in the list of mappings.
        let is_there = path.starts_with('/') && !path.ends_with(DELETED);
        is_there.then(|| build_id_of_file(Path::new(path)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_itself_and_knows_the_builds_of_its_libraries() {
        let Some(own) = RunningProgram::find() else {
            panic!("/proc is there");
        };
        let path = own.path.to_string_lossy().into_owned();
        let found = |path: &str| {
            let wanted = WantedModule { path, build_id: "" };
            matches!(own.find(&wanted), ModuleSearch::Found(_))
        };
        assert!(found(&path));
        assert!(found(&format!("{path} (deleted)")));
        assert!(!found("/usr/lib/libc.so.6"));
        assert!(own.build_id_of(&path).is_some());
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let libc = maps
            .lines()
            .filter_map(|line| line.split_whitespace().nth(5))
            .find(|path| path.contains("libc.so"));
        assert!(libc.is_some_and(|path| own.build_id_of(path).is_some()));
        assert_eq!(own.build_id_of("/usr/bin/gone (deleted)"), None);
        assert_eq!(own.build_id_of("[heap]"), None);
    }
}
