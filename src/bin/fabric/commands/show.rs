//! `fabric show FILE`

use std::sync::Arc;

use anyhow::anyhow;
use fabric::analysis::call_tree;
use fabric::analysis::frame_filter::FrameFilter;
use fabric::analysis::heap::HeapSurvey;
use fabric::analysis::value_choice;
use fabric::formats::{folded, pprof};
use fabric::load::{self, Source};
use fabric::model::{Profile, ValueIndex};
use fabric::object_graph::Heap;
use fabric::render;
use fabric::report::SnapshotReport;
use fabric::report::input::Input;
use fabric::report::snapshot::SnapshotOptions;

use super::heap;
use super::names::with_symbolizer;
use super::seen::seen;
use crate::args::{Format, Show};
use crate::exit::{Failure, Outcome};
use crate::output::Destination;
use crate::progress::Bar;

pub(super) fn run(show: Show) -> Result<Outcome, Failure> {
    let [file] = show.files.as_slice() else {
        return Err(Failure::usage(anyhow!(
            "show takes one profile, and fabric never adds several of them up: compare two with `fabric diff {} {}`",
            show.files[0].display(),
            show.files[1].display(),
        )));
    };
    let destination = Destination::open(&show.output, &[file])?;
    let options = SnapshotOptions {
        sample_index: show.view.sample_index.clone(),
        by: show.by.into(),
        top: show.view.top,
        filter: show.view.filter(),
    };
    let source = Source::from_argument(file);
    if show.heap.redact {
        return heap::redact(&source, destination);
    }
    if let Some(wanted) = &show.heap.retainers {
        return heap::show_retainers(&source, wanted, options.top, destination);
    }
    let progress = Arc::new(load::Progress::default());
    let bar = Bar::start(&progress);
    let survey = |heap: &Heap<'_>| HeapSurvey::of(heap, options.top);
    let (loaded, heap) = with_symbolizer(&show.symbols, |symbolizer| {
        match destination.format.is_statement() {
            true => load::load_with_heap(&source, symbolizer, &progress, survey),
            // Pictures and profiles are of stacks alone.
            false => load::load(&source, symbolizer, &progress).map(|loaded| (loaded, None)),
        }
    })?;
    drop(bar);
    let profile = &loaded.profile;
    let value =
        value_choice::choose(profile, options.sample_index.as_deref()).map_err(Failure::usage)?;
    let input = Input::new(
        &loaded.name,
        loaded.path.is_some().then_some(loaded.size_bytes),
        profile,
    );
    let mut report = SnapshotReport::new(input, profile, &options).map_err(Failure::usage)?;
    report.heap = heap;
    write(destination, &report, profile, value, &options.filter)?;
    Ok(Outcome::Done)
}

fn write(
    destination: Destination,
    report: &SnapshotReport,
    profile: &Profile,
    value: ValueIndex,
    filter: &FrameFilter,
) -> Result<(), Failure> {
    let style = destination.style();
    let flame = || {
        let tree = call_tree::of_profile(&filter.apply(profile), value);
        render::flame_svg(&tree, &report.input.filepath)
    };
    let format = destination.format;
    destination.write(|out| match format {
        Format::Table => write!(out, "{}", render::terminal(&report.document(), style)),
        Format::Json => Ok(out.write_all(render::json::snapshot(report)?.as_bytes())?),
        Format::Md => write!(out, "{}", render::markdown(&report.document())),
        Format::Html => write!(out, "{}", render::html(&report.document(), Some(&flame()))),
        Format::Svg => write!(out, "{}", flame()),
        Format::Pprof => {
            let seen = seen(profile, filter)?;
            let part = pprof::Part {
                profile: &seen,
                is_base: false,
            };
            pprof::write(&[part], Some(&report.value_name), out)
        }
        Format::Folded => {
            let seen = seen(profile, filter)?;
            folded::write(&seen, value, out)
        }
    })
}
