//! Who is let in: so many clients at once, and so many connections of one address in a second.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hashbrown::HashMap;
use tokio::sync::watch;
use tokio::time::Instant;

use super::token_bucket::TokenBucket;
use crate::serve::bounds::{Bound, BoundReport, CONNECTING_ADDRESSES, Usage};
use crate::serve::neighbourhood::Neighbourhood;

/// Seats for clients, of one kind.
#[derive(Debug)]
pub(super) struct Seats {
    bound: Bound,
    taken: watch::Sender<Taken>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    now: u64,
    most: u64,
    refused: u64,
}

/// A seat, free again when this is dropped.
#[derive(Debug)]
pub(super) struct Seat(Arc<Seats>);

impl Seats {
    /// As many as the bound says.
    pub(super) fn new(bound: Bound) -> Arc<Seats> {
        Arc::new(Seats {
            bound,
            taken: watch::Sender::new(Taken::default()),
        })
    }

    /// A seat, if one is free.
    pub(super) fn take(self: &Arc<Seats>) -> Option<Seat> {
        let mut free = false;
        self.taken.send_modify(|taken| {
            free = self.bound.cap_entries.is_none_or(|cap| taken.now < cap);
            if free {
                taken.now += 1;
                taken.most = taken.most.max(taken.now);
            } else {
                taken.refused += 1;
            }
        });
        free.then(|| Seat(Arc::clone(self)))
    }

    pub(super) fn now(&self) -> u64 {
        self.taken.borrow().now
    }

    pub(super) fn most(&self) -> u64 {
        self.taken.borrow().most
    }

    /// Returns when every seat is free.
    pub(super) async fn all_free(&self) {
        // The sender lives in this value, so it cannot be gone.
        let _ = self
            .taken
            .subscribe()
            .wait_for(|taken| taken.now == 0)
            .await;
    }

    pub(super) fn report(&self) -> BoundReport {
        let taken = *self.taken.borrow();
        BoundReport {
            bound: self.bound,
            usage: Usage {
                length: taken.now,
                evictions: taken.refused,
                high_water_length: taken.most,
                ..Usage::default()
            },
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0
            .taken
            .send_modify(|taken| taken.now = taken.now.saturating_sub(1));
    }
}

/// How often addresses connect.
#[derive(Debug)]
pub(super) struct ConnectionRates {
    per_second: u32,
    burst: u32,
    loopback_too: bool,
    /// Held for one look-up; the table is scanned only when it is full.
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    buckets: HashMap<Neighbourhood, (TokenBucket, Instant)>,
    usage: Usage,
}

impl ConnectionRates {
    pub(super) fn new(per_second: u32, burst: u32, loopback_too: bool) -> ConnectionRates {
        ConnectionRates {
            per_second,
            burst,
            loopback_too,
            table: Mutex::default(),
        }
    }

    /// Counts a connection.
    ///
    /// # Errors
    /// It is one too many; after how long one may come.
    pub(super) fn connect(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        if address.is_loopback() && !self.loopback_too {
            return Ok(());
        }
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let neighbourhood = Neighbourhood::of(address);
        if !table.buckets.contains_key(&neighbourhood) {
            table.make_room(now);
        }
        let (bucket, last) = table
            .buckets
            .entry(neighbourhood)
            .or_insert((TokenBucket::full(now), now));
        *last = now;
        let answer = bucket.take(now, self.per_second, self.burst);
        let (length, room) = (table.buckets.len(), table.buckets.capacity());
        let bytes = room * size_of::<(Neighbourhood, (TokenBucket, Instant))>();
        table.usage.set(length as u64, bytes as u64);
        answer
    }

    pub(super) fn report(&self) -> BoundReport {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        BoundReport {
            bound: CONNECTING_ADDRESSES,
            usage: table.usage,
        }
    }
}

impl Table {
    /// Lets go of addresses of which nothing is left to remember and, if that is none, of the one that has been silent longest.
    fn make_room(&mut self, now: Instant) {
        let cap = CONNECTING_ADDRESSES.cap_entries.unwrap_or(u64::MAX);
        if (self.buckets.len() as u64) < cap {
            return;
        }
        self.buckets.retain(|_, (bucket, _)| !bucket.is_full(now));
        if (self.buckets.len() as u64) < cap {
            return;
        }
        let silent = self
            .buckets
            .iter()
            .min_by_key(|(_, (_, last))| *last)
            .map(|(neighbourhood, _)| *neighbourhood);
        if let Some(neighbourhood) = silent {
            self.buckets.remove(&neighbourhood);
            self.usage.evictions += 1;
        }
    }
}
