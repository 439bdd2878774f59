//! Recovers a sampling period that the file does not state.
//!
//! jemalloc_pprof, TCMalloc and V8 undo the sampling and then leave the period out. It can be had back: a stack with `k` sampled
//! objects of size `s` is written as `k * s / (1 - exp(-s/R))`, which is at least `k * R` and, for objects much smaller than
//! `R`, about `k * (R + s/2)`. So no value is below `R`, and where one stack holds a single small sampled object the smallest
//! value is just above `R`. `R` is a power of two in jemalloc (`lg_prof_sample`) and by default in TCMalloc and V8.

use crate::model::{PeriodSource, Sampling};
use crate::notes::{NoteKind, Notes};
use crate::units::Bytes;

/// Values in this range above the period are taken for single small objects: `x / (1 - exp(-x)) < 1.25` for objects of
/// up to 0.47 periods.
const SINGLE_SMALL_OBJECT: f64 = 1.25;

/// The period that the in-use bytes of all stacks allow. With no stack that looks like a single small object, it is an upper
/// bound: error bars made from it are too wide and never too narrow.
pub(super) fn recover(inuse_bytes: impl Iterator<Item = u64>) -> Sampling {
    let Some(smallest) = inuse_bytes.filter(|&bytes| bytes > 0).min() else {
        return Sampling::Unknown;
    };
    let period = 1u64 << smallest.ilog2();
    let source = if (smallest as f64) < period as f64 * SINGLE_SMALL_OBJECT {
        PeriodSource::Recovered
    } else {
        PeriodSource::UpperBound
    };
    Sampling::Poisson { period, source }
}

/// Remarks on a period that was recovered, where one was.
pub(super) fn note(recovered: Sampling, notes: &mut Notes) {
    let Sampling::Poisson { period, source } = recovered else {
        return;
    };
    notes.add(NoteKind::PeriodRecovered, || {
        let word = match source {
            PeriodSource::UpperBound => "at most ",
            PeriodSource::Stated | PeriodSource::Recovered => "",
        };
        format!("{word}{}", Bytes(period))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsampled(count: f64, size: f64, period: f64) -> u64 {
        (count * size / (1.0 - (-size / period).exp())).round() as u64
    }

    #[test]
    fn one_small_object_gives_the_period_away() {
        let period = 524_288.0;
        let values = [
            unsampled(7.0, 64.0, period),
            unsampled(1.0, 4096.0, period),
            unsampled(1.0, 9e6, period),
        ];
        let expected = Sampling::Poisson {
            period: 524_288,
            source: PeriodSource::Recovered,
        };
        assert_eq!(recover(values.into_iter()), expected);
    }

    #[test]
    fn without_a_single_small_object_the_period_is_a_bound() {
        let period = 524_288.0;
        let values = [unsampled(3.0, 64.0, period), unsampled(1.0, 9e6, period)];
        let Sampling::Poisson {
            period: bound,
            source: PeriodSource::UpperBound,
        } = recover(values.into_iter())
        else {
            panic!("expected an upper bound")
        };
        assert!(bound as f64 >= period);
    }

    #[test]
    fn an_empty_heap_says_nothing() {
        assert_eq!(recover([0, 0].into_iter()), Sampling::Unknown);
    }
}
