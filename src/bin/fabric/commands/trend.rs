//! `fabric trend DIR`

use anyhow::anyhow;
use fabric::render;

use super::series;
use crate::args::{Format, Trend};
use crate::exit::{Failure, Outcome};
use crate::output::Destination;

pub(super) fn run(arguments: Trend) -> Result<Outcome, Failure> {
    let output = arguments.output.output();
    // By the ending of the file.
    if matches!(output.format(), Format::Pprof | Format::Folded) {
        return Err(Failure::usage(anyhow!(
            "a series is not a profile: trend writes table, json, md, html or svg"
        )));
    }
    let found = series::find(&arguments.series)?;
    let destination = Destination::open(&output, &series::paths(&found))?;
    let report = series::judge(&arguments.series, found)?.report;
    let style = destination.style();
    let format = destination.format;
    destination.write(|out| match format {
        Format::Json => Ok(out.write_all(render::json::trend(&report)?.as_bytes())?),
        Format::Md => write!(out, "{}", render::markdown(&report.document())),
        Format::Html => write!(out, "{}", render::html(&report.document(), None)),
        Format::Svg => match report.chart() {
            Some(chart) => write!(out, "{}", render::chart_svg(&chart, &report.title)),
            // A series without snapshots was refused before.
            None => Ok(()),
        },
        _ => write!(out, "{}", render::terminal(&report.document(), style)),
    })?;
    Ok(series::outcome(
        report.trend.assessment,
        arguments.series.fail_on,
    ))
}
