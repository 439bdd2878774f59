//! The identity of a stack across profiles.
//!
//! Addresses differ between two runs (address space randomization) and offsets between two builds, names hardly ever. So
//! there are tiers, and a stack is matched by the strictest that both sides have.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use crate::model::{Frame, LocationId, Mapping, Profile, StackId};

use super::blame::Blame;
use super::frame_filter::View;
use super::lasting_name::lasting_name;

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
pub(super) struct StackKeys {
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
pub(super) struct PathKeys<'b, 'v, 'p> {
    blame: &'b Blame<'v, 'p>,
    stacks: StackKeys,
    /// For each location, the polynomial over the frames it shows where a path begins with it.
    first: Vec<Polynomial>,
}

impl StackKeys {
    /// The keys of `tier`.
    pub(super) fn new(
        view: &View<'_>,
        tier: IdentityTier,
        hasher: &DefaultHashBuilder,
    ) -> StackKeys {
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
    pub(super) fn key(&self, stack: &[LocationId]) -> u64 {
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
    pub(super) fn new(
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
    pub(super) fn key(&self, stack: StackId) -> u64 {
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
                    let name = lasting_name(profile.text(function.name));
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
fn module_identity<'p>(profile: &'p Profile, mapping: &Mapping) -> &'p str {
    match profile.text(mapping.build_id) {
        "" => file_name(profile.text(mapping.path)),
        build_id => build_id,
    }
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
