//! Pairs the stacks of two profiles by the strictest identity both sides have.

use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};

use crate::analysis::stack_values::StackValues;
use crate::model::{Profile, StackId};

use super::Comparability;
use crate::analysis::halves::{self, on_both_cores};
use crate::analysis::same_process::{self, SameProcess};
use crate::analysis::stack_key::{IdentityTier, StackKeys};

/// Stacks that are the same, and those that only one side has.
#[derive(Debug)]
pub(super) struct Matched {
    pub(super) pairs: Vec<Pair>,
    pub(super) comparability: Comparability,
}

/// One stack on both sides, or on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) before: Option<StackId>,
    pub(super) after: Option<StackId>,
}

/// Pairs stacks tier by tier; what one tier leaves is tried by the next.
pub(super) fn match_stacks(before: &StackValues<'_, '_>, after: &StackValues<'_, '_>) -> Matched {
    let hasher = DefaultHashBuilder::default();
    let mut left: Vec<StackId> = before.stacks().collect();
    let mut right: Vec<StackId> = after.stacks().collect();
    let mut partner = vec![None; after.view().profile().stacks().len()];
    let mut matched = Vec::new();
    let (mut known_left, mut known_right) = (Vec::new(), Vec::new());
    let mut last_tier = None;
    let (all_left, all_right) = (left.clone(), right.clone());
    for &tier in tiers(before.view().profile(), after.view().profile()) {
        if left.is_empty() || right.is_empty() {
            break;
        }
        let keys = (
            keys(before, tier, &hasher, &left),
            keys(after, tier, &hasher, &right),
        );
        let found = join(&keys.0, &keys.1);
        if found.is_empty() {
            continue;
        }
        let mut value = 0u64;
        let mut taken = vec![false; left.len()];
        for (left_at, right_at) in found {
            let (first, second) = (left[left_at as usize], right[right_at as usize]);
            taken[left_at as usize] = true;
            partner[second.index()] = Some(first);
            value += before.value(first) + after.value(second);
        }
        let mut at = 0;
        let mut keys_left = Vec::new();
        left.retain(|_| {
            at += 1;
            if !taken[at - 1] {
                keys_left.push(keys.0[at - 1]);
            }
            !taken[at - 1]
        });
        let mut keys_right = Vec::new();
        let mut at = 0;
        right.retain(|stack| {
            at += 1;
            let alone = partner[stack.index()].is_none();
            if alone {
                keys_right.push(keys.1[at - 1]);
            }
            alone
        });
        // Several stacks of one side may look the same: frames are hidden, by the user or by the profiler. One of them was
        // paired; the others are no strangers, and stay beside it in the rows.
        value += set_known_aside(before, &mut left, &keys_left, &keys.1, &mut known_left);
        value += set_known_aside(after, &mut right, &keys_right, &keys.0, &mut known_right);
        last_tier = Some(tier);
        matched.push((tier, value));
    }
    let sum = |side: &StackValues<'_, '_>, stacks: &[StackId]| -> u64 {
        stacks.iter().map(|&stack| side.value(stack)).sum()
    };
    let (unmatched_before, unmatched_after) = (sum(before, &left), sum(after, &right));
    // In the order of the second profile and never in that of a hash, so that sums of floating point numbers, and with them the
    // last digits of an output, are the same in every run.
    let mut pairs: Vec<Pair> = after
        .stacks()
        .map(|stack| Pair {
            before: partner[stack.index()],
            after: Some(stack),
        })
        .collect();
    let counters = pairs.iter().filter_map(|pair| {
        Some((
            before.allocated(pair.before?)?,
            after.allocated(pair.after?)?,
        ))
    });
    let profiles = (before.view().profile(), after.view().profile());
    let mut same_process = same_process::same_process(profiles.0, profiles.1, counters);
    if let (false, Some(tier)) = (same_process.is_yes(), last_tier) {
        // Counters of stacks that look the same can only be compared together.
        let left = counters_by_key(before, &all_left, tier, &hasher);
        let right = counters_by_key(after, &all_right, tier, &hasher);
        let counters = left
            .iter()
            .filter_map(|(key, &sum)| Some((sum, *right.get(key)?)));
        same_process = same_process::same_process(profiles.0, profiles.1, counters);
    }
    let refusal = refusal(before, after, &same_process, matched.is_empty());
    pairs.extend(left.into_iter().chain(known_left).map(|stack| Pair {
        before: Some(stack),
        after: None,
    }));
    Matched {
        pairs,
        comparability: Comparability {
            identity: matched.iter().map(|&(tier, _)| tier).max(),
            matched,
            unmatched_before,
            unmatched_after,
            same_process,
            refusal,
        },
    }
}

/// The tiers worth trying. In one build, offsets tell two calls on different lines apart and never confuse them, so
/// names are asked only where there are no offsets. Between builds offsets mean nothing.
fn tiers(before: &Profile, after: &Profile) -> &'static [IdentityTier] {
    use IdentityTier::{BuildAndOffset, FunctionFileLine, FunctionPath};
    let has_offsets = |profile: &Profile| {
        profile
            .locations()
            .all(|(_, location)| location.address.is_some() && location.mapping.is_some())
    };
    let build_ids = |profile: &Profile| {
        profile.mappings().first().map(|mapping| {
            (
                profile.text(mapping.build_id).to_owned(),
                profile.text(mapping.path).to_owned(),
            )
        })
    };
    let same_build = match (build_ids(before), build_ids(after)) {
        (Some((a, _)), Some((b, _))) if !a.is_empty() && !b.is_empty() => a == b,
        _ => false,
    };
    let named = |profile: &Profile| !profile.functions().is_empty();
    if same_build && has_offsets(before) && has_offsets(after) {
        &[BuildAndOffset]
    } else if named(before) && named(after) {
        &[FunctionFileLine, FunctionPath]
    } else {
        // One side without names: only offsets are left, in files recognised by name where they have no build id.
        &[BuildAndOffset]
    }
}

/// Moves stacks whose key the other side has from `unmatched` to `known`; their value together.
fn set_known_aside(
    side: &StackValues<'_, '_>,
    unmatched: &mut Vec<StackId>,
    keys: &[u64],
    others: &[u64],
    known: &mut Vec<StackId>,
) -> u64 {
    // The few that are left are put into a set, and not the many of the other side.
    let wanted: HashSet<u64> = keys.iter().copied().collect();
    let shared: HashSet<u64> = others
        .iter()
        .copied()
        .filter(|key| wanted.contains(key))
        .collect();
    let mut value = 0;
    let mut at = 0;
    unmatched.retain(|&stack| {
        at += 1;
        let is_known = shared.contains(&keys[at - 1]);
        if is_known {
            value += side.value(stack);
            known.push(stack);
        }
        !is_known
    });
    value
}

/// Allocations so far by key.
fn counters_by_key(
    side: &StackValues<'_, '_>,
    stacks: &[StackId],
    tier: IdentityTier,
    hasher: &DefaultHashBuilder,
) -> HashMap<u64, u64> {
    let mut sums = HashMap::with_capacity(stacks.len());
    for (&stack, key) in stacks.iter().zip(keys(side, tier, hasher, stacks)) {
        *sums.entry(key).or_insert(0) += side.allocated(stack).unwrap_or(0);
    }
    sums
}

/// The positions of equal keys on the two sides, each position at most once.
fn join(left: &[u64], right: &[u64]) -> Vec<(u32, u32)> {
    let halves = on_both_cores(|half| {
        let mut index: HashTable<u32> = HashTable::with_capacity(left.len() / 2);
        for (position, &key) in (0u32..).zip(left) {
            if half.has(key) {
                index.insert_unique(key, position, |&other| left[other as usize]);
            }
        }
        let mut found = Vec::with_capacity(right.len().min(left.len()) / 2);
        for (position, &key) in (0u32..).zip(right) {
            if !half.has(key) {
                continue;
            }
            if let Ok(entry) = index.find_entry(key, |&other| left[other as usize] == key) {
                found.push((entry.remove().0, position));
            }
        }
        found
    });
    halves.concat()
}

fn keys(
    side: &StackValues<'_, '_>,
    tier: IdentityTier,
    hasher: &DefaultHashBuilder,
    stacks: &[StackId],
) -> Vec<u64> {
    let keys = StackKeys::new(side.view(), tier, hasher);
    let profile = side.view().profile();
    halves::map(stacks, |&stack| keys.key(profile.stack(stack)))
}

/// Raw addresses of two processes mean nothing to each other: better no answer than a wall of false news.
fn refusal(
    before: &StackValues<'_, '_>,
    after: &StackValues<'_, '_>,
    same_process: &SameProcess,
    nothing_matched: bool,
) -> Option<String> {
    let raw_share = |side: &StackValues<'_, '_>| {
        let profile = side.view().profile();
        let raw: u64 = side
            .stacks()
            .filter(|&stack| {
                profile.stack(stack).iter().any(|&location| {
                    let location = profile.location(location);
                    location.mapping.is_none()
                        && location.frames.is_empty()
                        && location.address.is_some()
                })
            })
            .map(|stack| side.value(stack))
            .sum();
        raw as f64 / side.total().max(1) as f64
    };
    let has_both = before.total() > 0 && after.total() > 0;
    if has_both && nothing_matched && !same_process.is_yes() {
        if raw_share(before).max(raw_share(after)) > 0.1 {
            return Some(
                "the stacks are raw addresses without names or mappings, and addresses of two processes \
                 cannot be compared"
                    .to_owned(),
            );
        }
        return Some("the two profiles have no stack in common".to_owned());
    }
    None
}
