//! The reasons for the verdict on a series, in sentences.

use super::judge::{FEWEST_FOR_GROWTH, FEWEST_SNAPSHOTS, RISES_FAR};
use super::judgement::Pattern;
use super::runs::RestartSign;
use super::series::Series;
use super::verdict::{SeriesAssessment, Trend};
use crate::units::{Rate, Share};

/// From so many snapshots on, a warm-up has mostly shown that it ends.
const SURE_OF_WARM_UP: usize = 8;

/// The sentences, the most important first.
pub(super) fn of(series: &Series<'_>, trend: &Trend) -> Vec<String> {
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
                series.told(growth),
                trend.judged.len()
            ),
            SeriesAssessment::Leaking => format!(
                "{count} {verb} to the last snapshot, by {}: warm-up, steps, cycles and load do not explain it.",
                series.told(growth)
            ),
            _ => format!("{count} {verb}, by {}, and may yet settle.", series.told(growth)),
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
    said.extend(total_sentence(series, trend));
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
            series.told(off_heap.growth)
        ));
    }
    if trend.assessment <= SeriesAssessment::Stable
        && let Some(size) = trend.minimum_detectable
    {
        said.push(may_go_unseen(series.rate(size)));
    }
    said
}

/// What a series of this precision does not show.
pub fn may_go_unseen(rate: Rate) -> String {
    format!(
        "A leak of less than {} in a call path of its own may go unseen in this series.",
        rate.unsigned()
    )
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

/// Whether no snapshot has anything in it, or the filters leave nothing.
pub(super) fn is_empty(series: &Series<'_>) -> bool {
    series.snapshots.iter().all(|snapshot| snapshot.total == 0)
}

fn total_sentence(series: &Series<'_>, trend: &Trend) -> Option<String> {
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
            series.told(growth)
        ),
        (false, true) => format!(
            "The total changes by {}, which may be nothing.",
            series.told(growth)
        ),
        (false, false) if trend.assessment == SeriesAssessment::Stable && growth.low > 0.0 => {
            format!(
                "As a straight line the total changes by {}, but its course is another: {}.",
                series.told(growth),
                course(trend.total_pattern)
            )
        }
        (false, false) => format!("The total changes by {}.", series.told(growth)),
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

pub(super) fn percent(share: f64) -> String {
    Share {
        part: share,
        whole: 1.0,
    }
    .to_string()
}
