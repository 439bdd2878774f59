//! Lines that are no events.

use super::meter::Meter;
use super::path_name::clip;
use super::view::RejectedLines;
use crate::serve::bounds::REJECTED_LINES;
use crate::serve::event::Rejection;

/// So much of a file's name and of a line is shown, in bytes.
const SHOWN_BYTES: usize = 256;

/// Lines that are no events, counted by reason, each with its first example.
#[derive(Debug)]
pub(super) struct RejectedBook {
    rows: Vec<RejectedLines>,
    meter: Meter,
    all: u64,
}

impl RejectedBook {
    pub(super) fn new() -> RejectedBook {
        RejectedBook {
            rows: Vec::new(),
            meter: Meter::new(REJECTED_LINES),
            all: 0,
        }
    }

    pub(super) fn add(&mut self, rejection: &Rejection) {
        self.all += 1;
        let mut rows = self.rows.iter_mut();
        if let Some(row) = rows.find(|row| row.reason == rejection.reason) {
            row.count += 1;
            return;
        }
        let row = RejectedLines {
            reason: rejection.reason,
            count: 1,
            file: clip(&rejection.file, SHOWN_BYTES).to_owned(),
            offset: rejection.offset,
            example: clip(&rejection.example, SHOWN_BYTES).to_owned(),
        };
        self.meter.add(owned(&row));
        self.rows.push(row);
        self.rows.sort_by_key(|row| row.reason);
        self.meter
            .set_room(self.rows.capacity() * size_of::<RejectedLines>());
    }

    /// In the order of the reasons.
    pub(super) fn rows(&self) -> &[RejectedLines] {
        &self.rows
    }

    pub(super) fn all(&self) -> u64 {
        self.all
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }
}

fn owned(row: &RejectedLines) -> usize {
    row.file.capacity() + row.example.capacity()
}
