//! What is known of a target's snapshots, and how that is made.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::bounded_modules::BoundedModules;
use super::folder_look::{Fingerprint, FolderLook};
use super::last_try::LastTry;
use super::target::Target;
use crate::analysis::frame_filter::FrameFilter;
use crate::analysis::granularity::Granularity;
use crate::analysis::trend::{Estimate, Suspect};
use crate::archive::{self, Snapshot};
use crate::judge::{self, Choice, JudgedSeries, SeriesQuestion, SeriesRefusal};
use crate::load::Progress;
use crate::load::series::SelectError;
use crate::notes::Notes;
use crate::render;
use crate::report::{TrendReport, time_text};
use crate::serve::bounds::SUSPECTS_TOLD;
use crate::serve::store::{Assessment, SuspectBrief};
use crate::serve::time::WallTime;
use crate::symbolize::{ImageStore, Symbolizer};

/// A snapshot that is dated so many milliseconds ahead is dated wrongly: clocks of two machines are seconds apart, and not minutes.
const FUTURE_MS: i64 = 10 * 60_000;

/// The judgement of exactly what lies in a folder: the one that `fabric trend` prints.
#[derive(Debug)]
pub struct Judged {
    /// The target.
    pub target: Arc<Target>,
    /// What it is the judgement of.
    pub fingerprint: Fingerprint,
    /// The files that have names of snapshots, in order of time: they can be had one by one, and pinned. Others, which count all the same, are
    /// in `paths`.
    pub snapshots: Vec<Snapshot>,
    /// Where the judged snapshots lie, in the order of those in `report`.
    pub paths: Vec<PathBuf>,
    /// The statement; one about nothing where nothing could be judged.
    pub report: TrendReport,
    /// Why nothing could be judged, although there are files; foreign text.
    pub refusal: Option<String>,
    /// How many files there are that could be snapshots.
    pub files: usize,
    /// The statement as JSON, schema `fabric.trend/1`.
    pub json: Bytes,
    /// When it was judged.
    pub judged_at: WallTime,
    /// How long that took.
    pub took: Duration,
}

impl Judged {
    /// Judges what was seen. Blocks for as long as the files take to read.
    pub(super) fn of(target: &Arc<Target>, look: FolderLook) -> Judged {
        let began = Instant::now();
        let question = question(target);
        let snapshots = target
            .folder
            .as_deref()
            .and_then(|folder| archive::snapshots(folder).ok())
            .unwrap_or_default();
        let files = look.found.files.len();
        let (judged, refusal) = if look.found.files.is_empty() {
            (nothing(&question, look.found.notes), look.problem)
        } else {
            let notes = look.found.notes.clone();
            let images = ImageStore::default();
            let modules = BoundedModules::new();
            let symbolizer = Symbolizer::of_symbol_tables(&images, &modules);
            let progress = Progress::default();
            match judge::judge(&question, look.found, Some(&symbolizer), &progress) {
                Ok(judged) => (judged, None),
                Err(refusal) => (nothing(&question, notes), Some(words(&refusal))),
            }
        };
        let JudgedSeries { mut report, paths } = judged;
        if let Some(refusal) = &refusal {
            report.trend.evidence = vec![refusal.clone()];
        }
        let json = render::json::trend(&report).unwrap_or_default();
        Judged {
            target: Arc::clone(target),
            fingerprint: look.fingerprint,
            snapshots,
            paths,
            report,
            refusal,
            files,
            json: json.into(),
            judged_at: WallTime::now(),
            took: began.elapsed(),
        }
    }

    /// The judgement where there is no folder, or the analysis broke.
    pub(super) fn nothing(target: &Arc<Target>, look: FolderLook, refusal: &str) -> Judged {
        let look = FolderLook {
            found: Default::default(),
            problem: Some(refusal.to_owned()),
            ..look
        };
        Judged::of(target, look)
    }

    /// What it holds in memory, about: the statement has the texts of its JSON and as many numbers.
    pub(super) fn bytes(&self) -> u64 {
        let snapshots = self.snapshots.len() * size_of::<Snapshot>();
        (3 * self.json.len() + snapshots) as u64
    }

    /// Why there is no verdict or none that means much, and why there is no newer snapshot.
    pub(super) fn problem(&self, trouble: Option<String>) -> Option<String> {
        let all = [self.refusal.clone(), self.not_yet(), trouble];
        let all: Vec<String> = all.into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// A snapshot that is dated in the future: what is taken now comes before it, and every verdict ends with it.
    fn not_yet(&self) -> Option<String> {
        let last = self.report.snapshots.last()?;
        let at = last
            .timestamp_ms
            .filter(|at| WallTime(*at).since(self.judged_at) > FUTURE_MS)?;
        let date = time_text(at).unwrap_or_else(|| "a time beyond the calendar".to_owned());
        Some(format!(
            "its last snapshot, {}, is dated {date}, which is not yet: move it away, as the clock was wrong when it was taken",
            last.input.filename
        ))
    }

    /// In few words, for the store.
    pub(super) fn assessment(&self, last_try: LastTry) -> Assessment {
        let report = &self.report;
        let trend = &report.trend;
        let per_hour = |growth: Option<Estimate>| growth.filter(|_| report.has_time);
        let growth = per_hour(trend.growth);
        let leak = per_hour(trend.suspect_growth);
        let (first, last) = (report.snapshots.first(), report.snapshots.last());
        let limit = trend.projection.and_then(|projection| projection.limit);
        Assessment {
            target: Arc::clone(&self.target.name),
            url: self.target.url.clone(),
            folder: self.target.folder_text(),
            assessment: trend.assessment,
            sentence: match &self.refusal {
                Some(refusal) => format!("no verdict: {refusal}"),
                None => report.course_sentence(),
            },
            snapshots: match &self.refusal {
                Some(_) => self.files,
                None => report.snapshots.len(),
            },
            oldest_snapshot_at: first.and_then(|it| it.timestamp_ms).map(WallTime),
            newest_snapshot_at: last.and_then(|it| it.timestamp_ms).map(WallTime),
            inuse_bytes: last.filter(|_| report.is_bytes).map(|it| it.total),
            growth_bytes_per_hour: growth.map(|growth| growth.value),
            growth_interval95: growth.map(|growth| [growth.low, growth.high]),
            leak_bytes_per_hour: leak.map(|leak| leak.value),
            leak_interval95: leak.map(|leak| [leak.low, leak.high]),
            limit_bytes: trend.ceiling.map(|ceiling| ceiling.bytes),
            hours_to_limit: limit.map(|limit| [Some(limit.hours_low), limit.hours_high]),
            suspects: trend
                .suspects
                .iter()
                .take(SUSPECTS_TOLD)
                .map(|suspect| brief(suspect, report.has_time))
                .collect(),
            judged_at: self.judged_at,
            last_scrape_at: last_try.at,
            problem: self.problem(last_try.trouble.map(|trouble| trouble.words)),
        }
    }
}

/// In the words of the server, which has no flags that choose among snapshots.
fn words(refusal: &SeriesRefusal) -> String {
    match refusal {
        SeriesRefusal::Select(error @ SelectError::SeveralProcesses(_)) => {
            format!("{}: keep one process a folder", error.finding())
        }
        SeriesRefusal::Select(error) => format!("{}: keep one service a folder", error.finding()),
        refusal => refusal.to_string(),
    }
}

fn brief(suspect: &Suspect, has_time: bool) -> SuspectBrief {
    let function = suspect.frames.first();
    SuspectBrief {
        function: function.map_or_else(|| "[no stack]".to_owned(), |frame| frame.name.clone()),
        assessment: suspect.assessment,
        growth_bytes_per_hour: has_time.then_some(suspect.rate.value),
        inuse_bytes: suspect.values.last().copied().unwrap_or(0.0).round() as u64,
    }
}

/// What `fabric trend DIR` asks when nothing is asked for.
fn question(target: &Target) -> SeriesQuestion {
    SeriesQuestion {
        title: target.folder_text(),
        choice: Choice::default(),
        sample_index: None,
        filter: FrameFilter::default(),
        by: Granularity::Stack,
        top: 25,
        limit: target.limit_bytes,
        // One core is left to the hub.
        at_once: NonZero::<usize>::MIN,
    }
}

fn nothing(question: &SeriesQuestion, notes: Notes) -> JudgedSeries {
    JudgedSeries {
        report: judge::nothing(question, notes),
        paths: Vec::new(),
    }
}
