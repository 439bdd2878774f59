//! Names that came with the profile and are mangled: made readable, the linker name kept.

use super::demangle::{demangle, is_mangled};
use crate::model::{Frame, Function, FunctionId, Profile, ProfileBuilder};

/// The functions of a profile that get a readable name.
pub(super) struct PresentNames {
    /// By the handle of the function.
    readable: Vec<Option<(String, Function)>>,
}

impl PresentNames {
    /// `None` where no name is mangled, which is the common case.
    pub(super) fn find(profile: &Profile) -> Option<PresentNames> {
        let readable: Vec<_> = profile
            .functions()
            .iter()
            .map(|&function| {
                let name = profile.text(function.name);
                let readable = is_mangled(name).then(|| demangle(name))??;
                Some((readable, function))
            })
            .collect();
        readable
            .iter()
            .any(Option::is_some)
            .then_some(PresentNames { readable })
    }

    /// The same frames with readable functions; `None` where they already are.
    pub(super) fn rename(
        &self,
        builder: &mut ProfileBuilder,
        frames: &[Frame],
    ) -> Option<Vec<Frame>> {
        let readable = |function: FunctionId| self.readable.get(function.index())?.as_ref();
        frames
            .iter()
            .any(|frame| readable(frame.function).is_some())
            .then(|| {
                let renamed = frames.iter().map(|&frame| {
                    let Some((name, function)) = readable(frame.function) else {
                        return frame;
                    };
                    // What was the name is the linker name, unless the profile has one.
                    let name = builder.string(name);
                    let function = builder.function(Function { name, ..*function });
                    Frame { function, ..frame }
                });
                renamed.collect()
            })
    }
}
