//! Where the bytes of object files come from.

use super::ImageBytes;

/// Finds the object files that belong to the mappings of a profile. `load` has the one that looks on this machine.
pub trait ModuleSource: Sync {
    /// The files of one module. It is asked once for each module and run.
    fn find(&self, wanted: &WantedModule<'_>) -> ModuleSearch;

    /// The build id of what the profiled process has from `path`, as lower-case hexadecimal digits. Only whoever looks at that very
    /// process, while it runs, can know: by now another file may lie there.
    fn build_id_of(&self, _path: &str) -> Option<String> {
        None
    }
}

/// What a profile tells about a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WantedModule<'a> {
    /// Path in the profiled process, as the profile has it; the empty string where it is not known.
    pub path: &'a str,
    /// GNU build id as lower-case hexadecimal digits; the empty string where it is not known.
    pub build_id: &'a str,
}

/// What became of looking for a module.
pub enum ModuleSearch {
    /// Its files.
    Found(ModuleFiles),
    /// There is no file.
    Missing,
    /// There is a file, and it is known to be another build. The text says how that is known.
    Replaced(String),
    /// There is a file, and it is not an object file that can be read. The text says why.
    Unreadable(String),
}

/// The files of one module.
pub struct ModuleFiles {
    /// The program or library itself; where only a separate debug file is there, that one.
    pub image: ImageBytes,
    /// A separate debug file that is known to belong to the image.
    pub debug: Option<ImageBytes>,
    /// The file that several debug files share parts in (`dwz`), which `.gnu_debugaltlink` of the debug file names.
    pub supplementary: Option<ImageBytes>,
}
