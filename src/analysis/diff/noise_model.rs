//! How large the noise of a difference is.

use super::Change;
use crate::analysis::same_process::SameProcess;
use crate::analysis::significance::Evidence;
use crate::analysis::stack_values::StackValues;
use crate::model::StackId;

/// How the noise of a difference is computed.
#[derive(Debug)]
pub(super) struct NoiseModel {
    pub(super) has_variances: bool,
    /// In one process survivors cancel, and counters of allocations tell what was born.
    pub(super) uses_births: bool,
    same_process: bool,
    is_in_use: bool,
    counts_objects: bool,
    weight: Option<f64>,
    sampled_objects: Option<f64>,
}

impl NoiseModel {
    pub(super) fn new(
        before: &StackValues<'_, '_>,
        after: &StackValues<'_, '_>,
        same_process: &SameProcess,
    ) -> NoiseModel {
        let same = same_process.is_yes();
        let weight = match (before.sampling().period(), after.sampling().period()) {
            (Some(a), Some(b)) if before.is_bytes() => Some(a.max(b) as f64),
            _ => None,
        };
        NoiseModel {
            has_variances: before.has_variances() && after.has_variances(),
            uses_births: same
                && before.is_in_use()
                && before.counts_allocations()
                && after.counts_allocations(),
            same_process: same,
            is_in_use: before.is_in_use(),
            counts_objects: before.counts_objects() && after.counts_objects(),
            weight,
            sampled_objects: before
                .sampled_objects()
                .zip(after.sampled_objects())
                .map(|(a, b)| a + b),
        }
    }

    /// What one sampled object much smaller than the period stands for.
    pub(super) fn weight(&self) -> Option<f64> {
        self.weight
    }

    /// How many sampled objects the two profiles rest on.
    pub(super) fn sampled_objects(&self) -> Option<f64> {
        self.sampled_objects
    }

    /// The evidence for a change. Nothing where the precision is not known.
    fn evidence(&self, sums: &Sums) -> Option<Evidence> {
        if !self.has_variances {
            return None;
        }
        let (before, after) = (sums.before as f64, sums.after as f64);
        let per_value = |variance: f64, value: f64| {
            if value > 0.0 { variance / value } else { 0.0 }
        };
        let weight = per_value(sums.variance, before + after);
        let (came, went) = if self.uses_births {
            // What was born and died in between is in neither profile and adds no error, so no more came than there is now.
            // Rounding of the file's values can make more survive than were born.
            let born = sums.allocated_after.saturating_sub(sums.allocated_before) as f64;
            let came = born.min(after).max(after - before).max(0.0);
            (came, (came - (after - before)).max(0.0))
        } else if self.same_process && !self.is_in_use {
            // A counter of all allocations: only what came since can be wrong.
            ((after - before).max(0.0), (before - after).max(0.0))
        } else {
            (after, before)
        };
        // With everything turned over the weights of the two sides add up to their variance; of births and deaths only the
        // mean weight is known.
        let variance = if self.uses_births || (self.same_process && !self.is_in_use) {
            weight * (came + went)
        } else {
            sums.variance
        };
        Some(Evidence {
            came,
            went,
            variance,
        })
    }

    /// In one process without counters of allocations, the least the error can be: that of no churn at all.
    fn lowest_error(&self, sums: &Sums) -> Option<f64> {
        if !self.has_variances || !self.same_process || self.uses_births || !self.is_in_use {
            return None;
        }
        let total = (sums.before + sums.after) as f64;
        let weight = if total > 0.0 {
            sums.variance / total
        } else {
            0.0
        };
        Some((weight * sums.before.abs_diff(sums.after) as f64).sqrt())
    }

    /// A change with what the model says of its error.
    pub(super) fn change(&self, sums: &Sums) -> Change {
        Change {
            before: sums.before,
            after: sums.after,
            objects: self
                .counts_objects
                .then_some((sums.objects_before, sums.objects_after)),
            standard_error_low: self.lowest_error(sums),
            ..Change::default()
        }
        .with_evidence(self.evidence(sums))
    }
}

/// Sums of a row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) before: u64,
    pub(super) after: u64,
    pub(super) variance: f64,
    pub(super) allocated_before: u64,
    pub(super) allocated_after: u64,
    pub(super) objects_before: u64,
    pub(super) objects_after: u64,
}

impl Sums {
    pub(super) fn add_before(&mut self, side: &StackValues<'_, '_>, stack: StackId) {
        add(&mut self.before, side.value(stack));
        self.variance += side.variance(stack);
        add(
            &mut self.allocated_before,
            side.allocated(stack).unwrap_or(0),
        );
        add(&mut self.objects_before, side.objects(stack));
    }

    pub(super) fn add_after(&mut self, side: &StackValues<'_, '_>, stack: StackId) {
        add(&mut self.after, side.value(stack));
        self.variance += side.variance(stack);
        add(
            &mut self.allocated_after,
            side.allocated(stack).unwrap_or(0),
        );
        add(&mut self.objects_after, side.objects(stack));
    }
}

/// The sums of a profile fit a signed number, but those that are scaled to another one may not.
fn add(sum: &mut u64, value: u64) {
    *sum = sum.saturating_add(value).min(i64::MAX as u64);
}
