//! Who is let in.

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::admission::{ConnectionRates, Seats};
use super::token_bucket::TokenBucket;
use crate::serve::bounds::{Bound, CONNECTING_ADDRESSES, WEB_SOCKET_CLIENTS};

#[test]
fn a_rate_lets_a_burst_pass_and_then_so_many_in_a_second() {
    let start = Instant::now();
    let mut bucket = TokenBucket::full(start);
    for _ in 0..50 {
        assert_eq!(bucket.take(start, 20, 50), Ok(()));
    }
    assert_eq!(bucket.take(start, 20, 50), Err(Duration::from_millis(50)));
    let later = start + Duration::from_secs(1);
    let passed = (0..50).filter(|_| bucket.take(later, 20, 50).is_ok());
    assert_eq!(passed.count(), 20);
    assert!(bucket.is_full(later + Duration::from_secs(3)));
}

#[test]
fn addresses_are_counted_apart_and_their_table_stays_small() {
    let start = Instant::now();
    let rates = ConnectionRates::new(1, 2, false);
    let address = |text: &str| -> IpAddr { text.parse().unwrap_or([0, 0, 0, 0].into()) };
    assert!(rates.connect(address("192.0.2.1"), start).is_ok());
    assert!(rates.connect(address("192.0.2.1"), start).is_ok());
    assert!(rates.connect(address("192.0.2.1"), start).is_err());
    // The same address, written as one of the new kind.
    assert!(rates.connect(address("::ffff:192.0.2.1"), start).is_err());
    assert!(rates.connect(address("192.0.2.2"), start).is_ok());
    assert!(rates.connect(address("2001:db8::1"), start).is_ok());
    assert!(rates.connect(address("2001:db8::2"), start).is_ok());
    assert!(rates.connect(address("2001:db8::3"), start).is_err());
    for _ in 0..10 {
        assert!(rates.connect(address("127.0.0.1"), start).is_ok());
    }
    let cap = CONNECTING_ADDRESSES.cap_entries.unwrap_or_default();
    for number in 0..2 * cap as u32 {
        assert!(
            rates
                .connect(IpAddr::V4((0x0a00_0000 + number).into()), start)
                .is_ok()
        );
    }
    let usage = rates.report().usage;
    assert_eq!((usage.length, usage.high_water_length), (cap, cap));
    assert!(usage.evictions >= cap);
}

#[test]
fn a_seat_is_free_again_when_its_client_went() {
    let seats = Seats::new(Bound {
        cap_entries: Some(2),
        ..WEB_SOCKET_CLIENTS
    });
    let first = seats.take();
    let second = seats.take();
    assert!(first.is_some() && second.is_some() && seats.take().is_none());
    drop(first);
    assert!(seats.take().is_some());
    assert_eq!((seats.now(), seats.most()), (1, 2));
    assert_eq!(seats.report().usage.evictions, 1);
    drop(second);
    assert_eq!(seats.now(), 0);
}
