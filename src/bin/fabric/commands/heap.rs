//! What `fabric show` answers about single objects.

use std::sync::Arc;

use anyhow::anyhow;
use fabric::analysis::heap::retainers::{Wanted, retainers};
use fabric::load::{self, Source};
use fabric::object_graph::Heap;
use fabric::render;
use fabric::report::heap::RetainersReport;

use crate::args::Format;
use crate::exit::{Failure, Outcome};
use crate::output::Destination;
use crate::progress::Bar;

/// `fabric show FILE --retainers WANTED`
pub(super) fn show_retainers(
    source: &Source,
    wanted: &str,
    top: usize,
    destination: Destination,
) -> Result<Outcome, Failure> {
    if !destination.format.is_statement() {
        return Err(Failure::usage(anyhow!(
            "--retainers writes a table, json, md or html: the other formats are of stacks"
        )));
    }
    let progress = Arc::new(load::Progress::default());
    let bar = Bar::start(&progress);
    let wanted = Wanted::parse(wanted);
    let found = load::load_heap(source, &progress, |graph| {
        retainers(&Heap::of(graph), &wanted, top)
    })
    .map_err(super::cannot_load)?
    .map_err(|error| Failure::usage(anyhow!(error).context(source.name())))?;
    drop(bar);
    let report = RetainersReport {
        filepath: source.name(),
        retainers: found,
    };
    let style = render::terminal::Style {
        width: destination.width,
        color: destination.color,
        unicode: destination.unicode,
    };
    let format = destination.format;
    destination.write(|out| match format {
        Format::Json => Ok(out.write_all(render::json::retainers(&report)?.as_bytes())?),
        Format::Md => write!(out, "{}", render::markdown(&report.document())),
        Format::Html => write!(out, "{}", render::html(&report.document(), None)),
        _ => write!(out, "{}", render::terminal(&report.document(), style)),
    })?;
    Ok(Outcome::Done)
}
