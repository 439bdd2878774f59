//! What a page, or a panel of it, is drawn from.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, Uri};

use super::alerts::in_words;
use super::markup::in_query;
use super::outlook::Outlook;
use super::sign::Sign;
use crate::archive::{self, Snapshot};
use crate::report::{Chart, ChartClock, ChartMark, Document};
use crate::serve::bounds::BoundReport;
use crate::serve::event::Level;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::routes::all_bounds;
use crate::serve::http::state::HttpState;
use crate::serve::query::HeatSort;
use crate::serve::store::SELF;
use crate::serve::store::{Assessment, View};
use crate::serve::targets::Judged;
use crate::serve::time::WallTime;

/// What a page is drawn from.
pub(super) struct Scene {
    pub(super) view: Arc<View>,
    pub(super) now: WallTime,
    pub(super) asked: Asked,
    pub(super) bounds: Vec<BoundReport>,
    pub(super) standing: Standing,
    pub(super) host: Arc<str>,
    pub(super) heap: Heap,
    /// When the target that is shown gives its next snapshot, where that is known.
    pub(super) next_snapshot_at: Option<WallTime>,
}

/// A heap that was judged.
pub(super) struct Known {
    /// The judgement.
    pub(super) judged: Arc<Judged>,
    /// The report on it.
    pub(super) document: Document,
    /// The snapshots that lie in the folder at this moment, pinned or not: a pin is no reason to judge anew.
    pub(super) snapshots: Vec<Snapshot>,
}

/// What is known of the heap that is shown.
pub(super) enum Heap {
    /// It was judged.
    Judged(Box<Known>),
    /// It is being judged.
    Pending,
    /// It cannot be, and why.
    Nothing(String),
}

/// What whoever asks wants to see.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// The service; without one, the one that is worst off, or this server.
    pub(super) target: Option<String>,
    /// The order of files.
    pub(super) sort: HeatSort,
    /// Events of this worker.
    pub(super) worker: Option<String>,
    /// Events of this level.
    pub(super) level: Option<Level>,
    /// Events with this text in them.
    pub(super) text: Option<String>,
}

/// Whether whoever asks may change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// No token is set: everybody on this machine may.
    Open,
    /// They have shown the token.
    LoggedIn,
    /// They have not.
    LoggedOut,
}

impl Asked {
    /// The address of the page for whoever asks the same of another: `changes` by name, where an empty value is none.
    pub(super) fn address(&self, changes: &[(&str, &str)], anchor: &str) -> String {
        let sort = HeatSort::BY_NAME
            .iter()
            .find(|(_, sort)| *sort == self.sort);
        let sort = sort
            .map(|(name, _)| *name)
            .filter(|_| self.sort != HeatSort::default());
        let mut address = String::from("/");
        for (name, value) in [
            ("target", self.target.as_deref()),
            ("sort", sort),
            ("worker", self.worker.as_deref()),
            ("level", self.level.map(Level::name)),
            ("text", self.text.as_deref()),
        ] {
            let changed = changes.iter().find(|(other, _)| *other == name);
            let value = changed.map(|(_, value)| *value).or(value);
            if let Some(value) = value.filter(|it| !it.is_empty()) {
                let sign = if address.contains('?') { '&' } else { '?' };
                // Writing to a string cannot fail.
                let _ = write!(address, "{sign}{name}={}", in_query(value));
            }
        }
        let _ = write!(address, "#{anchor}");
        address
    }

    /// Reads the query of an address.
    ///
    /// # Errors
    /// It has a name or a value that is not known.
    pub(super) fn of(uri: &Uri) -> Result<Asked, Problem> {
        let names = ["target", "sort", "worker", "level", "text"];
        let parameters = Parameters::of_form(uri, &names)?;
        Ok(Asked {
            target: parameters.text("target")?.map(str::to_owned),
            sort: parameters
                .one_of("sort", &HeatSort::BY_NAME)?
                .unwrap_or_default(),
            worker: parameters.text("worker")?.map(str::to_owned),
            level: parameters.one_of("level", &Level::BY_NAME)?,
            text: parameters.text("text")?.map(str::to_owned),
        })
    }
}

impl Scene {
    /// What is known now; a judgement that is not there is waited for so long.
    pub(super) async fn of(
        state: &HttpState,
        asked: Asked,
        headers: &HeaderMap,
        patience: Duration,
    ) -> Scene {
        let view = state.view();
        let now = WallTime::now();
        let mut scene = Scene {
            bounds: all_bounds(state, &view),
            standing: match (state.guard.has_token(), state.guard.knows(headers, now)) {
                (false, _) => Standing::Open,
                (true, true) => Standing::LoggedIn,
                (true, false) => Standing::LoggedOut,
            },
            host: Arc::clone(&state.host),
            view,
            now,
            heap: Heap::Pending,
            next_snapshot_at: None,
            asked,
        };
        let target = scene.target().to_owned();
        scene.next_snapshot_at = match &*target {
            SELF => state.own_heap.costs().next_at,
            other => state.targets.next_scrape_at(other),
        };
        let judged = tokio::time::timeout(patience, state.targets.judged(&target));
        scene.heap = match judged.await {
            Err(_) => Heap::Pending,
            Ok(Err(error)) => Heap::Nothing(error.to_string()),
            Ok(Ok(judged)) => match &judged.refusal {
                Some(why) => Heap::Nothing(why.clone()),
                None => Heap::Judged(Box::new(Known {
                    snapshots: snapshots_of(&judged).await,
                    document: judged.report.page(),
                    judged,
                })),
            },
        };
        scene
    }

    /// The heap that is shown, where it was judged.
    pub(super) fn known(&self) -> Option<&Known> {
        match &self.heap {
            Heap::Judged(known) => Some(known),
            Heap::Pending | Heap::Nothing(_) => None,
        }
    }

    /// The target that is shown.
    pub(super) fn target(&self) -> &str {
        match (&self.asked.target, self.assessment()) {
            (Some(name), _) => name,
            (None, Some(shown)) => &shown.target,
            (None, None) => SELF,
        }
    }

    /// Alerts about the target that is shown, as marks in a chart over time.
    pub(super) fn marks(&self, chart: &Chart) -> Vec<ChartMark> {
        if chart.clock != ChartClock::Date {
            return Vec::new();
        }
        let alerts = &self.view.alerts;
        let all = alerts.active.iter().chain(&alerts.history);
        let own = all.filter(|alert| *alert.scope == *self.target());
        own.map(|alert| ChartMark {
            at: alert.created_at.0 as f64,
            text: in_words(alert.kind).to_owned(),
        })
        .collect()
    }

    /// The verdicts, the worst first.
    pub(super) fn assessments(&self) -> Vec<&Assessment> {
        let mut all: Vec<&Assessment> = self.view.assessments.iter().map(|it| &**it).collect();
        all.sort_by(|a, b| {
            let by_rank = Sign::of(Some(a)).rank.cmp(&Sign::of(Some(b)).rank);
            by_rank.then_with(|| {
                let soonest = |it| Outlook::of(it, self.now).soonest();
                soonest(a).total_cmp(&soonest(b))
            })
        });
        all
    }

    /// The verdict that is shown: on the target that is asked for, else on the one that is worst off where a heap goes on growing, else on
    /// this server.
    pub(super) fn assessment(&self) -> Option<&Assessment> {
        let all = self.assessments();
        let of = |name: &str| all.iter().copied().find(|it| &*it.target == name);
        match &self.asked.target {
            Some(name) => of(name),
            None => {
                let worst = all.first().copied();
                let growing = worst.filter(|it| Sign::of(Some(it)).goes_on());
                growing.or_else(|| of(SELF)).or(worst)
            }
        }
    }
}

/// The snapshots in a target's folder now; those that were judged where it cannot be read.
async fn snapshots_of(judged: &Arc<Judged>) -> Vec<Snapshot> {
    let known = Arc::clone(judged);
    let listed = tokio::task::spawn_blocking(move || {
        let folder = known.target.folder.as_deref()?;
        archive::snapshots(folder).ok()
    });
    let listed = listed.await.ok().flatten();
    listed.unwrap_or_else(|| judged.snapshots.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_within_the_page_keeps_what_else_was_asked_for() {
        let asked = Asked {
            target: Some("a b".into()),
            level: Some(Level::Warn),
            ..Asked::default()
        };
        assert_eq!(
            asked.address(&[("worker", "w&1")], "events"),
            "/?target=a%20b&worker=w%261&level=warn#events"
        );
        assert_eq!(
            asked.address(&[("sort", "recent"), ("level", "")], "files"),
            "/?target=a%20b&sort=recent#files"
        );
        assert_eq!(Asked::default().address(&[], "events"), "/#events");
    }
}
