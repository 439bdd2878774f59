//! A ceiling for growth against a pinned profile: small growth with every change adds up, and only a fixed point shows it.

use super::diff::{Change, Diff};
use super::significance::FALSE_DISCOVERY_RATE;

/// How much growth is allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxGrowth {
    /// Bytes.
    Bytes(u64),
    /// A number of things, for values that count them.
    Count(u64),
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
    /// Reads `8MiB`, `5%`, or `300` for values that are no bytes.
    ///
    /// # Errors
    /// It is none of them.
    pub fn parse(text: &str) -> Result<MaxGrowth, String> {
        let wrong = || format!("'{text}' is no amount of growth: write it like 8MiB or 5%");
        if let Some(percent) = text.trim().strip_suffix('%') {
            return match percent.trim().parse::<f64>() {
                Ok(percent) if percent.is_finite() && percent >= 0.0 => {
                    Ok(MaxGrowth::Share(percent / 100.0))
                }
                _ => Err(wrong()),
            };
        }
        if let Ok(count) = text.trim().parse() {
            return Ok(MaxGrowth::Count(count));
        }
        crate::units::parse_bytes(text)
            .map(MaxGrowth::Bytes)
            .map_err(|_| wrong())
    }

    /// Whether it can be held against values of this unit: `5` of a heap is a slip for `5%`, and nothing has 5 MiB of objects.
    ///
    /// # Errors
    /// A sentence fragment that says how to write it.
    pub fn check(self, value_name: &str, is_bytes: bool) -> Result<(), String> {
        match (self, is_bytes) {
            (MaxGrowth::Count(count), true) => Err(format!(
                "{count} of what? {value_name} is in bytes: write {count}MiB or {count}%"
            )),
            (MaxGrowth::Bytes(_), false) => Err(format!(
                "{value_name} is not in bytes: write a number or a percentage"
            )),
            _ => Ok(()),
        }
    }

    /// The growth that is allowed on top of `before`.
    pub fn allowed(self, before: u64) -> f64 {
        match self {
            MaxGrowth::Bytes(amount) | MaxGrowth::Count(amount) => amount as f64,
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
        let five = MaxGrowth::parse("5%").unwrap_or(MaxGrowth::Bytes(0));
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
        assert_eq!(MaxGrowth::parse("8MiB"), Ok(MaxGrowth::Bytes(8 << 20)));
        assert_eq!(MaxGrowth::parse("300"), Ok(MaxGrowth::Count(300)));
        assert_eq!(MaxGrowth::parse("0 %"), Ok(MaxGrowth::Share(0.0)));
        assert!(MaxGrowth::parse("-3%").is_err());
        assert!(MaxGrowth::parse("much").is_err());
        assert!(MaxGrowth::parse("1.5").is_err());
    }

    #[test]
    fn a_number_without_a_unit_is_no_ceiling_for_bytes() {
        assert_eq!(
            MaxGrowth::Count(5).check("inuse_space", true),
            Err("5 of what? inuse_space is in bytes: write 5MiB or 5%".to_owned())
        );
        assert!(
            MaxGrowth::Bytes(5 << 20)
                .check("inuse_objects", false)
                .is_err()
        );
        assert_eq!(MaxGrowth::Count(5).check("inuse_objects", false), Ok(()));
        assert_eq!(MaxGrowth::Share(0.05).check("inuse_objects", false), Ok(()));
    }
}
