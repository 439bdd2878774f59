//! The first message, which is made once for all that join at about the same time.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::Instant;

use super::change_log::{ChangeLog, Position};
use super::filter::Filter;
use super::frame;
use super::picture;
use crate::serve::bounds::{OPENING_REUSE, RECENT_EVENTS, RECENT_EVENTS_BYTES};
use crate::serve::store::View;

/// The state at one moment as messages tell it, and where in the log to go on from there.
#[derive(Debug)]
pub(super) struct Opening {
    /// Everything after this place in the log that is above `seq` is still to be told.
    pub(super) position: Position,
    pub(super) epoch: u64,
    pub(super) seq: u64,
    made: Instant,
    /// Recent events for clients without a filter; then the state. Both are parts of one message.
    recent: Bytes,
    state: Bytes,
}

impl Opening {
    /// The frames of the first message. `view` has the events; it is this opening's or a newer one.
    pub(super) fn frames(&self, view: &View, filter: &Filter, resumed: bool) -> Vec<Bytes> {
        let shown_filter = if filter.is_empty() {
            String::new()
        } else {
            let filter = serde_json::to_string(filter).unwrap_or_else(|_| "null".to_owned());
            format!("\"filter\":{filter},")
        };
        let head = format!(
            "{{\"type\":\"init\",\"epoch\":{},\"seq\":{},\"data\":{{{shown_filter}\"resumed\":{resumed},",
            self.epoch, self.seq
        );
        let mut frames = vec![frame::first_part(&head)];
        if !resumed {
            frames.push(if filter.is_empty() {
                self.recent.clone()
            } else {
                frame::middle_part(&recent_events(view, self.seq, filter))
            });
        }
        frames.push(self.state.clone());
        frames
    }
}

/// Makes openings, and gives the same one to all that join within [`OPENING_REUSE`].
#[derive(Debug, Default)]
pub(super) struct Openings {
    /// Held while the state is made into text: those who join at that moment need that very text.
    newest: Mutex<Option<Arc<Opening>>>,
}

impl Openings {
    /// The opening for whoever joins at `now`, and a view that has its events. A client that has had everything up to `had` gets none that
    /// is older than that.
    pub(super) fn take(
        &self,
        log: &ChangeLog,
        views: &watch::Receiver<Arc<View>>,
        had: u64,
        now: Instant,
    ) -> (Arc<Opening>, Arc<View>) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        // First the place, then the view: see `ChangeLog::publish`.
        let position = log.end();
        let view = Arc::clone(&views.borrow());
        if let Some(opening) = &*newest
            && now.duration_since(opening.made) < OPENING_REUSE
            && opening.epoch == view.epoch
            && (opening.seq >= had || view.seq < had)
            && log.has(opening.position)
        {
            return (Arc::clone(opening), view);
        }
        let opening = Arc::new(Opening {
            position,
            epoch: view.epoch,
            seq: view.seq,
            made: now,
            recent: frame::middle_part(&recent_events(&view, view.seq, &Filter::default())),
            state: frame::last_part(&format!("{}}}}}", picture::state(&view))),
        });
        *newest = Some(Arc::clone(&opening));
        (opening, view)
    }
}

/// `"recentEvents":[...],` with the newest events up to `through` that the filter lets through, oldest first.
fn recent_events(view: &View, through: u64, filter: &Filter) -> String {
    let mut bytes = 0;
    let mut events: Vec<&str> = picture::events_back_from(view, through)
        .filter(|event| filter.matches(event))
        .take(RECENT_EVENTS)
        .map(|event| event.json())
        .take_while(|json| {
            bytes += json.len() + 1;
            bytes <= RECENT_EVENTS_BYTES
        })
        .collect();
    events.reverse();
    format!("\"recentEvents\":[{}],", events.join(","))
}
