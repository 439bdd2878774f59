//! `fabric diff BEFORE AFTER`

use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use fabric::analysis::diff::{self, DiffError, DiffOptions};
use fabric::analysis::gate::GateOutcome;
use fabric::analysis::verdict::Assessment;
use fabric::formats::{folded, pprof};
use fabric::judge::{self, change_tree};
use fabric::load::{self, Loaded, Source};
use fabric::render;
use fabric::report::DiffReport;

use super::heap;
use super::names::with_symbolizer;
use super::seen::seen;
use crate::args::{Diff, FailOn, Format};
use crate::exit::{Failure, Outcome};
use crate::output::Destination;
use crate::progress::Bar;

pub(super) fn run(arguments: Diff) -> Result<Outcome, Failure> {
    let (older, newer) = profiles(&arguments)?;
    let destination = Destination::open(&arguments.output, &[older, newer])?;
    let options = DiffOptions {
        sample_index: arguments.view.sample_index.clone(),
        by: arguments.by.into(),
        top: arguments.view.top,
        filter: arguments.view.filter(),
        normalize: arguments.normalize,
    };
    let progress = Arc::new(load::Progress::default());
    let bar = Bar::start(&progress);
    let sources = (Source::from_argument(older), Source::from_argument(newer));
    let (before, after, heap) = match destination.format.is_statement() {
        true => heap::load_pair(&sources, &arguments, &progress)?,
        // Pictures and profiles are of stacks alone.
        false => {
            let (before, after) = with_symbolizer(&arguments.symbols, |symbolizer| {
                load::load_pair(&sources.0, &sources.1, symbolizer, &progress)
            })?;
            (before, after, None)
        }
    };
    drop(bar);
    let mut report = judge::compare(&before, &after, &options)
        .map_err(|error| cannot_compare(error, &before, &after))?;
    if let Some(heap) = &heap {
        report.diff.comparability.same_process = heap.same_process.clone();
    }
    if let Some(allowed) = arguments.max_growth {
        allowed
            .check(&report.diff.value_name, report.diff.is_bytes)
            .map_err(|why| Failure::usage(anyhow!("--max-growth: {why}")))?;
    }
    report.gate = arguments
        .max_growth
        .map(|allowed| (allowed, allowed.judge(&report.diff)));
    report.heap = heap;
    write(destination, &report, &before, &after, &options)?;
    let verdict = outcome(report.diff.assessment, arguments.fail_on);
    let gate = report
        .gate
        .map_or(Outcome::Done, |(_, outcome)| match outcome {
            GateOutcome::Passes => Outcome::Done,
            GateOutcome::Fails => Outcome::ConditionHolds,
            GateOutcome::CannotTell => Outcome::Inconclusive,
        });
    // What holds goes before what cannot be told.
    Ok(match (verdict, gate) {
        (Outcome::ConditionHolds, _) | (_, Outcome::ConditionHolds) => Outcome::ConditionHolds,
        (Outcome::Done, other) | (other, Outcome::Done) => other,
        _ => Outcome::Inconclusive,
    })
}

/// The two profiles, the older one first.
fn profiles(arguments: &Diff) -> Result<(&Path, &Path), Failure> {
    match (&arguments.baseline, arguments.profiles.as_slice()) {
        (None, [older, newer]) => Ok((older, newer)),
        (Some(baseline), [newer]) => Ok((baseline, newer)),
        (None, [only]) => Err(Failure::usage(anyhow!(
            "diff compares two profiles, and there is only {}: name the older one before it, or with --baseline",
            only.display()
        ))),
        (None, _) => Err(Failure::usage(anyhow!(
            "diff compares two profiles: judge more of them with `fabric trend`"
        ))),
        (Some(_), _) => Err(Failure::usage(anyhow!(
            "with --baseline, diff takes one more profile"
        ))),
    }
}

/// A name that is not there is a slip of the command line; profiles of different things are the wrong inputs.
fn cannot_compare(error: DiffError, before: &Loaded, after: &Loaded) -> Failure {
    let is_usage = matches!(error, DiffError::NoSuchValue { .. });
    let error = anyhow!(error).context(format!("{} and {}", before.name, after.name));
    if is_usage {
        Failure::usage(error)
    } else {
        Failure::input(error)
    }
}

fn outcome(assessment: Assessment, fail_on: Option<FailOn>) -> Outcome {
    let worst = match fail_on {
        None => return Outcome::Done,
        Some(FailOn::Growing) => Assessment::Growing,
        Some(FailOn::Leaking) => Assessment::Leaking,
    };
    match assessment {
        Assessment::Unknown => Outcome::Inconclusive,
        found if found >= worst => Outcome::ConditionHolds,
        _ => Outcome::Done,
    }
}

fn write(
    destination: Destination,
    report: &DiffReport,
    before: &Loaded,
    after: &Loaded,
    options: &DiffOptions,
) -> Result<(), Failure> {
    let style = destination.style();
    let values = diff::common_value(&before.profile, &after.profile, options)
        .map_err(|error| cannot_compare(error, before, after))?;
    let flame = || {
        change_tree(before, after, options)
            .map(|tree| render::flame_svg(&tree, &report.document().title))
            .map_err(std::io::Error::other)
    };
    let seen = || {
        let before = seen(&before.profile, &options.filter)?;
        Ok::<_, std::io::Error>((before, seen(&after.profile, &options.filter)?))
    };
    let format = destination.format;
    destination.write(|out| match format {
        Format::Table => write!(out, "{}", render::terminal(&report.document(), style)),
        Format::Json => Ok(out.write_all(render::json::diff(report)?.as_bytes())?),
        Format::Md => write!(out, "{}", render::markdown(&report.document())),
        Format::Html => write!(out, "{}", render::html(&report.document(), Some(&flame()?))),
        Format::Svg => write!(out, "{}", flame()?),
        Format::Pprof => {
            let (before, after) = seen()?;
            let part = |profile, is_base| pprof::Part { profile, is_base };
            pprof::write(
                &[part(&after, false), part(&before, true)],
                Some(&report.diff.value_name),
                out,
            )
        }
        Format::Folded => {
            let (before, after) = seen()?;
            folded::write_pair((&before, values.0), (&after, values.1), out)
        }
    })
}
