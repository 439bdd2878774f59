//! `fabric report DIR`

use std::sync::Arc;

use anyhow::anyhow;
use fabric::analysis::diff::DiffOptions;
use fabric::judge::{JudgedSeries, change_tree};
use fabric::load::{Progress, Source, load_pair};
use fabric::render;
use fabric::report::input::pair_title;

use super::names::with_symbolizer;
use super::series;
use crate::args::{Color, Format, Output, PageFormat, Report, SeriesArguments};
use crate::exit::{Failure, Outcome};
use crate::output::Destination;

pub(super) fn run(arguments: Report) -> Result<Outcome, Failure> {
    let output = output(&arguments)?;
    let found = series::find(&arguments.series)?;
    let destination = Destination::open(&output, &series::paths(&found))?;
    let judged = series::judge(&arguments.series, found)?;
    let page = judged.report.page();
    match destination.format {
        Format::Html => {
            let flame = what_changed(&arguments.series, &judged)?;
            destination.write(|out| write!(out, "{}", render::html(&page, flame.as_deref())))?;
        }
        _ => destination.write(|out| write!(out, "{}", render::markdown(&page)))?,
    }
    Ok(series::outcome(
        judged.report.trend.assessment,
        arguments.series.fail_on,
    ))
}

/// Markdown, unless HTML is asked for by flag or by the ending of the file.
fn output(arguments: &Report) -> Result<Output, Failure> {
    let named = Output {
        format: None,
        output: arguments.output.clone(),
        color: Color::Never,
    };
    let asked = match (arguments.format, arguments.md, arguments.html) {
        (Some(PageFormat::Md), _, _) | (None, true, _) => Some(Format::Md),
        (Some(PageFormat::Html), _, _) | (None, false, true) => Some(Format::Html),
        (None, false, false) => None,
    };
    let ending = named.format();
    if asked.is_none() && !matches!(ending, Format::Md | Format::Html | Format::Table) {
        return Err(Failure::usage(anyhow!(
            "report writes Markdown or HTML: end the name after -o in .md or .html, or use `fabric trend` for other formats"
        )));
    }
    let by_ending = match (named.foreign_ending(), ending) {
        // Let it be refused like that of any other command.
        (Some(_), _) => None,
        (None, Format::Html) => Some(Format::Html),
        (None, _) => Some(Format::Md),
    };
    Ok(Output {
        format: asked.or(by_ending),
        ..named
    })
}

/// The flame graph of the first snapshot and the last. Both are read once more: of a long series only numbers were kept.
fn what_changed(
    arguments: &SeriesArguments,
    judged: &JudgedSeries,
) -> Result<Option<String>, Failure> {
    let [first, .., last] = judged.paths.as_slice() else {
        return Ok(None);
    };
    let sources = (Source::from_argument(first), Source::from_argument(last));
    let progress = Arc::new(Progress::default());
    let (before, after) = with_symbolizer(&arguments.symbols, |symbolizer| {
        load_pair(&sources.0, &sources.1, symbolizer, &progress)
    })?;
    let options = DiffOptions {
        sample_index: arguments.view.sample_index.clone(),
        filter: arguments.view.filter(),
        ..DiffOptions::default()
    };
    // Two that count different things have no picture in common.
    let tree = change_tree(&before, &after, &options).ok();
    let title = pair_title(&before.name, &after.name);
    Ok(tree.map(|tree| render::flame_svg(&tree, &title)))
}
