//! The reasons for a verdict on a series and what to do next, in sentences.

use super::judgement::{Estimate, Pattern};
use super::runs::RestartSign;
use super::suspect::Suspect;
use super::{
    Clock, FEWEST_FOR_GROWTH, FEWEST_SNAPSHOTS, RISES_FAR, Series, SeriesAssessment, Trend,
};
use crate::units::{Bytes, Count, Per, Rate, Share, SignedBytes, SignedCount};

/// Fills in the sentences of a trend.
pub(super) fn say(series: &Series<'_>, trend: &mut Trend) {
    let unit = Units::of(series);
    trend.evidence = evidence(series, trend, unit);
    trend.recommendations = recommendations(series, trend, unit);
}

/// How amounts and rates of a series are written.
#[derive(Debug, Clone, Copy)]
struct Units {
    is_bytes: bool,
    clock: Clock,
}

impl Units {
    fn of(series: &Series<'_>) -> Units {
        Units {
            is_bytes: series.is_bytes,
            clock: series.clock,
        }
    }

    fn amount(self, value: f64) -> String {
        let value = value.max(0.0).round() as u64;
        if self.is_bytes {
            Bytes(value).to_string()
        } else {
            Count(value).to_string()
        }
    }

    fn signed(self, value: f64) -> String {
        let value = value.round() as i64;
        if self.is_bytes {
            SignedBytes(value).to_string()
        } else {
            SignedCount(value).to_string()
        }
    }

    fn per(self) -> Per {
        match self.clock {
            Clock::Hours => Per::Hour,
            Clock::Snapshots => Per::Snapshot,
        }
    }

    fn rate(self, estimate: Estimate) -> String {
        let rate = self.one(estimate.value);
        format!(
            "{rate} (95 %: {})",
            rate.interval(estimate.low, estimate.high)
        )
    }

    fn one(self, value: f64) -> Rate {
        Rate {
            value,
            is_bytes: self.is_bytes,
            per: self.per(),
        }
    }
}

/// From so many snapshots on, a warm-up has mostly shown that it ends.
const SURE_OF_WARM_UP: usize = 8;

fn evidence(series: &Series<'_>, trend: &Trend, unit: Units) -> Vec<String> {
    let mut said = Vec::new();
    if trend.assessment == SeriesAssessment::InsufficientData {
        said.push(why_not(series, trend));
    }
    if let Some(growth) = trend.suspect_growth {
        let (count, verb) = match trend.suspects.len() {
            1 => ("1 call path".to_owned(), "grows"),
            count => (format!("{count} call paths"), "grow"),
        };
        said.push(match trend.assessment {
            // Held against the first snapshots of simulated services, all that is wrongly called a leak then is a cache that fills.
            SeriesAssessment::Leaking if trend.judged.len() < SURE_OF_WARM_UP => format!(
                "{count} {verb} to the last snapshot, by {}: steps, cycles and load do not explain it. A cache that is still filling \
                 looks the same in {} snapshots: {SURE_OF_WARM_UP} and more tell.",
                unit.rate(growth),
                trend.judged.len()
            ),
            SeriesAssessment::Leaking => format!(
                "{count} {verb} to the last snapshot, by {}: warm-up, steps, cycles and load do not explain it.",
                unit.rate(growth)
            ),
            _ => format!("{count} {verb}, by {}, and may yet settle.", unit.rate(growth)),
        });
    }
    if trend.is_spread
        && trend
            .load
            .is_some_and(|(low, high)| 1.0 + high > RISES_FAR * (1.0 + low))
    {
        said.push(
            "Nearly everything grows in proportion, by more than traffic explains without more being known of it: load, or a leak of \
             everything."
                .to_owned(),
        );
    } else if trend.is_spread {
        said.push(
            "The heap grows as a whole, and no single call path by enough to be seen: the growth is spread, or its parts are too \
             small for this sampling."
                .to_owned(),
        );
    }
    said.extend(total_sentence(trend, unit));
    if trend.assessment == SeriesAssessment::Stable {
        said.push(format!(
            "No call path grows to the end by more than its noise.{}",
            moved_sentence(trend)
        ));
    }
    if let Some((low, high)) = trend.load {
        said.push(format!(
            "Many call paths follow a load that went from {} to {} of its mean: movement in proportion to it is no leak.",
            percent(1.0 + low),
            percent(1.0 + high)
        ));
    }
    said.extend(restart_sentence(trend));
    if let Some(off_heap) = &trend.off_heap {
        said.push(format!(
            "Resident size less heap grows by {}: fragmentation, or memory that does not come from the profiled heap.",
            unit.rate(off_heap.growth)
        ));
    }
    if trend.assessment <= SeriesAssessment::Stable
        && let Some(size) = trend.minimum_detectable
    {
        said.push(format!(
            "A leak of less than {} in a call path of its own may go unseen in this series.",
            unit.one(size).to_string().trim_start_matches('+')
        ));
    }
    said
}

fn why_not(series: &Series<'_>, trend: &Trend) -> String {
    let count = series.snapshots.len();
    if series
        .snapshots
        .iter()
        .any(|snapshot| snapshot.is_cumulative)
    {
        return "The value counts allocations, freed or not: it only grows, and says nothing of memory that is kept.".to_owned();
    }
    if trend.judged.len() < FEWEST_FOR_GROWTH {
        return match trend.judged.len() {
            judged if judged == count => too_few(judged),
            judged => format!(
                "Of {count} snapshots {judged} can be used: the others belong to runs too short to show a course."
            ),
        };
    }
    if is_empty(series) {
        return "All snapshots are empty, or the filters leave nothing of them.".to_owned();
    }
    if trend.growth.is_none() {
        return "All snapshots were taken at the same time.".to_owned();
    }
    too_few(trend.judged.len())
}

fn too_few(judged: usize) -> String {
    let there = match judged {
        1 => "There is 1 snapshot".to_owned(),
        count => format!("There are {count} snapshots"),
    };
    format!("{there}: a trend needs at least {FEWEST_SNAPSHOTS}.")
}

fn is_empty(series: &Series<'_>) -> bool {
    series.snapshots.iter().all(|snapshot| snapshot.total == 0)
}

fn total_sentence(trend: &Trend, unit: Units) -> Option<String> {
    let growth = trend.growth?;
    // A leak that began late has not had the time to move the total that far.
    let began_with_the_series = trend.suspects.iter().all(|suspect| suspect.since == 0);
    let hidden = began_with_the_series
        && trend
            .suspect_growth
            .is_some_and(|suspects| growth.high < suspects.value);
    let is_noise = growth.low <= 0.0 && growth.high >= 0.0;
    Some(match (hidden, is_noise) {
        (true, _) => format!(
            "The total changes by {}: what shrinks or swings elsewhere hides the growth.",
            unit.rate(growth)
        ),
        (false, true) => format!(
            "The total changes by {}, which may be nothing.",
            unit.rate(growth)
        ),
        (false, false) if trend.assessment == SeriesAssessment::Stable && growth.low > 0.0 => {
            format!(
                "As a straight line the total changes by {}, but its course is another: {}.",
                unit.rate(growth),
                course(trend.total_pattern)
            )
        }
        (false, false) => format!("The total changes by {}.", unit.rate(growth)),
    })
}

/// A pattern of the whole in words.
fn course(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Flat => "it wanders",
        Pattern::WarmUp => "it rose and slows down",
        Pattern::Step => "a step",
        Pattern::Sawtooth => "a saw-tooth",
        Pattern::Spike => "higher for a while",
        Pattern::Drain => "it shrinks",
        Pattern::LoadFollowing => "that of the load",
        Pattern::LinearLeak | Pattern::AcceleratingLeak | Pattern::Inconclusive => {
            "none that is sure to go on"
        }
    }
}

/// More callers are not read.
const MOST_CALLERS: usize = 4;

fn moved_sentence(trend: &Trend) -> String {
    let kinds = [
        (Pattern::WarmUp, "warm-up"),
        (Pattern::Step, "step"),
        (Pattern::Sawtooth, "sawtooth"),
        (Pattern::Spike, "spike"),
        (Pattern::Drain, "drain"),
        (Pattern::LoadFollowing, "load-following"),
    ];
    let counts: Vec<String> = kinds
        .into_iter()
        .filter_map(|(pattern, name)| {
            let count = trend
                .others
                .iter()
                .filter(|row| row.pattern == pattern)
                .count();
            (count > 0).then(|| format!("{count} {name}"))
        })
        .collect();
    if counts.is_empty() {
        return String::new();
    }
    format!(" Call paths that moved: {}.", counts.join(", "))
}

fn restart_sentence(trend: &Trend) -> Option<String> {
    let count = trend.runs.reasons.len();
    let sign = match trend.runs.reasons.first()? {
        RestartSign::Process => "another process",
        RestartSign::Counters => "allocation counters that went down",
        RestartSign::Fall => "nearly everything falling at once",
    };
    let times = if count == 1 {
        "once".to_owned()
    } else {
        format!("{count} times")
    };
    Some(format!(
        "The process restarted {times}, seen by {sign}: growth is judged within its runs."
    ))
}

fn percent(share: f64) -> String {
    Share {
        part: share,
        whole: 1.0,
    }
    .to_string()
}

/// Why a suspect is one.
pub(super) fn evidence_of(
    suspect: &Suspect,
    series: &Series<'_>,
    points: &[Vec<usize>],
    callers: &[String],
) -> Vec<String> {
    let unit = Units::of(series);
    let judged: Vec<f64> = points
        .iter()
        .flatten()
        .map(|&at| suspect.values[at])
        .collect();
    let (Some(&first), Some(&last)) = (judged.first(), judged.last()) else {
        return Vec::new();
    };
    let rises = judged.windows(2).filter(|pair| pair[1] > pair[0]).count();
    let falls = judged.windows(2).filter(|pair| pair[1] < pair[0]).count();
    let mut said = vec![format!(
        "{} to {}: up {rises} times, down {falls} times in {} steps.",
        unit.amount(first),
        unit.amount(last),
        judged.len() - 1
    )];
    said.push(format!(
        "Chance that it goes on growing, against all other courses: {}.",
        percent(suspect.probability)
    ));
    let third = judged.len() / 3;
    if third > 0 {
        said.push(format!(
            "In the last third of the series: {}.",
            unit.signed(last - judged[judged.len() - 1 - third])
        ));
    }
    if let Some(survival) = suspect.survival {
        said.push(format!(
            "It kept {} of what it allocated.",
            percent(survival)
        ));
    }
    if suspect.paths > 1 {
        let named: Vec<&str> = callers
            .iter()
            .take(MOST_CALLERS)
            .map(String::as_str)
            .collect();
        let through = match (named.is_empty(), callers.len() > named.len()) {
            (true, _) => String::new(),
            (false, false) => format!(", through {}", named.join(", ")),
            (false, true) => format!(
                ", through {} and {} more",
                named.join(", "),
                callers.len() - named.len()
            ),
        };
        said.push(format!(
            "{} call paths lead to it and grow together{through}.",
            Count(suspect.paths as u64)
        ));
    }
    said
}

fn recommendations(series: &Series<'_>, trend: &Trend, unit: Units) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(suspect) = trend.suspects.first() {
        said.push(format!(
            "Look first at {}: {}.",
            place(suspect),
            unit.rate(suspect.rate)
        ));
    }
    match trend.assessment {
        SeriesAssessment::Leaking => said.push(
            "Find what still refers to these objects: a map or list that only grows, a goroutine, thread or connection that never \
             ends, a callback that is never taken off."
                .to_owned(),
        ),
        SeriesAssessment::Growing if trend.is_spread => said.push(
            "Sample more often (MemProfileRate, lg_prof_sample) or take snapshots over a longer time, so that the call paths that grow \
             can be told apart; --by module shows which part of the program grows."
                .to_owned(),
        ),
        SeriesAssessment::Growing => said.push(
            "Go on taking snapshots: whether it settles is decided by what comes next.".to_owned(),
        ),
        SeriesAssessment::InsufficientData => said.extend(what_is_needed(series, trend.judged.len())),
        SeriesAssessment::Stable if trend.growth.is_some_and(|growth| growth.low > 0.0) => {
            said.push(
                "The heap is higher at the end than at the beginning: go on taking snapshots to see whether it holds there."
                    .to_owned(),
            );
        }
        SeriesAssessment::Stable if jumped_at_the_end(series) => said.push(
            "The last snapshot is far above all before it: take another one before you believe that nothing grows."
                .to_owned(),
        ),
        SeriesAssessment::Stable => {}
    }
    if trend.off_heap.is_some() {
        said.push(
            "Compare the allocator's statistics (active, resident, retained) with the heap, and look for memory that is mapped or \
             allocated by other means."
                .to_owned(),
        );
    }
    let highest = series
        .snapshots
        .iter()
        .map(|snapshot| snapshot.total)
        .max()
        .unwrap_or(0);
    if trend.assessment == SeriesAssessment::Stable
        && let (Some(size), [first, .., last]) = (trend.minimum_detectable, series.times)
        && size * (last - first) > COARSE * highest as f64
    {
        said.push(
            "To see slower leaks, take snapshots over a longer time, or sample more often."
                .to_owned(),
        );
    }
    said
}

/// Whether the last snapshot is above all before it by [`JUMP`].
fn jumped_at_the_end(series: &Series<'_>) -> bool {
    let Some((last, before)) = series.snapshots.split_last() else {
        return false;
    };
    let highest = before.iter().map(|snapshot| snapshot.total).max();
    highest.is_some_and(|highest| last.total as f64 > JUMP * highest as f64)
}

/// More than chance moves a heap from one snapshot to the next.
const JUMP: f64 = 1.2;

/// A series in which a leak of this part of the heap goes unseen is a coarse one.
const COARSE: f64 = 0.1;

fn what_is_needed(series: &Series<'_>, judged: usize) -> Option<String> {
    if series
        .snapshots
        .iter()
        .any(|snapshot| snapshot.is_cumulative)
    {
        return Some("Judge what is in use (--sample-index inuse_space).".to_owned());
    }
    if is_empty(series) {
        return Some(
            "Check that profiling is active in the service, and that --focus, --ignore and --hide leave something to see."
                .to_owned(),
        );
    }
    let missing = FEWEST_SNAPSHOTS.saturating_sub(judged).max(1);
    Some(format!(
        "Take {missing} more {} at least, spread over the time in which a leak would show.",
        if missing == 1 {
            "snapshot"
        } else {
            "snapshots"
        }
    ))
}

/// The frame to blame with its caller and its place in the source.
fn place(suspect: &Suspect) -> String {
    let Some(first) = suspect.frames.first() else {
        return "[no stack]".to_owned();
    };
    let caller = suspect.frames.get(1).map_or(String::new(), |caller| {
        format!(" called from {}", caller.name)
    });
    let source = match (first.file.as_str(), first.line) {
        ("", _) => String::new(),
        (file, 0) => format!(" ({file})"),
        (file, line) => format!(" ({file}:{line})"),
    };
    format!("{}{caller}{source}", first.name)
}
