//! The comparison, from two profiles to what is said of them.

use super::options::{DiffError, DiffOptions};
use super::result::Diff;
use super::{matching, names, noise_model, paths};
use crate::analysis::granularity::Granularity;
use crate::analysis::significance;
use crate::analysis::stack_values::StackValues;
use crate::analysis::value_choice;
use crate::analysis::verdict::{self, Assessment};
use crate::model::{Measure, Profile, Unit, ValueIndex};
use crate::notes::{NoteKind, Notes};
use crate::units::Bytes;

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
