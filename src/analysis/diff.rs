//! Two profiles -> what appeared, grew, shrank and vanished, and whether it is more than sampling noise.
//!
//! Stacks of the two sides are paired by the strictest identity both have, pairs are put together to rows, and each row is tested
//! against the noise of the sampling. Both sides are kept: a row that appeared is not a row that grew.

mod matching;
mod names;
mod noise_model;
mod paths;
mod row;

use crate::model::{Measure, Profile, Unit, ValueIndex};
use crate::notes::{NoteKind, Notes};
use crate::units::Bytes;

use super::call_path::PathFrame;
use super::frame_filter::FrameFilter;
use super::granularity::Granularity;
use super::same_process::SameProcess;
use super::significance::{self, Evidence};
use super::stack_key::IdentityTier;
use super::stack_values::StackValues;
use super::value_choice::{self, NoSuchValue};
use super::verdict::{self, Assessment};

pub use row::{Presence, Rest, Row};

/// What to compare and how.
#[derive(Debug, Clone)]
pub struct DiffOptions {
    /// The value type, by name; bytes in use if none is asked for.
    pub sample_index: Option<String>,
    /// What a row is.
    pub by: Granularity,
    /// How many rows to keep; the rest is summed up.
    pub top: usize,
    /// What to see of the stacks.
    pub filter: FrameFilter,
    /// Whether to scale the second profile to the total of the first.
    pub normalize: bool,
}

impl Default for DiffOptions {
    fn default() -> DiffOptions {
        DiffOptions {
            sample_index: None,
            by: Granularity::Stack,
            top: 25,
            filter: FrameFilter::default(),
            normalize: false,
        }
    }
}

/// Two profiles cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// They count different things.
    #[error(
        "the two profiles have no value type in common: the first has {before}, the second has {after}"
    )]
    NoCommonValue {
        /// Value types of the first.
        before: String,
        /// Value types of the second.
        after: String,
    },
    /// One of them does not have the value type that was asked for.
    #[error("{side} profile: {cause}")]
    NoSuchValue {
        /// `first` or `second`.
        side: &'static str,
        /// What is wrong.
        cause: NoSuchValue,
    },
}

/// What changed between two profiles.
#[derive(Debug, Clone)]
pub struct Diff {
    /// Name of the value type that was compared.
    pub value_name: String,
    /// Whether the values are bytes.
    pub is_bytes: bool,
    /// Whether the value counts allocations so far, freed or not: it only grows.
    pub is_cumulative: bool,
    /// The granularity of `rows`.
    pub by: Granularity,
    /// Everything together.
    pub total: Change,
    /// The rows that changed most, significant ones first.
    pub rows: Vec<Row>,
    /// What the rows left out amount to.
    pub rest: Rest,
    /// The call paths that grew significantly, largest growth first, whatever `by` is: what the verdict is about.
    pub suspects: Vec<Suspect>,
    /// How the two could be compared.
    pub comparability: Comparability,
    /// Milliseconds from the first to the second, where both tell their time.
    pub duration_ms: Option<i64>,
    /// The smallest growth of a new call path that would be found with 90 % chance; nothing where the precision is not known.
    pub minimum_detectable: Option<u64>,
    /// The verdict.
    pub assessment: Assessment,
    /// Why, each a sentence.
    pub evidence: Vec<String>,
    /// What to do next, each a sentence.
    pub recommendations: Vec<String>,
    /// What was remarked on both profiles and on the comparison.
    pub notes: Notes,
}

/// A value on both sides, with what is known about the difference.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Change {
    /// In the first profile.
    pub before: u64,
    /// In the second profile.
    pub after: u64,
    /// Standard error of the difference; nothing where the precision is not known.
    pub standard_error: Option<f64>,
    /// The smallest it can be: in one process, without churn. Nothing where only one figure is known.
    pub standard_error_low: Option<f64>,
    /// Two-sided p-value of the difference.
    pub p_value: Option<f64>,
    /// The same memory in objects, before and after, where both profiles count them.
    pub objects: Option<(u64, u64)>,
}

impl Change {
    /// `after - before`.
    pub fn delta(&self) -> i64 {
        // Both fit i64: the model checks the sums.
        self.after as i64 - self.before as i64
    }
}

/// A call path that grew significantly.
#[derive(Debug, Clone)]
pub struct Suspect {
    /// The frames, from the one to blame to the root.
    pub frames: Vec<PathFrame>,
    /// Its values.
    pub change: Change,
    /// q-value among all call paths.
    pub q_value: f64,
    /// What it allocated between the profiles, where the profiles count allocations.
    pub allocated: Option<u64>,
    /// Share of what it allocated in between that is still in use, at most 1; nothing where allocations are not counted.
    pub survival: Option<f64>,
    /// Whether it behaves like a leak in everything two profiles can show.
    pub never_freed: bool,
}

/// How two profiles could be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparability {
    /// The loosest identity by which at least one stack was matched; nothing where none was.
    pub identity: Option<IdentityTier>,
    /// Value matched by each tier, of both sides together.
    pub matched: Vec<(IdentityTier, u64)>,
    /// Value of stacks that only the first profile has.
    pub unmatched_before: u64,
    /// Value of stacks that only the second profile has.
    pub unmatched_after: u64,
    /// Whether they are of the same process.
    pub same_process: SameProcess,
    /// Why they cannot be compared at all, if so.
    pub refusal: Option<String>,
}

/// Compares two profiles, the older one first.
///
/// # Errors
/// They have no value type in common, or not the one asked for.
pub fn diff(before: &Profile, after: &Profile, options: &DiffOptions) -> Result<Diff, DiffError> {
    let (value_before, value_after) = common_value(before, after, options)?;
    let mut notes = Notes::default();
    notes.absorb(before.notes());
    notes.absorb(after.notes());
    note_pair(before, after, &mut notes);

    let views = (options.filter.apply(before), options.filter.apply(after));
    // An expression that matches nothing on one side is normal: what it names may have appeared or vanished.
    if let (Some(note), Some(_)) = (
        views.0.notes().get(NoteKind::FilterMatchedNothing),
        views.1.notes().get(NoteKind::FilterMatchedNothing),
    ) {
        notes.add(NoteKind::FilterMatchedNothing, || note.example.clone());
    }
    let (side_before, side_after) = std::thread::scope(|scope| {
        let first = scope.spawn(|| StackValues::new(&views.0, value_before));
        let second = StackValues::new(&views.1, value_after);
        // A panic of the other thread is a panic of this one.
        (
            first
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            second,
        )
    });
    let matched = matching::match_stacks(&side_before, &side_after);
    // Only now: scaled counters would look like those of another process.
    let scale = scale(&side_before, &side_after, options.normalize, &mut notes);
    let side_after = side_after.scaled(scale);
    let comparability = matched.comparability;
    let model =
        noise_model::NoiseModel::new(&side_before, &side_after, &comparability.same_process);
    let pairs = matched.pairs;
    let tested = paths::by_path(&side_before, &side_after, &pairs, &model);
    let (total, all) = paths::total(&side_before, &side_after, &pairs, &model);
    let path_rows = tested.len();

    let suspects = paths::suspects(&tested, &side_before, &side_after, &all, &model);
    let is_bytes = before.value_type(value_before).unit == Unit::Bytes;
    let (kept, rest) = match options.by {
        Granularity::Stack => paths::top_paths(&tested, &side_before, &side_after, options.top),
        by => names::by_name(&side_before, &side_after, by, &model, options.top),
    };
    let minimum_detectable = model
        .weight()
        .map(|weight| significance::minimum_detectable(0.0, weight, path_rows).ceil() as u64);
    let duration_ms = match (
        before.origin().captured_at_ms,
        after.origin().captured_at_ms,
    ) {
        (Some(a), Some(b)) => Some(b - a),
        _ => None,
    };
    let mut diff = Diff {
        value_name: before.value_type(value_before).name.clone(),
        is_bytes,
        is_cumulative: before.value_type(value_before).measure == Measure::Allocated,
        by: options.by,
        total,
        rows: kept,
        rest,
        suspects,
        comparability,
        duration_ms,
        minimum_detectable,
        assessment: Assessment::Unknown,
        evidence: Vec::new(),
        recommendations: Vec::new(),
        notes,
    };
    let verdict = verdict::assess_pair(&diff, &side_before.sampling(), model.sampled_objects());
    diff.assessment = verdict.assessment;
    diff.evidence = verdict.evidence;
    diff.recommendations = verdict.recommendations;
    Ok(diff)
}

/// The value type to compare, on each side. A two-column file of a series (`objects`, `space`) has the same memory as a
/// four-column one (`inuse_objects`, `inuse_space`), so types are paired by meaning where the names differ.
///
/// # Errors
/// The two have no value type in common, or one of them not the one asked for.
pub fn common_value(
    before: &Profile,
    after: &Profile,
    options: &DiffOptions,
) -> Result<(ValueIndex, ValueIndex), DiffError> {
    let asked = options.sample_index.as_deref();
    if let Some(asked) = asked {
        let choose = |profile, asked, side| {
            value_choice::choose(profile, Some(asked))
                .map_err(|cause| DiffError::NoSuchValue { side, cause })
        };
        let index = choose(before, asked, "first")?;
        let name = before.value_type(index).name.as_str();
        // A place counts in the first file: producers put value types in different orders.
        let is_place = asked.parse::<usize>().is_ok();
        let named = if is_place { name } else { asked };
        return Ok((index, choose(after, named, "second")?));
    }
    let partner = |index: ValueIndex| {
        let wanted = before.value_type(index);
        after.find_value(|other| other.means_the_same(wanted))
    };
    let preferred = value_choice::choose(before, None).ok();
    preferred
        .into_iter()
        .chain((0..before.value_types().len()).map(ValueIndex))
        .find_map(|index| Some((index, partner(index)?)))
        .ok_or_else(|| DiffError::NoCommonValue {
            before: value_choice::names(before),
            after: value_choice::names(after),
        })
}

/// What is worth saying about the pair before anything is compared.
fn note_pair(before: &Profile, after: &Profile, notes: &mut Notes) {
    let (a, b) = (before.origin(), after.origin());
    if let (Some(first), Some(second)) = (a.captured_at_ms, b.captured_at_ms)
        && second < first
    {
        notes.add(NoteKind::TimeRunsBackwards, || {
            format!("by {}", crate::units::Span(first - second))
        });
    }
    if let (Some(first), Some(second)) = (a.sampling.period(), b.sampling.period())
        && first != second
    {
        notes.add(NoteKind::DifferentPeriods, || {
            format!("{} and {}", Bytes(first), Bytes(second))
        });
    }
    let alone = |one: &Profile, other: &Profile| -> Vec<String> {
        let types = one.value_types().iter();
        types
            .filter(|value| {
                other
                    .find_value(|partner| partner.means_the_same(value))
                    .is_none()
            })
            .map(|value| value.name.clone())
            .collect()
    };
    for (side, names) in [
        ("first", alone(before, after)),
        ("second", alone(after, before)),
    ] {
        notes.add_many(NoteKind::UnmatchedValueTypes, names.len() as u64, || {
            format!("{}, in the {side}", names.join(", "))
        });
    }
    if let (Some(first), Some(second)) = (&a.command, &b.command)
        && first != second
    {
        notes.add(NoteKind::DifferentPrograms, || {
            format!("{first} and {second}")
        });
    }
}

fn scale(
    before: &StackValues<'_, '_>,
    after: &StackValues<'_, '_>,
    asked: bool,
    notes: &mut Notes,
) -> f64 {
    if !asked || after.total() == 0 || before.total() == 0 {
        return 1.0;
    }
    let scale = before.total() as f64 / after.total() as f64;
    notes.add(NoteKind::Normalized, || format!("times {scale:.4}"));
    scale
}

/// Whether a change is significant: its q-value is below the accepted share of false alarms.
pub fn is_significant(q_value: Option<f64>) -> bool {
    q_value.is_some_and(|q| q < significance::FALSE_DISCOVERY_RATE)
}

impl Change {
    /// Fills in what `evidence` says.
    pub(super) fn with_evidence(mut self, evidence: Option<Evidence>) -> Change {
        if let Some(evidence) = evidence {
            self.standard_error = Some(evidence.standard_error());
            self.p_value = Some(evidence.p_value());
        }
        self
    }
}
