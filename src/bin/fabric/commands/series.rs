//! What `trend` and `report` have in common: flags in, a judged series out.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use fabric::analysis::trend::SeriesAssessment;
use fabric::judge::{self, JudgedSeries, SeriesQuestion, SeriesRefusal};
use fabric::load::Progress;
use fabric::load::series::{self, Found, Links};

use super::names::with_symbolizer;
use crate::args::{SeriesArguments, SeriesFailOn};
use crate::exit::{Failure, Outcome};
use crate::progress::Bar;

/// Finds the files of the arguments.
pub(super) fn find(arguments: &SeriesArguments) -> Result<Found, Failure> {
    series::find(&arguments.paths, Links::Followed).map_err(Failure::loading)
}

/// The paths of the files, for [`crate::output::Destination::open`].
pub(super) fn paths(found: &Found) -> Vec<&Path> {
    found.files.iter().map(|file| file.path.as_path()).collect()
}

/// Reads, orders and judges.
pub(super) fn judge(arguments: &SeriesArguments, found: Found) -> Result<JudgedSeries, Failure> {
    let question = SeriesQuestion {
        title: title(&arguments.paths),
        choice: (&arguments.choice).into(),
        sample_index: arguments.view.sample_index.clone(),
        filter: arguments.view.filter(),
        by: arguments.by.into(),
        top: arguments.view.top,
        limit: arguments.limit,
        at_once: thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN),
    };
    let progress = Arc::new(Progress::default());
    let bar = Bar::start(&progress);
    let judged = with_symbolizer(&arguments.symbols, |symbolizer| {
        Ok(judge::judge(&question, found, symbolizer, &progress))
    })?;
    drop(bar);
    judged.map_err(|refusal| match refusal {
        SeriesRefusal::NothingReadable { .. } => Failure::input(refusal),
        _ => Failure::usage(refusal),
    })
}

/// The exit code that a verdict asks for.
pub(super) fn outcome(assessment: SeriesAssessment, fail_on: Option<SeriesFailOn>) -> Outcome {
    let worst = match fail_on {
        None => return Outcome::Done,
        Some(SeriesFailOn::Growing) => SeriesAssessment::Growing,
        Some(SeriesFailOn::Leaking) => SeriesAssessment::Leaking,
    };
    match assessment {
        SeriesAssessment::InsufficientData => Outcome::Inconclusive,
        found if found >= worst => Outcome::ConditionHolds,
        _ => Outcome::Done,
    }
}

/// The folder, or the first and the last file.
fn title(paths: &[PathBuf]) -> String {
    match paths {
        [] => String::new(),
        [only] => only.display().to_string(),
        [first, .., last] => format!("{} .. {}", first.display(), last.display()),
    }
}
