//! What a client missed, from a view that still has it.

use std::sync::Arc;

use bytes::Bytes;

use super::filter::Filter;
use super::picture;
use super::segment::{Numbered, events_frames};
use crate::serve::bounds::LIVE_CHUNK_BYTES;
use crate::serve::store::View;

/// Events of a view, a chunk at a time.
#[derive(Debug)]
pub(super) struct Replay {
    view: Arc<View>,
    /// Everything up to this was given out.
    had: u64,
    through: u64,
}

impl Replay {
    /// All events above `had` up to `through`; `None` if the view does not have them all.
    pub(super) fn of(view: &Arc<View>, had: u64, through: u64) -> Option<Replay> {
        picture::has_all_after(view, had).then(|| Replay {
            view: Arc::clone(view),
            had,
            through,
        })
    }

    /// The next frames for a client; `None` when there are no more.
    pub(super) fn next(&mut self, epoch: u64, filter: &Filter, batch: bool) -> Option<Bytes> {
        let mut bytes = 0;
        let mut chunk: Vec<Numbered> = Vec::new();
        for (seq, event) in picture::events_after(&self.view, self.had) {
            if seq > self.through || bytes >= LIVE_CHUNK_BYTES {
                break;
            }
            self.had = seq;
            if filter.matches(&event) {
                bytes += event.json().len();
                chunk.push((seq, event));
            }
        }
        events_frames(epoch, chunk.iter(), batch)
    }
}
