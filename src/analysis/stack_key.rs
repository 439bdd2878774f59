//! The identity of a stack across profiles.
//!
//! Addresses differ between two runs (address space randomization) and offsets between two builds, names hardly ever. So
//! there are tiers, and a stack is matched by the strictest that both sides have.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use crate::model::{AddressSpace, Frame, LocationId, Mapping, Profile};

use super::frame_class;
use super::frame_filter::View;

/// How stacks are recognised, from the strictest to the loosest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityTier {
    /// Same build, same offset in it.
    BuildAndOffset,
    /// Same function, file and line. Unnamed frames by mapped file and offset.
    FunctionFileLine,
    /// Same function, with what the compiler adds to its name taken off.
    FunctionPath,
}

impl IdentityTier {
    /// The stable short name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            IdentityTier::BuildAndOffset => "build-id+offset",
            IdentityTier::FunctionFileLine => "function+file+line",
            IdentityTier::FunctionPath => "function",
        }
    }
}

/// Multiplier of the polynomial over frames: odd, with well mixed bits (the golden ratio in 64 bits).
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Keys of the stacks of one profile. Keys of two profiles can be compared if they were made with the same hasher and tier.
///
/// A key is a polynomial over the hashes of the frames, so that a location with inlined frames contributes the same whether or
/// not the other side saw the inlining, and a stack costs one multiplication for each location.
#[derive(Debug)]
pub struct StackKeys<'v, 'p> {
    view: &'v View<'p>,
    /// For each location: the polynomial over its frames, and the multiplier to the power of their number.
    locations: Vec<(u64, u64)>,
}

impl<'v, 'p> StackKeys<'v, 'p> {
    /// The keys of `tier`.
    pub fn new(view: &'v View<'p>, tier: IdentityTier, hasher: &DefaultHashBuilder) -> Self {
        let profile = view.profile();
        let functions: Vec<u64> = match tier {
            IdentityTier::BuildAndOffset => Vec::new(),
            IdentityTier::FunctionFileLine => profile
                .functions()
                .iter()
                .map(|function| {
                    hasher.hash_one((profile.text(function.name), profile.text(function.file)))
                })
                .collect(),
            IdentityTier::FunctionPath => profile
                .functions()
                .iter()
                .map(|function| {
                    let name = normalized(profile.text(function.name));
                    hasher.hash_one(name.as_ref())
                })
                .collect(),
        };
        let frame_key = |frame: Frame| match tier {
            IdentityTier::FunctionFileLine => {
                hasher.hash_one((functions[frame.function.index()], frame.line))
            }
            _ => functions[frame.function.index()],
        };
        let locations = profile
            .locations()
            .map(|(id, location)| {
                if tier == IdentityTier::BuildAndOffset || location.frames.is_empty() {
                    let seen = view.frames(id).next().is_some();
                    return if seen {
                        (address_key(profile, id, tier, hasher), MULTIPLIER)
                    } else {
                        (0, 1)
                    };
                }
                view.frames(id)
                    .flatten()
                    .fold((0u64, 1u64), |(key, power), frame| {
                        (
                            key.wrapping_mul(MULTIPLIER).wrapping_add(frame_key(frame)),
                            power.wrapping_mul(MULTIPLIER),
                        )
                    })
            })
            .collect();
        StackKeys { view, locations }
    }

    /// The key of a run of locations.
    #[inline]
    pub fn key(&self, stack: &[LocationId]) -> u64 {
        stack.iter().fold(0u64, |key, location| {
            let (polynomial, power) = self.locations[location.index()];
            key.wrapping_mul(power).wrapping_add(polynomial)
        })
    }

    /// The view whose stacks these keys are for.
    pub fn view(&self) -> &'v View<'p> {
        self.view
    }
}

/// What stands for a location without names.
fn address_key(
    profile: &Profile,
    id: LocationId,
    tier: IdentityTier,
    hasher: &DefaultHashBuilder,
) -> u64 {
    let location = profile.location(id);
    let mapping = location.mapping.map(|id| profile.mapping(id));
    match (mapping, location.address) {
        (Some(mapping), Some(address)) => {
            hasher.hash_one((module_identity(profile, mapping), offset(mapping, address)))
        }
        // A raw address: the same only within one process.
        (None, Some(address)) => hasher.hash_one(("raw", address)),
        // No address at all, as in folded stacks: only names are left, in every tier.
        (_, None) => location.frames.iter().fold(0u64, |key, frame| {
            let function = profile.function(frame.function);
            let line = if tier == IdentityTier::FunctionPath {
                0
            } else {
                frame.line
            };
            let frame = hasher.hash_one((
                profile.text(function.name),
                profile.text(function.file),
                line,
            ));
            key.wrapping_mul(MULTIPLIER).wrapping_add(frame)
        }),
    }
}

/// The build id where it is known, else the file name: directories differ between machines.
pub fn module_identity<'p>(profile: &'p Profile, mapping: &Mapping) -> &'p str {
    match profile.text(mapping.build_id) {
        "" => file_name(profile.text(mapping.path)),
        build_id => build_id,
    }
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The offset of an address in its file: of the byte for addresses of the process, of the linker for addresses of the file.
pub fn offset(mapping: &Mapping, address: u64) -> u64 {
    match mapping.addresses {
        AddressSpace::Process => address
            .wrapping_sub(mapping.start)
            .wrapping_add(mapping.file_offset),
        AddressSpace::File => address,
    }
}

/// A function name without what compilers add and change between builds: Rust hashes, closure numbers, C++ clones,
/// Go shapes and closure numbers.
pub fn normalized(name: &str) -> std::borrow::Cow<'_, str> {
    let mut text = std::borrow::Cow::Borrowed(name);
    // Rust: `path::function::h0123456789abcdef`.
    if let Some((path, hash)) = text.rsplit_once("::h")
        && hash.len() == 16
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        text = path.to_owned().into();
    }
    // Rust: `{{closure}}` and `{closure#0}`; inside, only the number changes.
    while let Some(start) = text.find("{closure#") {
        let Some(length) = text[start..].find('}') else {
            break;
        };
        text = format!(
            "{}{{{{closure}}}}{}",
            &text[..start],
            &text[start + length + 1..]
        )
        .into();
    }
    // GCC and LLVM clones: `function.constprop.0`, `.part.3`, `.isra.0`, `.cold`, `.llvm.123`.
    for clone in [
        ".constprop.",
        ".part.",
        ".isra.",
        ".cold",
        ".llvm.",
        ".lto_priv.",
    ] {
        if let Some(at) = text.find(clone)
            && at > 0
        {
            text = text[..at].to_owned().into();
        }
    }
    if frame_class::go_package(name, "").is_some() {
        // Go: `pkg.Map[...]`, `pkg.Map[go.shape.int]`; `pkg.F.func1.2`, `pkg.F.gowrap1`.
        if let Some((before, rest)) = text.split_once('[') {
            let after = rest.rsplit_once(']').map_or("", |(_, after)| after);
            text = format!("{before}[...]{after}").into();
        }
        while let Some((before, last)) = text.rsplit_once('.') {
            let number = last
                .strip_prefix("func")
                .or_else(|| last.strip_prefix("gowrap"))
                .unwrap_or(last);
            if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                break;
            }
            // One closure mark stands for any number of levels.
            text = before.to_owned().into();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compilers_add_to_names_is_taken_off() {
        let check = |name: &str, expected: &str| assert_eq!(normalized(name), expected);
        check("app::run::h0123456789abcdef", "app::run");
        check(
            "app::run::{closure#3}::{closure#0}",
            "app::run::{{closure}}::{{closure}}",
        );
        check("worker.constprop.0", "worker");
        check("worker.part.3.isra.0", "worker");
        check("main.serve.func1.2", "main.serve");
        check("maps.Keys[go.shape.string,int]", "maps.Keys[...]");
        check("github.com/a/b.(*T).M", "github.com/a/b.(*T).M");
        check(
            "std::map<int, int>::operator[](int const&)",
            "std::map<int, int>::operator[](int const&)",
        );
    }
}
