//! How long to wait from one try to the next.

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

use crate::serve::bounds::{ALERT_PAUSES, ALERT_RETRY_AFTER_LIMIT};

/// How long to wait from one try to the next: the number of tries is one more than there are pauses.
#[derive(Debug, Clone)]
pub struct Pauses(Vec<Duration>);

impl Default for Pauses {
    fn default() -> Pauses {
        Pauses(ALERT_PAUSES.to_vec())
    }
}

impl Pauses {
    /// These, one after another.
    pub fn new(pauses: Vec<Duration>) -> Pauses {
        Pauses(pauses)
    }

    /// How long to wait after so many failed tries; nothing where that was the last one. Up to a fifth longer or shorter, so that many
    /// servers that failed at the same moment do not all come back at the same moment. A receiver that asks for more time gets it, within
    /// bounds.
    pub(super) fn after(&self, tries: usize, asked: Option<Duration>) -> Option<Duration> {
        let pause = *self.0.get(tries.checked_sub(1)?)?;
        let pause = pause.mul_f64(0.8 + 0.4 * fraction());
        let asked = asked.unwrap_or_default().min(ALERT_RETRY_AFTER_LIMIT);
        Some(pause.max(asked))
    }
}

/// From 0 to 1. A system without random numbers has no jitter.
fn fraction() -> f64 {
    let mut bytes = [0; 4];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_five_tries_in_about_five_minutes_and_the_receiver_may_ask_for_more_time() {
        let pauses = Pauses::default();
        let mut all = Duration::ZERO;
        for tries in 1..5 {
            let pause = pauses.after(tries, None).unwrap_or_default();
            assert!(pause > all / 2, "they grow");
            all += pause;
        }
        assert!((200..340).contains(&all.as_secs()), "{all:?}");
        assert_eq!(pauses.after(5, None), None);
        let asked = |seconds| pauses.after(1, Some(Duration::from_secs(seconds)));
        assert_eq!(asked(120), Some(Duration::from_secs(120)));
        assert_eq!(asked(1_000_000), Some(ALERT_RETRY_AFTER_LIMIT));
    }
}
