//! From what a sampling allocator saw to what it estimates.
//!
//! The allocator draws from a Poisson process over allocated bytes with mean distance `R`, so it sees an object of `s`
//! bytes with probability `p = 1 - exp(-s / R)`. Each object seen stands for `1 / p` of its kind. A line of a dump has only
//! a count and a sum, so `s` is their mean:
//!
//! ```text
//! objects = n / p    bytes = b / p    p = 1 - exp(-(b / n) / R)
//! ```
//!
//! Sources: jeprof's `AdjustSamples`, pprof's `scaleHeapSample` (profile/legacy_profile.go), jemalloc's
//! doc_internal/PROFILING_INTERNALS.md. The rule is applied to each stack and the results are added, never the other way
//! round: the mean of two stacks is the size of neither.
//!
//! **How wrong it can be.** The mean is right only if one line holds objects of one size. A stack that asks for many small
//! and few large objects is seen mostly through the large ones: with R = 512 KiB, a million objects of 64 bytes and eight of
//! 8 MiB read as about 102 MiB in 209 objects instead of 125 MiB in 1,000,008. jemalloc 5.3 knows that this formula will be
//! applied and prints counts for which it gives the right totals (`prof_unbias`, on by default): what is in its files is
//! then not what was counted, and only this formula undoes it. gperftools' `heap_v2` has one line for each object and Go
//! one for each size, so there the mean is exact. Older jemalloc keeps the error, and nothing in the file tells it apart.

use super::line_cursor::Pair;
use crate::model::{PeriodSource, Sampling};
use crate::notes::{NoteKind, Notes};

/// A mean distance between samples from which on hardly anything is seen. jemalloc takes `lg_prof_sample` up to
/// 63, and a typing mistake there leaves a file that looks fine and holds next to nothing.
const HUGE_PERIOD: u64 = 1 << 30;

/// Undoes Poisson sampling with one mean distance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unsampler {
    /// `None` where every allocation was recorded.
    period: Option<f64>,
}

impl Unsampler {
    /// For a mean distance of `period` bytes. With 0 or 1 every allocation is seen.
    pub(super) fn new(period: u64) -> Unsampler {
        Unsampler {
            period: (period > 1).then_some(period as f64),
        }
    }

    /// The estimate for what one line of a file counts.
    pub(super) fn estimate(self, seen: Pair, notes: &mut Notes) -> Pair {
        let Some(period) = self.period else {
            return seen;
        };
        if seen.objects == 0 || seen.bytes == 0 {
            // jemalloc 5.3 rounds the counts it computes back, and a stack with a tenth of an object prints as
            // `0: 1234`. pprof refuses such a file.
            if seen.bytes > 0 {
                notes.add(NoteKind::BytesWithoutObjects, || {
                    format!("{} bytes in 0 objects", seen.bytes)
                });
            }
            return seen;
        }
        let mean = seen.bytes as f64 / seen.objects as f64;
        // expm1 keeps the digits that 1 - exp(-x) loses where objects are small against the period.
        let scale = -1.0 / (-mean / period).exp_m1();
        // The conversion stops at the largest number; the sum is checked by the model.
        Pair {
            objects: (seen.objects as f64 * scale).round() as u64,
            bytes: (seen.bytes as f64 * scale).round() as u64,
        }
    }
}

/// How precise values with mean distance `period` are, with a remark where that is not at all.
pub(super) fn poisson(period: u64, source: PeriodSource, notes: &mut Notes) -> Sampling {
    if period <= 1 {
        return Sampling::Exact;
    }
    if period >= HUGE_PERIOD {
        notes.add(NoteKind::HugePeriod, || {
            format!("one sample in {}", crate::units::Bytes(period))
        });
    }
    Sampling::Poisson { period, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(period: u64, seen: (u64, u64), expected: (u64, u64)) {
        let mut notes = Notes::default();
        let pair = Pair {
            objects: seen.0,
            bytes: seen.1,
        };
        let found = Unsampler::new(period).estimate(pair, &mut notes);
        assert_eq!((found.objects, found.bytes), expected);
        assert_eq!(
            notes.get(NoteKind::BytesWithoutObjects).is_some(),
            seen.0 == 0 && seen.1 > 0 && period > 1
        );
    }

    #[test]
    fn small_objects_stand_for_many_and_large_ones_for_themselves() {
        // 100 / (1 - exp(-64 / 524288)) = 819,250.
        check(524_288, (100, 6_400), (819_250, 52_432_000));
        check(524_288, (3, 300_000_000), (3, 300_000_000));
    }

    #[test]
    fn a_period_of_one_byte_or_none_leaves_values_as_they_are() {
        check(1, (7, 70), (7, 70));
        check(0, (7, 70), (7, 70));
        check(1, (0, 70), (0, 70));
    }

    #[test]
    fn bytes_without_objects_are_kept_and_remarked() {
        check(4096, (0, 1234), (0, 1234));
        check(4096, (0, 0), (0, 0));
        check(4096, (5, 0), (5, 0));
    }

    #[test]
    fn an_absurd_period_does_not_wrap_around() {
        check(u64::MAX, (u64::MAX, u64::MAX), (u64::MAX, u64::MAX));
    }
}
