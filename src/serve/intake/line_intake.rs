//! Lines become events, on the thread that reads them.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::backlog::Backlog;
use super::batch::{Arrival, Batch};
use crate::serve::bounds::UsageGauge;
use crate::serve::event::{RejectReason, Rejection, parse};
use crate::serve::planted_leak::PlantedLeak;
use crate::serve::tail::{LineSink, Place};

/// Makes events of lines and hands them to the hub. The channel is bounded: when the hub is behind, reading waits, and the files keep
/// what is not yet read.
#[derive(Debug)]
pub(in crate::serve) struct Intake<M> {
    host: String,
    leak: Option<PlantedLeak>,
    hub: mpsc::Sender<M>,
    batch: Batch,
    /// Until what was there at start is read.
    backlog: Option<Backlog>,
}

impl<M: From<Batch>> Intake<M> {
    /// `host` is the name of this machine, for lines that do not say where they are from.
    pub(in crate::serve) fn new(
        host: String,
        leak: Option<PlantedLeak>,
        hub: mpsc::Sender<M>,
    ) -> Intake<M> {
        Intake {
            host,
            leak,
            hub,
            batch: Batch::default(),
            backlog: Some(Backlog::default()),
        }
    }

    /// What waits to be put in order.
    pub(super) fn gauge(&self) -> Arc<UsageGauge> {
        self.backlog
            .as_ref()
            .map(Backlog::gauge)
            .unwrap_or_default()
    }

    fn reject(&mut self, place: Place<'_>, reason: RejectReason, line: &[u8]) {
        self.batch
            .rejections
            .push(Rejection::new(reason, place.file, place.offset, line));
    }
}

impl<M: From<Batch>> LineSink for Intake<M> {
    fn line(&mut self, place: Place<'_>, line: &[u8]) {
        if let Some(leak) = &mut self.leak {
            leak.remember_for_ever();
        }
        match parse(line, &self.host) {
            Ok(Some(event)) => {
                let arrival = Arrival {
                    event,
                    is_backlog: place.backlog,
                };
                match &mut self.backlog {
                    Some(backlog) => backlog.push(arrival, |it| self.batch.events.push(it)),
                    None => self.batch.events.push(arrival),
                }
            }
            Ok(None) => {}
            Err(reason) => self.reject(place, reason, line),
        }
    }

    fn too_long(&mut self, place: Place<'_>, start: &[u8], _bytes: u64) {
        self.reject(place, RejectReason::TooLong, start);
    }

    fn caught_up(&mut self) {
        if let Some(mut backlog) = self.backlog.take() {
            backlog.drain(|it| self.batch.events.push(it));
        }
    }

    fn hand_over(&mut self) -> bool {
        if self.batch.events.is_empty() && self.batch.rejections.is_empty() {
            return !self.hub.is_closed();
        }
        let batch = std::mem::take(&mut self.batch);
        self.hub.blocking_send(M::from(batch)).is_ok()
    }
}
