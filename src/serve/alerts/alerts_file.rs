//! All alerts in a file of the state folder, so that a restart remembers what was told.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::undelivered::Undelivered;
use crate::serve::bounds::{
    ALERT_FILE_BYTES, ALERT_NAME_BYTES, ALERT_REASON_BYTES, ALERT_SUMMARY_BYTES,
};
use crate::serve::state_document;
use crate::serve::store::{Alert, AlertStatus, Alerts, View};

const FORMAT: &str = "fabric-alerts";
const VERSION: u32 = 1;

/// A file with all alerts.
#[derive(Debug, Clone)]
pub(in crate::serve) struct AlertsFile {
    path: PathBuf,
}

/// What is in it.
#[derive(Debug, Serialize, Deserialize)]
struct Saved<A> {
    format: String,
    version: u32,
    alerts: Vec<A>,
    /// Notifications that had not arrived when the server was stopped.
    #[serde(default)]
    undelivered: Vec<Undelivered>,
}

/// What an earlier run left.
#[derive(Debug, Default)]
pub(in crate::serve) struct Left {
    /// All its alerts.
    pub(in crate::serve) alerts: Vec<Alert>,
    /// What it could not tell any more.
    pub(in crate::serve) undelivered: Vec<Undelivered>,
}

impl AlertsFile {
    pub(in crate::serve) fn new(path: PathBuf) -> AlertsFile {
        AlertsFile { path }
    }

    /// What an earlier run left. A file that cannot be used is moved aside, and its alerts are told anew.
    pub(in crate::serve) fn load(&self) -> Left {
        match self.read() {
            Ok(left) => left,
            Err(why) => {
                let moved = state_document::set_aside(&self.path).is_ok();
                tracing::warn!(%why, moved_aside = moved, "the alerts of the last run cannot be used: what still holds is told again");
                Left::default()
            }
        }
    }

    fn read(&self) -> Result<Left, String> {
        let bytes = match state_document::read(&self.path, ALERT_FILE_BYTES) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Left::default()),
            Err(error) => return Err(error.to_string()),
        };
        let saved: Saved<Alert> =
            serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if saved.format != FORMAT || saved.version != VERSION {
            return Err(format!("it is not {FORMAT} of version {VERSION}"));
        }
        let (alerts, mut undelivered) = (saved.alerts, saved.undelivered);
        let told = undelivered.iter().map(|it| &*it.alert);
        if !alerts.iter().chain(told).all(is_ours) {
            return Err("one of its alerts contradicts itself".to_owned());
        }
        for late in &mut undelivered {
            late.look_at(&alerts);
        }
        Ok(Left {
            alerts,
            undelivered,
        })
    }

    /// Writes them, so that after a crash either these or those before are there.
    fn save(&self, alerts: &Alerts, undelivered: Vec<Undelivered>) -> io::Result<()> {
        let all = alerts.active.iter().chain(&alerts.history);
        let saved = Saved {
            format: FORMAT.to_owned(),
            version: VERSION,
            alerts: all.map(|alert| &**alert).collect(),
            undelivered,
        };
        state_document::save(&self.path, &saved)
    }
}

/// Whether an alert is one that was written here: a file can be edited, and what is in it is shown and sent.
fn is_ours(alert: &Alert) -> bool {
    let identity = format!("{}:{}", alert.kind.name(), alert.scope);
    let is_resolved = alert.status == AlertStatus::Resolved;
    let name = alert.figures.function.as_ref().map_or(0, String::len);
    *alert.identity == *identity
        && *alert.id == *format!("{identity}#{}", alert.epoch)
        && alert.epoch > 0
        && alert.resolved_at.is_some() == is_resolved
        && alert.last_notified_at.is_some() == alert.told.is_some()
        && alert.scope.len() <= ALERT_NAME_BYTES
        && name <= ALERT_NAME_BYTES
        && alert.summary.len() <= ALERT_SUMMARY_BYTES
        && alert.last_reason.len() <= ALERT_REASON_BYTES
        && alert.resolution_note.as_ref().map_or(0, String::len) <= ALERT_REASON_BYTES
}

/// No more than one write in this time: a disk that is slow to sync is not kept busy by alerts that flutter.
const APART: Duration = Duration::from_secs(1);

/// Writes the file whenever something happened, until the hub is gone; and once more then, as the newest observations are no news. Begins with
/// that if `is_old`: what was left for this run is in its queues, and is not left for the next one as well.
pub(in crate::serve) async fn keep(
    file: AlertsFile,
    is_old: bool,
    mut views: watch::Receiver<Arc<View>>,
) {
    let mut saved = Arc::clone(&views.borrow().alerts);
    let mut problem = String::new();
    if is_old && file.write(&saved, Vec::new(), &mut problem).await.is_none() {
        return;
    }
    loop {
        let is_last = views.changed().await.is_err();
        let alerts = Arc::clone(&views.borrow_and_update().alerts);
        let is_new = match is_last {
            true => !Arc::ptr_eq(&alerts, &saved),
            false => alerts.revision != saved.revision,
        };
        if is_new {
            if file
                .write(&alerts, Vec::new(), &mut problem)
                .await
                .is_none()
            {
                return;
            }
            saved = alerts;
            if !is_last {
                tokio::time::sleep(APART).await;
            }
        }
        if is_last {
            return;
        }
    }
}

/// At the end: what could not be told any more goes into the file, or is lost where there is none.
pub(in crate::serve) async fn leave(
    file: Option<AlertsFile>,
    alerts: Arc<Alerts>,
    undelivered: Vec<Undelivered>,
) {
    if undelivered.is_empty() {
        return;
    }
    let count = undelivered.len();
    let mut problem = String::new();
    let is_kept = match file {
        Some(file) => {
            let written = file.write(&alerts, undelivered, &mut problem).await;
            written.is_some() && problem.is_empty()
        }
        None => false,
    };
    match is_kept {
        true => tracing::warn!(
            count,
            "notifications were not delivered: the next start tells them first"
        ),
        false => tracing::error!(
            count,
            "notifications were not delivered, and are lost: the server ends"
        ),
    }
}

impl AlertsFile {
    /// Saves them, and logs a problem that is another one than before; nothing when the runtime ends.
    async fn write(
        &self,
        alerts: &Arc<Alerts>,
        undelivered: Vec<Undelivered>,
        problem: &mut String,
    ) -> Option<()> {
        let (file, alerts) = (self.clone(), Arc::clone(alerts));
        let save = move || file.save(&alerts, undelivered);
        let written = tokio::task::spawn_blocking(save).await.ok()?;
        let now = written
            .err()
            .map_or_else(String::new, |error| error.to_string());
        if !now.is_empty() && now != *problem {
            tracing::warn!(error = %now, "alerts cannot be kept: after a restart they are told again");
        }
        *problem = now;
        Some(())
    }
}
