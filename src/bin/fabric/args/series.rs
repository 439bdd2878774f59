//! Flags that choose which snapshots make a series, and how it is judged.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fabric::judge::{self, Moment};
use fabric::units::parse_bytes;

use super::{By, Symbols, View};

/// What `trend` and `report` have in common.
#[derive(Debug, Args)]
pub(crate) struct SeriesArguments {
    /// A folder with the snapshots of one service, or the snapshots themselves
    #[arg(value_name = "DIR or FILES", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Exit with 1 if the verdict is this or worse, with 6 if the data cannot tell
    #[arg(long, value_enum, value_name = "VERDICT")]
    pub(crate) fail_on: Option<SeriesFailOn>,
    /// The memory limit to project to, like 1.5GiB [default: that of the control group, where the snapshots recorded one]
    #[arg(long, value_name = "SIZE", value_parser = parse_limit, allow_hyphen_values = true)]
    pub(crate) limit: Option<u64>,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) view: View,
    /// What a row of the table of others that moved is
    #[arg(long, value_enum, default_value_t = By::Stack, help_heading = "What to see")]
    pub(crate) by: By,
    #[command(flatten)]
    pub(crate) symbols: Symbols,
}

/// Which snapshots belong to the series.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which snapshots")]
pub(crate) struct Choice {
    /// Only snapshots from this time on: 2026-11-24, 2026-11-24T10:00Z, or 6h before the last one
    #[arg(long, value_name = "TIME", value_parser = parse_moment, allow_hyphen_values = true)]
    pub(crate) since: Option<Moment>,
    /// Only snapshots up to this time, written in the same ways
    #[arg(long, value_name = "TIME", value_parser = parse_moment, allow_hyphen_values = true)]
    pub(crate) until: Option<Moment>,
    /// Only the last N snapshots
    #[arg(long, value_name = "N", value_parser = parse_last, allow_hyphen_values = true)]
    pub(crate) last: Option<u32>,
    /// Only this service, where there are several: its program, or the beginning of its file names
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Only the process with this id, where there are several
    #[arg(long, value_name = "PID")]
    pub(crate) pid: Option<u32>,
    /// Time from one snapshot to the next, like 30m, where the files do not tell
    #[arg(long, value_name = "TIME", value_parser = parse_interval)]
    pub(crate) interval: Option<i64>,
}

/// The verdict from which a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeriesFailOn {
    /// Growth that may yet settle, or a leak
    Growing,
    /// A leak
    Leaking,
}

impl From<&Choice> for judge::Choice {
    fn from(choice: &Choice) -> judge::Choice {
        judge::Choice {
            since: choice.since,
            until: choice.until,
            last: choice.last,
            service: choice.service.clone(),
            pid: choice.pid,
            interval: choice.interval,
        }
    }
}

fn parse_last(text: &str) -> Result<u32, String> {
    let count = text.parse().ok().filter(|&count| count > 0);
    count.ok_or_else(|| "not a number of snapshots: write it like 12".to_owned())
}

fn parse_limit(text: &str) -> Result<u64, String> {
    match parse_bytes(text)? {
        0 => Err("a limit of nothing is reached before the process starts".to_owned()),
        limit => Ok(limit),
    }
}

fn parse_moment(text: &str) -> Result<Moment, String> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(Moment::At(time.as_millisecond()));
    }
    let civil = text
        .parse::<jiff::civil::DateTime>()
        .or_else(|_| text.parse::<jiff::civil::Date>().map(Into::into));
    if let Ok(civil) = civil
        && let Ok(time) = jiff::tz::TimeZone::UTC.to_timestamp(civil)
    {
        return Ok(Moment::At(time.as_millisecond()));
    }
    // Who writes -6h means the same.
    let before = text.strip_prefix('-').unwrap_or(text);
    parse_span(before).map(Moment::BeforeLast).map_err(|_| {
        "not a time: write 2026-11-24, 2026-11-24T10:00Z (UTC), or 6h for six hours before the last snapshot".to_owned()
    })
}

pub(crate) fn parse_interval(text: &str) -> Result<i64, String> {
    match parse_span(text) {
        Ok(ms) if ms > 0 => Ok(ms),
        _ => Err("not a length of time: write it like 30m, 90s or 1h".to_owned()),
    }
}

fn parse_span(text: &str) -> Result<i64, String> {
    let duration: jiff::SignedDuration = match text.strip_suffix('d').map(str::parse::<f64>) {
        // Days are 24 hours here; the library leaves it open how long they are.
        Some(Ok(days)) if days.abs() < 1e6 => {
            jiff::SignedDuration::from_millis((days * 864e5) as i64)
        }
        _ => text
            .parse()
            .map_err(|error: jiff::Error| error.to_string())?,
    };
    i64::try_from(duration.as_millis()).map_err(|error| error.to_string())
}
