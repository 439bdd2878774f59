//! Can this profile be trusted? What is odd about it, as notes.

use crate::model::{Measure, Profile, Sampling, Unit, ValueIndex};
use crate::notes::{NoteKind, Notes};

use super::blame::Blame;
use super::frame_filter::View;
use super::sampling_error;

/// Below this many sampled objects a total is uncertain by more than a fifth.
const FEW_SAMPLES: f64 = 25.0;

/// What is known about the precision and completeness of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// How many objects were sampled, where that can be told.
    pub sampled_objects: Option<f64>,
    /// Locations on stacks.
    pub locations: usize,
    /// Locations without a name.
    pub unnamed_locations: usize,
    /// Bytes in use on stacks with an unnamed frame.
    pub unnamed_bytes: u64,
    /// What is odd.
    pub notes: Notes,
}

/// Standard error that sampling leaves in the sum of one value over what a filter lets through; nothing where every allocation
/// was recorded, or the precision is not known.
pub fn standard_error(view: &View<'_>, value: ValueIndex) -> Option<f64> {
    let profile = view.profile();
    let variances = sampling_error::row_variances(profile, value)
        .filter(|_| profile.origin().sampling != Sampling::Exact)?;
    let sum: f64 = view.samples().map(|sample| variances[sample.row]).sum();
    Some(sum.sqrt())
}

/// Examines a profile.
pub fn examine(profile: &Profile) -> Health {
    let mut notes = Notes::default();
    let inuse = profile.value_of(Measure::InUse, Unit::Bytes);
    let objects = profile.value_of(Measure::InUse, Unit::Objects);
    let period = profile.origin().sampling.period();
    let sampled_objects = match (inuse, period) {
        (Some(bytes), Some(period)) => Some(
            profile
                .samples()
                .map(|sample| {
                    let objects = objects.map_or(0, |index| profile.values(index)[sample.row]);
                    sampling_error::sampled_objects(
                        profile.values(bytes)[sample.row],
                        objects,
                        period as f64,
                    )
                })
                .sum::<f64>(),
        ),
        _ => None,
    };
    if let Some(sampled) = sampled_objects.filter(|&sampled| sampled < FEW_SAMPLES)
        && profile.sample_count() > 0
    {
        notes.add(NoteKind::FewSamples, || format!("about {sampled:.0}"));
    }
    let unnamed: Vec<bool> = profile
        .locations()
        .map(|(_, location)| location.frames.is_empty())
        .collect();
    let has_unnamed = |stack| {
        profile
            .stack(stack)
            .iter()
            .any(|location| unnamed[location.index()])
    };
    let values = inuse.map(|index| profile.values(index));
    let value = |row: usize| values.map_or(0, |values| values[row]);
    let unnamed_bytes = profile
        .samples()
        .filter(|sample| has_unnamed(sample.stack))
        .map(|sample| value(sample.row))
        .sum();
    let view = View::whole(profile);
    let blame = Blame::new(&view);
    let total: u64 = inuse.map_or(0, |index| profile.total(index));
    let allocator_only: u64 = profile
        .samples()
        .filter(|sample| blame.is_allocator_only(sample.stack))
        .map(|sample| value(sample.row))
        .sum();
    if total > 0 && allocator_only as f64 > 0.9 * total as f64 {
        notes.add(NoteKind::OnlyAllocatorFrames, String::new);
    }
    Health {
        sampled_objects,
        locations: unnamed.len(),
        unnamed_locations: unnamed.iter().filter(|&&unnamed| unnamed).count(),
        unnamed_bytes,
        notes,
    }
}
