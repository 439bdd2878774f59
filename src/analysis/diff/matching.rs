//! Pairs the stacks of two profiles by the strictest identity both sides have.

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::model::{Profile, StackId};

use super::Comparability;
use super::side::Side;
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
pub(super) fn match_stacks(before: &Side<'_, '_>, after: &Side<'_, '_>) -> Matched {
    let hasher = DefaultHashBuilder::default();
    let mut left: Vec<StackId> = before.stacks().collect();
    let mut right: Vec<StackId> = after.stacks().collect();
    let mut pairs = Vec::with_capacity(left.len().max(right.len()));
    let mut matched = Vec::new();
    for &tier in tiers(before.view().profile(), after.view().profile()) {
        if left.is_empty() || right.is_empty() {
            break;
        }
        let value = match_tier(
            before, after, tier, &hasher, &mut left, &mut right, &mut pairs,
        );
        if let Some(value) = value {
            matched.push((tier, value));
        }
    }
    let sum = |side: &Side<'_, '_>, stacks: &[StackId]| -> u64 {
        stacks.iter().map(|&stack| side.value(stack)).sum()
    };
    let (unmatched_before, unmatched_after) = (sum(before, &left), sum(after, &right));
    let counters = pairs.iter().filter_map(|pair: &Pair| {
        Some((
            before.allocated(pair.before?)?,
            after.allocated(pair.after?)?,
        ))
    });
    let same_process =
        same_process::same_process(before.view().profile(), after.view().profile(), counters);
    let refusal = refusal(before, after, &same_process, matched.is_empty());
    pairs.extend(left.into_iter().map(|stack| Pair {
        before: Some(stack),
        after: None,
    }));
    pairs.extend(right.into_iter().map(|stack| Pair {
        before: None,
        after: Some(stack),
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

fn match_tier(
    before: &Side<'_, '_>,
    after: &Side<'_, '_>,
    tier: IdentityTier,
    hasher: &DefaultHashBuilder,
    left: &mut Vec<StackId>,
    right: &mut Vec<StackId>,
    pairs: &mut Vec<Pair>,
) -> Option<u64> {
    let (left_keys, right_keys) = std::thread::scope(|scope| {
        let first = scope.spawn(|| keys(before, tier, hasher, left));
        let second = keys(after, tier, hasher, right);
        (
            first
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            second,
        )
    });
    // Two stacks of one side may have one key in a loose tier: they are kept as a chain, and all of them are matched with all of
    // the other side, the first with the first and the others alone on their side of the same row.
    let mut index: HashTable<u32> = HashTable::with_capacity(left.len());
    for (position, &key) in (0u32..).zip(&left_keys) {
        index.insert_unique(key, position, |&other| left_keys[other as usize]);
    }
    let mut taken = vec![false; left.len()];
    let mut value = 0u64;
    let mut found_any = false;
    let mut unmatched = Vec::new();
    for (&stack, &key) in right.iter().zip(&right_keys) {
        let found = index.find_entry(key, |&other| left_keys[other as usize] == key);
        match found {
            Ok(entry) => {
                let (position, _) = entry.remove();
                let partner = left[position as usize];
                taken[position as usize] = true;
                found_any = true;
                value += before.value(partner) + after.value(stack);
                pairs.push(Pair {
                    before: Some(partner),
                    after: Some(stack),
                });
            }
            Err(_) => unmatched.push(stack),
        }
    }
    let mut position = 0;
    left.retain(|_| {
        position += 1;
        !taken[position - 1]
    });
    *right = unmatched;
    found_any.then_some(value)
}

fn keys(
    side: &Side<'_, '_>,
    tier: IdentityTier,
    hasher: &DefaultHashBuilder,
    stacks: &[StackId],
) -> Vec<u64> {
    let keys = StackKeys::new(side.view(), tier, hasher);
    let profile = side.view().profile();
    stacks
        .iter()
        .map(|&stack| keys.key(profile.stack(stack)))
        .collect()
}

/// Raw addresses of two processes mean nothing to each other: better no answer than a wall of false news.
fn refusal(
    before: &Side<'_, '_>,
    after: &Side<'_, '_>,
    same_process: &SameProcess,
    nothing_matched: bool,
) -> Option<String> {
    let raw_share = |side: &Side<'_, '_>| {
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
