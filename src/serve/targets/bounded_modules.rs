//! Names for addresses, in bounded memory.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::load::LocalModules;
use crate::serve::bounds::TARGET_MODULE_BYTES;
use crate::symbolize::{ImageBytes, ModuleFiles, ModuleSearch, ModuleSource, WantedModule};
use crate::units::Bytes;

/// Looks for object files on this machine as the commands do, and takes them up to a number of bytes. Of what it gives, symbol tables alone are
/// read: what is parsed of debug information is a multiple of what is used of it, and a server has no room for that of a large program.
/// Snapshots that were taken by fabric have their names already, and need none of it.
pub(super) struct BoundedModules {
    modules: LocalModules,
    left: AtomicU64,
}

impl BoundedModules {
    pub(super) fn new() -> BoundedModules {
        BoundedModules {
            modules: LocalModules::new(Vec::new()),
            left: AtomicU64::new(TARGET_MODULE_BYTES),
        }
    }
}

impl ModuleSource for BoundedModules {
    fn find(&self, wanted: &WantedModule<'_>) -> ModuleSearch {
        let found = self.modules.find(wanted);
        let ModuleSearch::Found(files) = &found else {
            return found;
        };
        let bytes = size(files);
        let left = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(bytes)
            });
        match left {
            Ok(_) => found,
            Err(_) => ModuleSearch::Unreadable(format!(
                "a server reads {} of object files for names: judge the folder with `fabric trend`",
                Bytes(TARGET_MODULE_BYTES)
            )),
        }
    }
}

fn size(files: &ModuleFiles) -> u64 {
    let one = |bytes: &ImageBytes| (**bytes).as_ref().len() as u64;
    let beside = [&files.debug, &files.supplementary];
    one(&files.image) + beside.into_iter().flatten().map(one).sum::<u64>()
}
