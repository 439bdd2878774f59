//! How many events there were in each second of the last minute.

use super::meter::Meter;
use crate::serve::bounds::RATE_WINDOW;
use crate::serve::time::WallTime;

const SECONDS: i64 = 60;

/// How many events there were in each second of the last minute.
#[derive(Debug)]
pub(super) struct RateWindow {
    /// Second since 1970 and events in it, in the place of the second modulo 60.
    seconds: [(i64, u64); SECONDS as usize],
    meter: Meter,
}

impl RateWindow {
    pub(super) fn new() -> RateWindow {
        let mut meter = Meter::new(RATE_WINDOW);
        meter.set_room(size_of::<RateWindow>());
        RateWindow {
            seconds: [(i64::MIN, 0); SECONDS as usize],
            meter,
        }
    }

    /// An event was heard. One from a backlog counts in its own second, if that is not over.
    pub(super) fn add(&mut self, heard: WallTime) {
        let second = heard.0.div_euclid(1000);
        let place = second.rem_euclid(SECONDS) as usize;
        let Some((known, events)) = self.seconds.get_mut(place) else {
            return;
        };
        if *known < second {
            if *known == i64::MIN {
                self.meter.add(0);
            } else {
                self.meter.evicted(1);
            }
            (*known, *events) = (second, 0);
        }
        if *known == second {
            *events += 1;
        }
    }

    /// Forgets seconds that are not yet: the clock was set back.
    pub(super) fn tidy(&mut self, now: WallTime) {
        let this = now.0.div_euclid(1000);
        for (second, events) in &mut self.seconds {
            if *second > this.saturating_add(1) {
                (*second, *events) = (this - SECONDS, 0);
            }
        }
    }

    /// Events per second in the minute before `now`, or since `started` if that is later.
    pub(super) fn per_second(&self, now: WallTime, started: WallTime) -> f64 {
        let this = now.0.div_euclid(1000);
        let is_near = |second: i64| second > this - SECONDS && second <= this;
        let near = self.seconds.iter().filter(|(second, _)| is_near(*second));
        let events: u64 = near.map(|(_, events)| events).sum();
        let seconds = (now.since(started) / 1000).clamp(1, SECONDS);
        events as f64 / seconds as f64
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_the_last_minute_count_and_older_ones_do_not() {
        let mut rate = RateWindow::new();
        for second in 0..100 {
            rate.add(WallTime(second * 1000));
            rate.add(WallTime(second * 1000 + 999));
        }
        let at = |second: i64| rate.per_second(WallTime(second * 1000), WallTime(0));
        assert_eq!(at(99), 2.0);
        assert_eq!(at(129), 1.0);
        assert_eq!(at(200), 0.0);
    }

    #[test]
    fn a_young_service_divides_by_its_age() {
        let mut rate = RateWindow::new();
        for _ in 0..30 {
            rate.add(WallTime(5_000));
        }
        assert_eq!(rate.per_second(WallTime(10_000), WallTime(0)), 3.0);
    }

    #[test]
    fn a_backlog_does_not_displace_the_present() {
        let mut rate = RateWindow::new();
        rate.add(WallTime(600_000));
        rate.add(WallTime(540_000));
        assert_eq!(rate.per_second(WallTime(600_000), WallTime(0)), 1.0 / 60.0);
    }
}
