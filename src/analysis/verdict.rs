//! What two profiles say about a leak, with the reasons and what to do next.
//!
//! Two profiles show growth, and whether it is more than noise; they cannot show that it goes on. So `leaking` needs more than
//! growth: the profiles must count allocations, be of one process, and show a path that has kept nearly all it ever allocated and
//! still allocates as eagerly as before. Everything else that grew is `growing`, and a third profile decides.

use crate::model::{PeriodSource, Sampling};
use crate::units::{Bytes, Per, Rate, Share, Span};

use super::call_path::{where_to_look, with_caller};
use super::diff::{Diff, Suspect};

/// The verdict of the JSON contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assessment {
    /// The data cannot tell.
    Unknown,
    /// No growth beyond noise.
    Stable,
    /// Growth beyond noise, which may yet settle.
    Growing,
    /// Growth beyond noise that behaves like a leak.
    Leaking,
}

impl Assessment {
    /// The word of JSON and of `--fail-on`.
    pub fn name(self) -> &'static str {
        match self {
            Assessment::Unknown => "unknown",
            Assessment::Stable => "stable",
            Assessment::Growing => "growing",
            Assessment::Leaking => "leaking",
        }
    }
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PairVerdict {
    /// The word.
    pub assessment: Assessment,
    /// Why, each a sentence.
    pub evidence: Vec<String>,
    /// What to do next, each a sentence.
    pub recommendations: Vec<String>,
}

/// What to do where there is nothing to judge.
pub(super) const FIND_PROFILING: &str = "Check that profiling is active in the service, and that --focus, --ignore and --hide leave something to see.";

/// What to do about a leak, of two profiles or of a series.
pub(super) const FIND_HOLDERS: &str = "Find what still refers to these objects: a map or list that only grows, a goroutine, thread or \
    connection that never ends, a callback that is never taken off.";

/// Growth below this share of the first profile's total does not make a verdict, however certain it is: every long-lived
/// process has some.
const MATERIAL_SHARE: f64 = 0.01;

/// Milliseconds between two profiles below which a rate per hour would be an idle number.
const SHORTEST_FOR_A_RATE: i64 = 1000;

/// Fewer sampled objects than this in both profiles together cannot carry a verdict.
const FEWEST_SAMPLES: f64 = 5.0;

/// Judges a comparison of two profiles that rest on `sampled_objects` samples.
pub(super) fn assess_pair(
    diff: &Diff,
    sampling: &Sampling,
    sampled_objects: Option<f64>,
) -> PairVerdict {
    let mut verdict = PairVerdict {
        assessment: Assessment::Unknown,
        evidence: Vec::new(),
        recommendations: Vec::new(),
    };
    if let Some(reason) = cannot_tell(diff, sampled_objects, &mut verdict.recommendations) {
        verdict.evidence.push(reason);
        return verdict;
    }
    let grown: i64 = diff
        .suspects
        .iter()
        .map(|suspect| suspect.change.delta())
        .sum();
    let total_grew = diff.total.delta() > 0 && is_more_than_noise(diff);
    let threshold = (MATERIAL_SHARE * diff.total.before as f64) as i64;
    let material = grown.max(if total_grew { diff.total.delta() } else { 0 }) > threshold;
    let leaking: Vec<&Suspect> = diff
        .suspects
        .iter()
        .filter(|suspect| suspect.never_freed && suspect.change.delta() > threshold)
        .collect();
    verdict.assessment = if !leaking.is_empty() {
        Assessment::Leaking
    } else if material && (grown > 0 || total_grew) {
        Assessment::Growing
    } else {
        Assessment::Stable
    };
    verdict.evidence = evidence(diff, verdict.assessment, grown, &leaking);
    verdict.recommendations = recommendations(diff, verdict.assessment, sampling);
    verdict
}

/// Whether the change of the total is more than noise. It is one test, so its p-value is judged as it is.
fn is_more_than_noise(diff: &Diff) -> bool {
    let p_value = diff.total.p_value;
    p_value.is_some_and(|p| p < super::significance::FALSE_DISCOVERY_RATE)
}

/// Why nothing can be said, if so, with what would be needed.
fn cannot_tell(
    diff: &Diff,
    sampled_objects: Option<f64>,
    recommendations: &mut Vec<String>,
) -> Option<String> {
    if let Some(refusal) = &diff.comparability.refusal {
        recommendations.push(
            "Take both profiles from the same process, or in a form that carries mappings or symbols \
             (pprof files do)."
                .to_owned(),
        );
        return Some(format!("The profiles cannot be compared: {refusal}."));
    }
    if let Some(ms) = diff.duration_ms.filter(|&ms| ms < 0) {
        recommendations.push("Give the older profile first.".to_owned());
        return Some(format!(
            "The second profile is {} older than the first: what looks like growth is shrinkage, and the other way round.",
            Span(-ms)
        ));
    }
    if diff.is_cumulative {
        recommendations
            .push("For a verdict, compare what is in use (--sample-index inuse_space).".to_owned());
        return Some(format!(
            "{} counts allocations, freed or not: it only grows, and says nothing of memory that is kept.",
            diff.value_name
        ));
    }
    if diff.total.before == 0 && diff.total.after == 0 {
        recommendations.push(FIND_PROFILING.to_owned());
        return Some("Both profiles are empty, or the filters leave nothing of them.".to_owned());
    }
    if diff.total.standard_error.is_none() {
        recommendations.push(
            "Use a profile that says how it was sampled: pprof files with a period, jemalloc heap_v2 or gperftools dumps."
                .to_owned(),
        );
        return Some(format!(
            "The total changed by {}, but the profiles do not say how they were sampled, so it cannot be told from noise.",
            diff.signed(diff.total.delta())
        ));
    }
    if let Some(samples) = sampled_objects.filter(|&samples| samples < FEWEST_SAMPLES) {
        recommendations.push(
            "Sample more often (lg_prof_sample, MemProfileRate, TCMALLOC_SAMPLE_PARAMETER) or wait until more memory is in use."
                .to_owned(),
        );
        return Some(format!(
            "Both profiles together rest on {samples:.0} sampled objects: too few to say anything."
        ));
    }
    None
}

fn evidence(diff: &Diff, assessment: Assessment, grown: i64, leaking: &[&Suspect]) -> Vec<String> {
    let mut said = Vec::new();
    let total = &diff.total;
    let error = total.standard_error.unwrap_or(0.0);
    let noise = match (error, is_more_than_noise(diff)) {
        (0.0, _) => String::new(),
        (error, true) => format!(" (standard error {})", diff.amount(error as u64)),
        (error, false) => format!(
            ", within its noise (standard error {})",
            diff.amount(error as u64)
        ),
    };
    said.push(format!(
        "The total went from {} to {}, {}{noise}.",
        diff.amount(total.before),
        diff.amount(total.after),
        diff.signed(total.delta()),
    ));
    let count = diff.suspects.len();
    match count {
        0 if assessment == Assessment::Growing => said.push(
            "No single call path grew beyond its noise: the growth is spread, or each part of it is too small to see.".to_owned(),
        ),
        0 => said.push("No call path grew beyond its noise.".to_owned()),
        1 => said.push(format!(
            "1 call path grew beyond its noise, by {}.",
            diff.signed(grown)
        )),
        _ => said.push(format!(
            "{count} call paths grew beyond their noise, by {} together.",
            diff.signed(grown)
        )),
    }
    if assessment == Assessment::Stable && grown > 0 {
        said.push(format!(
            "That is less than {} of the heap, too little for a verdict.",
            Share {
                part: MATERIAL_SHARE,
                whole: 1.0
            }
        ));
    }
    for suspect in leaking.iter().take(3) {
        if let (Some(allocated), Some(survival)) = (suspect.allocated, suspect.survival) {
            said.push(format!(
                "{} allocated {} in between and kept {} of it, as it has kept nearly all it ever allocated.",
                with_caller(&suspect.frames),
                diff.amount(allocated),
                Share {
                    part: survival,
                    whole: 1.0
                },
            ));
        }
    }
    if total.delta() <= 0 && grown > 0 {
        said.push("What shrank elsewhere hides this growth in the total.".to_owned());
    }
    if assessment == Assessment::Stable
        && let Some(size) = diff.minimum_detectable.filter(|&size| size > 0)
    {
        said.push(format!(
            "Growth of a new call path by less than {} would not be seen in this pair.",
            diff.amount(size)
        ));
    }
    said
}

fn recommendations(diff: &Diff, assessment: Assessment, sampling: &Sampling) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(suspect) = diff
        .suspects
        .first()
        .filter(|_| assessment >= Assessment::Growing)
    {
        said.push(format!(
            "Look first at {}: {}.",
            where_to_look(&suspect.frames),
            diff.signed(suspect.change.delta())
        ));
        if let Some(rate) = rate(diff, suspect.change.delta()) {
            said.push(format!("At this pace it grows by {rate}."));
        }
    }
    match assessment {
        Assessment::Leaking => said.push(
            format!("{FIND_HOLDERS} A cache that is still filling looks the same in two profiles: a third one, later, tells."),
        ),
        Assessment::Growing => said.push(format!(
            "Take more profiles{} and judge them with `fabric trend`: two cannot tell a leak from a cache that is filling.",
            match diff.duration_ms {
                Some(ms) if ms >= SHORTEST_FOR_A_RATE => format!(", {} apart", Span(ms)),
                _ => " at equal distances".to_owned(),
            }
        )),
        Assessment::Stable | Assessment::Unknown => {}
    }
    if let Sampling::Poisson { period, source } = sampling
        && assessment == Assessment::Stable
        && *source == PeriodSource::Stated
        && diff
            .minimum_detectable
            .is_some_and(|size| size as f64 > 0.1 * diff.total.after as f64)
    {
        said.push(format!(
            "To see smaller growth, sample more often than once in {}, or compare profiles further apart.",
            Bytes(*period)
        ));
    }
    said
}

fn rate(diff: &Diff, delta: i64) -> Option<Rate> {
    diff.duration_ms.filter(|&ms| ms >= SHORTEST_FOR_A_RATE)?;
    Some(Rate {
        value: diff.per_hour(delta)?,
        is_bytes: diff.is_bytes,
        per: Per::Hour,
    })
}
