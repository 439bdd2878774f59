//! When memory that runs short is worth a snapshot.

use std::time::{Duration, Instant};

use crate::archive::Trigger;
use crate::serve::store::PressureLevel;

/// So long after one snapshot for want of memory comes the next of its kind at the earliest: what holds the memory does not change
/// faster, and taking one needs memory itself.
const COOLDOWN: Duration = Duration::from_secs(30 * 60);

/// When memory that runs short is worth a snapshot. Time comes in.
#[derive(Debug, Default)]
pub(in crate::serve) struct PressureWatch {
    pressed: Option<Instant>,
    at_risk: Option<Instant>,
}

impl PressureWatch {
    /// The snapshot to ask for at `now`. Each kind has a time of rest of its own; one of the worse kind stands for the other, too.
    pub(in crate::serve) fn due(
        &mut self,
        level: Option<PressureLevel>,
        now: Instant,
    ) -> Option<Trigger> {
        let level = level?;
        let rested = |last: Option<Instant>| {
            last.is_none_or(|last| now.saturating_duration_since(last) >= COOLDOWN)
        };
        if level == PressureLevel::OomRisk && rested(self.at_risk) {
            self.at_risk = Some(now);
            self.pressed = Some(now);
            return Some(Trigger::OomRisk);
        }
        if level == PressureLevel::MemoryPressure && rested(self.pressed) {
            self.pressed = Some(now);
            return Some(Trigger::MemoryPressure);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_rests_for_half_an_hour_and_the_worse_one_comes_through() {
        use PressureLevel::{MemoryPressure, OomRisk};
        let began = Instant::now();
        let mut watch = PressureWatch::default();
        for (minutes, level, due) in [
            (0, None, None),
            (1, Some(MemoryPressure), Some(Trigger::MemoryPressure)),
            (2, Some(MemoryPressure), None),
            // The rest of the one does not hold back the other.
            (3, Some(OomRisk), Some(Trigger::OomRisk)),
            (4, Some(OomRisk), None),
            (20, None, None),
            (32, Some(MemoryPressure), None),
            (33, Some(MemoryPressure), Some(Trigger::MemoryPressure)),
            (33, Some(OomRisk), Some(Trigger::OomRisk)),
            (63, Some(OomRisk), Some(Trigger::OomRisk)),
        ] {
            let now = began + Duration::from_secs(minutes * 60);
            assert_eq!(watch.due(level, now), due, "at minute {minutes}");
        }
    }
}
