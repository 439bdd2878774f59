//! The identity of a stack across profiles.
//!
//! Addresses differ between two runs (address space randomization) and offsets between two builds, names hardly ever. So
//! there are tiers, and a stack is matched by the strictest that both sides have.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use crate::model::{Frame, LocationId, Mapping, Profile, StackId};

use super::call_path::Blame;
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
pub struct StackKeys {
    locations: Vec<Polynomial>,
}

/// The polynomial over the frames of a location, and the multiplier to the power of their number.
#[derive(Debug, Clone, Copy)]
struct Polynomial {
    value: u64,
    power: u64,
}

impl Polynomial {
    const EMPTY: Polynomial = Polynomial { value: 0, power: 1 };

    #[inline]
    fn then(self, next: Polynomial) -> Polynomial {
        Polynomial {
            value: self.value.wrapping_mul(next.power).wrapping_add(next.value),
            power: self.power.wrapping_mul(next.power),
        }
    }

    fn frame(key: u64) -> Polynomial {
        Polynomial {
            value: key,
            power: MULTIPLIER,
        }
    }
}

/// Keys of call paths: of the part of a stack from the frame to blame to the root, by function names.
#[derive(Debug)]
pub struct PathKeys<'b, 'v, 'p> {
    blame: &'b Blame<'v, 'p>,
    stacks: StackKeys,
    /// For each location, the polynomial over the frames it shows where a path begins with it.
    first: Vec<Polynomial>,
}

impl StackKeys {
    /// The keys of `tier`.
    pub fn new(view: &View<'_>, tier: IdentityTier, hasher: &DefaultHashBuilder) -> StackKeys {
        StackKeys::with_frames(view, &FrameKeys::new(view.profile(), tier, hasher))
    }

    fn with_frames(view: &View<'_>, frames: &FrameKeys<'_>) -> StackKeys {
        let FrameKeys { tier, hasher, .. } = *frames;
        let profile = view.profile();
        let locations = profile
            .locations()
            .map(|(id, location)| {
                if tier == IdentityTier::BuildAndOffset || location.frames.is_empty() {
                    return match view.frames(id).next() {
                        Some(_) => Polynomial::frame(address_key(profile, id, tier, hasher)),
                        None => Polynomial::EMPTY,
                    };
                }
                frames.polynomial(view.frames(id))
            })
            .collect();
        StackKeys { locations }
    }

    /// The key of a run of locations.
    #[inline]
    pub fn key(&self, stack: &[LocationId]) -> u64 {
        self.continued(Polynomial::EMPTY, stack)
    }

    #[inline]
    fn continued(&self, start: Polynomial, stack: &[LocationId]) -> u64 {
        stack
            .iter()
            .fold(start, |key, location| {
                key.then(self.locations[location.index()])
            })
            .value
    }
}

impl<'b, 'v, 'p> PathKeys<'b, 'v, 'p> {
    /// The keys of all paths of a view.
    pub fn new(
        view: &View<'_>,
        blame: &'b Blame<'v, 'p>,
        hasher: &DefaultHashBuilder,
    ) -> PathKeys<'b, 'v, 'p> {
        let frames = FrameKeys::new(view.profile(), IdentityTier::FunctionPath, hasher);
        let stacks = StackKeys::with_frames(view, &frames);
        let first = view
            .profile()
            .locations()
            .map(|(id, location)| match location.frames {
                [] => stacks.locations[id.index()],
                _ => frames.polynomial(blame.first_frames(id)),
            })
            .collect();
        PathKeys {
            blame,
            stacks,
            first,
        }
    }

    /// The key of the path of a stack.
    #[inline]
    pub fn key(&self, stack: StackId) -> u64 {
        match self.blame.path(stack) {
            [] => 0,
            [first, callers @ ..] => self.stacks.continued(self.first[first.index()], callers),
        }
    }
}

/// Keys of the frames of one profile.
#[derive(Debug)]
struct FrameKeys<'h> {
    functions: Vec<u64>,
    tier: IdentityTier,
    hasher: &'h DefaultHashBuilder,
}

impl<'h> FrameKeys<'h> {
    fn new(profile: &Profile, tier: IdentityTier, hasher: &'h DefaultHashBuilder) -> FrameKeys<'h> {
        let functions = match tier {
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
        FrameKeys {
            functions,
            tier,
            hasher,
        }
    }

    fn polynomial(&self, frames: impl Iterator<Item = Option<Frame>>) -> Polynomial {
        frames.flatten().fold(Polynomial::EMPTY, |key, frame| {
            let function = self.functions[frame.function.index()];
            key.then(Polynomial::frame(match self.tier {
                IdentityTier::FunctionFileLine => self.hasher.hash_one((function, frame.line)),
                _ => function,
            }))
        })
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
        (Some(mapping), Some(address)) => hasher.hash_one((
            module_identity(profile, mapping),
            mapping.offset_of(address),
        )),
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

/// A function name without what compilers add and change between builds: Rust hashes, closure numbers, C++ clones,
/// Go shapes and closure numbers.
pub fn normalized(name: &str) -> std::borrow::Cow<'_, str> {
    if frame_class::go_package(name, "").is_some() {
        return normalized_go(name);
    }
    // V8: `(anonymous:L#1:C#1)` in one profile is `(anonymous)` in the next of the same process.
    if let Some(function) = name.strip_prefix("(anonymous:")
        && function.ends_with(')')
    {
        return "(anonymous)".into();
    }
    let mut text = std::borrow::Cow::Borrowed(name);
    // Rust: `path::function::h0123456789abcdef`.
    if let Some((path, hash)) = text.rsplit_once("::h")
        && hash.len() == 16
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        text = path.to_owned().into();
    }
    // Rust: `{{closure}}` and `{closure#0}`; inside, only the number changes.
    // Looking for one byte is many times faster than for a word, and most names have neither.
    while memchr::memchr(b'#', text.as_bytes()).is_some()
        && let Some(start) = text.find("{closure#")
    {
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
    if memchr::memchr(b'.', text.as_bytes()).is_none() {
        return text;
    }
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
    text
}

/// Go: `pkg.Map[...]`, `pkg.Map[go.shape.int]`; `pkg.F.func1.2`, `pkg.F.gowrap1`.
fn normalized_go(name: &str) -> std::borrow::Cow<'_, str> {
    let mut text = std::borrow::Cow::Borrowed(name);
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
        check("(anonymous:L#1:C#1)", "(anonymous)");
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
