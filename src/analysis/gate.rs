//! A ceiling for growth against a pinned profile: small growth with every change adds up, and only a fixed point shows it.

use super::diff::{Change, Diff};
use super::significance::FALSE_DISCOVERY_RATE;

/// How much growth is allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxGrowth {
    /// In the unit of the value, bytes as a rule.
    Amount(u64),
    /// In parts of the first profile.
    Share(f64),
}

/// What a gate says of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateOutcome {
    /// Growth is within what is allowed, or more by no more than noise.
    Passes,
    /// Growth is more than is allowed, and more than noise.
    Fails,
    /// The profiles cannot be compared, or growth is more than is allowed and whether it is noise is not known.
    CannotTell,
}

impl GateOutcome {
    /// The stable short name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            GateOutcome::Passes => "passes",
            GateOutcome::Fails => "fails",
            GateOutcome::CannotTell => "cannot-tell",
        }
    }
}

impl MaxGrowth {
    /// Reads `8MiB` or `5%`.
    ///
    /// # Errors
    /// It is neither a size nor a percentage.
    pub fn parse(text: &str) -> Result<MaxGrowth, String> {
        let Some(percent) = text.trim().strip_suffix('%') else {
            return crate::units::parse_bytes(text).map(MaxGrowth::Amount);
        };
        match percent.trim().parse::<f64>() {
            Ok(percent) if percent.is_finite() && percent >= 0.0 => {
                Ok(MaxGrowth::Share(percent / 100.0))
            }
            _ => Err(format!("'{text}' is not a percentage: write it like 5%")),
        }
    }

    /// The growth that is allowed on top of `before`.
    pub fn allowed(self, before: u64) -> f64 {
        match self {
            MaxGrowth::Amount(amount) => amount as f64,
            MaxGrowth::Share(share) => share * before as f64,
        }
    }

    /// Holds a comparison against it.
    pub fn judge(self, diff: &Diff) -> GateOutcome {
        let is_backwards = diff.duration_ms.is_some_and(|ms| ms < 0);
        let is_empty = diff.total.before == 0 && diff.total.after == 0;
        if diff.comparability.refusal.is_some() || is_backwards || is_empty {
            return GateOutcome::CannotTell;
        }
        self.judge_change(&diff.total)
    }

    fn judge_change(self, total: &Change) -> GateOutcome {
        if total.delta() as f64 <= self.allowed(total.before) {
            return GateOutcome::Passes;
        }
        match total.p_value {
            Some(p) if p < FALSE_DISCOVERY_RATE => GateOutcome::Fails,
            Some(_) => GateOutcome::Passes,
            None => GateOutcome::CannotTell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_fails_where_it_is_too_much_and_no_noise() {
        let change = |after, p_value| Change {
            before: 1000,
            after,
            p_value,
            ..Change::default()
        };
        let five = MaxGrowth::parse("5%").unwrap_or(MaxGrowth::Amount(0));
        assert_eq!(five, MaxGrowth::Share(0.05));
        assert_eq!(
            five.judge_change(&change(1050, Some(0.0))),
            GateOutcome::Passes
        );
        assert_eq!(
            five.judge_change(&change(1051, Some(0.0))),
            GateOutcome::Fails
        );
        assert_eq!(
            five.judge_change(&change(1051, Some(0.3))),
            GateOutcome::Passes
        );
        assert_eq!(
            five.judge_change(&change(1051, None)),
            GateOutcome::CannotTell
        );
        assert_eq!(five.judge_change(&change(900, None)), GateOutcome::Passes);
    }

    #[test]
    fn a_ceiling_is_a_size_or_a_percentage() {
        assert_eq!(MaxGrowth::parse("8MiB"), Ok(MaxGrowth::Amount(8 << 20)));
        assert_eq!(MaxGrowth::parse("0 %"), Ok(MaxGrowth::Share(0.0)));
        assert!(MaxGrowth::parse("-3%").is_err());
        assert!(MaxGrowth::parse("much").is_err());
    }
}
