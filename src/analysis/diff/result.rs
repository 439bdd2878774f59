//! What a comparison of two profiles found.

use super::row::{Rest, Row};
use crate::analysis::call_path::PathFrame;
use crate::analysis::granularity::Granularity;
use crate::analysis::same_process::SameProcess;
use crate::analysis::significance::{self, Evidence};
use crate::analysis::stack_key::IdentityTier;
use crate::analysis::verdict::Assessment;
use crate::notes::Notes;
use crate::units::{Amount, MS_PER_HOUR, Share, SignedAmount, SignedShare};

/// What changed between two profiles.
#[derive(Debug, Clone)]
pub struct Diff {
    /// Name of the value type that was compared.
    pub value_name: String,
    /// Whether the values are bytes.
    pub is_bytes: bool,
    /// Whether the value counts allocations so far, freed or not: it only grows.
    pub is_cumulative: bool,
    /// The granularity of `rows`.
    pub by: Granularity,
    /// Everything together.
    pub total: Change,
    /// The rows that changed most, significant ones first.
    pub rows: Vec<Row>,
    /// What the rows left out amount to.
    pub rest: Rest,
    /// The call paths that grew significantly, largest growth first, whatever `by` is: what the verdict is about.
    pub suspects: Vec<Suspect>,
    /// How the two could be compared.
    pub comparability: Comparability,
    /// Milliseconds from the first to the second, where both tell their time.
    pub duration_ms: Option<i64>,
    /// The smallest growth of a new call path that would be found with 90 % chance; nothing where the precision is not known.
    pub minimum_detectable: Option<u64>,
    /// The verdict.
    pub assessment: Assessment,
    /// Why, each a sentence.
    pub evidence: Vec<String>,
    /// What to do next, each a sentence.
    pub recommendations: Vec<String>,
    /// What was remarked on both profiles and on the comparison.
    pub notes: Notes,
}

/// A value on both sides, with what is known about the difference.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Change {
    /// In the first profile.
    pub before: u64,
    /// In the second profile.
    pub after: u64,
    /// Standard error of the difference; nothing where the precision is not known.
    pub standard_error: Option<f64>,
    /// The smallest it can be: in one process, without churn. Nothing where only one figure is known.
    pub standard_error_low: Option<f64>,
    /// Two-sided p-value of the difference.
    pub p_value: Option<f64>,
    /// The same memory in objects, before and after, where both profiles count them.
    pub objects: Option<(u64, u64)>,
}

impl Diff {
    /// An amount of what was compared.
    pub fn amount(&self, value: u64) -> Amount {
        Amount::new(value, self.is_bytes)
    }

    /// A change of what was compared.
    pub fn signed(&self, value: i64) -> SignedAmount {
        SignedAmount::new(value, self.is_bytes)
    }

    /// What a change from the first profile to the second is for each hour; nothing where they do not tell their time, or it did not move
    /// on.
    pub fn per_hour(&self, delta: i64) -> Option<f64> {
        let ms = self.duration_ms.filter(|&ms| ms > 0)?;
        Some(delta as f64 * MS_PER_HOUR / ms as f64)
    }
}

impl Change {
    /// `after - before`.
    pub fn delta(&self) -> i64 {
        // Both fit i64: the model checks the sums.
        self.after as i64 - self.before as i64
    }

    /// The change as a share of what was there before.
    pub fn share(&self) -> SignedShare {
        SignedShare(Share {
            part: self.delta() as f64,
            whole: self.before as f64,
        })
    }
}

/// A call path that grew significantly.
#[derive(Debug, Clone)]
pub struct Suspect {
    /// The frames, from the one to blame to the root.
    pub frames: Vec<PathFrame>,
    /// Its values.
    pub change: Change,
    /// q-value among all call paths.
    pub q_value: f64,
    /// What it allocated between the profiles, where the profiles count allocations.
    pub allocated: Option<u64>,
    /// Share of what it allocated in between that is still in use, at most 1; nothing where allocations are not counted.
    pub survival: Option<f64>,
    /// Whether it behaves like a leak in everything two profiles can show.
    pub never_freed: bool,
}

/// How two profiles could be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparability {
    /// The loosest identity by which at least one stack was matched; nothing where none was.
    pub identity: Option<IdentityTier>,
    /// Value matched by each tier, of both sides together.
    pub matched: Vec<(IdentityTier, u64)>,
    /// Value of stacks that only the first profile has.
    pub unmatched_before: u64,
    /// Value of stacks that only the second profile has.
    pub unmatched_after: u64,
    /// Whether they are of the same process.
    pub same_process: SameProcess,
    /// Why they cannot be compared at all, if so.
    pub refusal: Option<String>,
}

/// Whether a change is significant: its q-value is below the accepted share of false alarms.
pub fn is_significant(q_value: Option<f64>) -> bool {
    q_value.is_some_and(|q| q < significance::FALSE_DISCOVERY_RATE)
}

impl Change {
    /// Fills in what `evidence` says.
    pub(super) fn with_evidence(mut self, evidence: Option<Evidence>) -> Change {
        if let Some(evidence) = evidence {
            self.standard_error = Some(evidence.standard_error());
            self.p_value = Some(evidence.p_value());
        }
        self
    }
}
