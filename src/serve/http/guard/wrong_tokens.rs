//! Who tried which wrong tokens: guessing is slowed down, and a worker with an old token does not shut out the others on its machine.
//!
//! Different tokens are counted, not requests. Whoever guesses tries a new one each time and is refused after a few; a program whose token
//! has expired tries the same one for ever and counts once, so others behind the same address go on.
//! On loopback addresses, which all programs of this machine have in common, the right token passes whatever is counted here: the gate
//! asks for this only where a token is wrong.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::serve::bounds::{BoundReport, HTTP_WRONG_TOKENS, Usage, WRONG_TOKENS_PER_MINUTE};
use crate::serve::neighbourhood::Neighbourhood;
use crate::serve::time::WallTime;

const WINDOW_MS: i64 = 60_000;

/// Who tried which wrong tokens within the last minute.
#[derive(Debug, Default)]
pub(super) struct WrongTokens {
    by_address: HashMap<Neighbourhood, Tries>,
    evictions: u64,
    highest: usize,
}

#[derive(Debug)]
struct Tries {
    since: WallTime,
    /// Keyed digests of the tokens, cut to 64 bits.
    digests: Vec<u64>,
}

impl WrongTokens {
    /// For how many seconds nobody at `address` may try another token; `None` when they may.
    pub(super) fn blocked(&self, address: IpAddr, now: WallTime) -> Option<u32> {
        let tries = self.by_address.get(&Neighbourhood::of(address))?;
        let left = tries.since.0.saturating_add(WINDOW_MS) - now.0;
        // A clock that was set back must not block for longer than the window.
        let running = (1..=WINDOW_MS).contains(&left);
        (running && tries.digests.len() >= WRONG_TOKENS_PER_MINUTE)
            .then(|| u32::try_from(left.div_euclid(1_000) + 1).unwrap_or(60))
    }

    /// Somebody at `address` tried a wrong token with this digest.
    pub(super) fn tried(&mut self, address: IpAddr, digest: u64, now: WallTime) {
        let address = Neighbourhood::of(address);
        let cap = usize::try_from(HTTP_WRONG_TOKENS.cap_entries.unwrap_or(0)).unwrap_or(0);
        if !self.by_address.contains_key(&address) && self.by_address.len() >= cap {
            self.make_room(now);
        }
        let tries = self.by_address.entry(address).or_insert_with(|| Tries {
            since: now,
            digests: Vec::new(),
        });
        if !(0..WINDOW_MS).contains(&now.since(tries.since)) {
            tries.since = now;
            tries.digests.clear();
        }
        if tries.digests.len() < WRONG_TOKENS_PER_MINUTE && !tries.digests.contains(&digest) {
            tries.digests.push(digest);
        }
        self.highest = self.highest.max(self.by_address.len());
    }

    fn make_room(&mut self, now: WallTime) {
        self.by_address
            .retain(|_, tries| (0..WINDOW_MS).contains(&now.since(tries.since)));
        let cap = usize::try_from(HTTP_WRONG_TOKENS.cap_entries.unwrap_or(0)).unwrap_or(0);
        if self.by_address.len() < cap {
            return;
        }
        let oldest = self
            .by_address
            .iter()
            .min_by_key(|(_, tries)| tries.since)
            .map(|(address, _)| *address);
        if let Some(oldest) = oldest {
            self.by_address.remove(&oldest);
            self.evictions += 1;
        }
    }

    /// The bound, with what it did.
    pub(super) fn bound(&self) -> BoundReport {
        let entry = size_of::<(Neighbourhood, Tries)>();
        let digests: usize = self
            .by_address
            .values()
            .map(|tries| tries.digests.capacity() * size_of::<u64>())
            .sum();
        BoundReport {
            bound: HTTP_WRONG_TOKENS,
            usage: Usage {
                length: self.by_address.len() as u64,
                bytes: (self.by_address.capacity() * entry + digests) as u64,
                evictions: self.evictions,
                high_water_length: self.highest as u64,
                high_water_bytes: (self.highest * (entry + WRONG_TOKENS_PER_MINUTE * 8)) as u64,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn at(seconds: i64) -> WallTime {
        WallTime(1_777_368_000_000 + seconds * 1_000)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn guessing_is_stopped_for_the_rest_of_the_minute() {
        let mut wrong = WrongTokens::default();
        let guesser = address("10.0.0.1");
        for digest in 0..10 {
            assert_eq!(wrong.blocked(guesser, at(10)), None);
            wrong.tried(guesser, digest, at(digest.cast_signed()));
        }
        assert_eq!(wrong.blocked(guesser, at(10)), Some(51));
        assert_eq!(wrong.blocked(address("10.0.0.2"), at(10)), None);
        assert_eq!(wrong.blocked(guesser, at(60)), None);
        assert_eq!(wrong.blocked(guesser, at(-3_600)), None, "clock set back");
    }

    #[test]
    fn the_same_wrong_token_counts_once() {
        let mut wrong = WrongTokens::default();
        for second in 0..50 {
            wrong.tried(address("127.0.0.1"), 7, at(second));
        }
        assert_eq!(wrong.blocked(address("127.0.0.1"), at(50)), None);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let mut wrong = WrongTokens::default();
        for digest in 0..10 {
            let neighbour = format!("2001:db8::{digest:x}");
            wrong.tried(address(&neighbour), digest, at(0));
        }
        assert!(wrong.blocked(address("2001:db8::ffff"), at(1)).is_some());
        assert!(wrong.blocked(address("2001:db8:0:1::1"), at(1)).is_none());
        let mapped = address("::ffff:10.0.0.1");
        for digest in 0..10 {
            wrong.tried(mapped, digest, at(0));
        }
        assert!(wrong.blocked(address("10.0.0.1"), at(1)).is_some());
    }

    #[test]
    fn ten_times_as_many_addresses_as_are_kept_do_not_grow_it() {
        let mut wrong = WrongTokens::default();
        for n in 0..40_960_u32 {
            let address = IpAddr::V4(n.into());
            wrong.tried(address, 1, WallTime(at(0).0 + i64::from(n / 1_000)));
        }
        let bound = wrong.bound();
        assert_eq!(bound.usage.length, 4_096);
        assert_eq!(bound.usage.evictions, 36_864);
        assert!(bound.usage.bytes < 1 << 20);
        // When the minute is over, room is made without taking anything from anyone.
        wrong.tried(address("192.0.2.1"), 1, at(120));
        assert_eq!(wrong.bound().usage.length, 1);
        assert_eq!(wrong.bound().usage.evictions, 36_864);
    }
}
