//! Undoes the sampling of text profiles.
//!
//! An object of `s` bytes is sampled with probability `p = 1 - exp(-s/R)`, so each sampled one stands for `1/p`. The files give a
//! sum of bytes and a number of objects for each stack, so `s` is taken as their mean: what jeprof and pprof do
//! (pprof, `profile/legacy_profile.go`, `scaleHeapSample`).
//!
//! The mean is wrong where one stack allocates objects of very different sizes: the small ones are underestimated. jemalloc since
//! 5.3 distorts what it prints so that this very formula gives an unbiased total (`doc_internal/PROFILING_INTERNALS.md`);
//! dumps of older versions keep the error. It is applied to each line for itself and only then summed: summing first
//! multiplies the error, which is how jemalloc's own leak summary comes to be off by a factor of twenty.

/// Objects and bytes as sampled -> estimates of the whole, rounded.
///
/// `period` is the mean number of bytes between samples; up to 1 everything was sampled. Bytes without objects, which rounding
/// in the profiler can leave, have no mean size and stay as they are.
pub(crate) fn unsample(objects: u64, bytes: u64, period: u64) -> (u64, u64) {
    if objects == 0 || bytes == 0 || period <= 1 {
        return (objects, bytes);
    }
    let mean = bytes as f64 / objects as f64;
    let scale = 1.0 / -(-mean / period as f64).exp_m1();
    // Saturates at the largest u64; the model then refuses the sum with a clear message.
    (
        (objects as f64 * scale).round() as u64,
        (bytes as f64 * scale).round() as u64,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_object_stands_for_many_and_a_huge_one_for_itself() {
        let (objects, bytes) = unsample(1, 64, 524_288);
        assert!((8191..=8193).contains(&objects), "{objects}");
        assert!((524_288..=524_400).contains(&bytes), "{bytes}");
        assert_eq!(unsample(3, 3 << 30, 524_288), (3, 3 << 30));
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        assert_eq!(unsample(0, 4096, 524_288), (0, 4096));
        assert_eq!(unsample(5, 0, 524_288), (5, 0));
        assert_eq!(unsample(5, 50, 1), (5, 50));
    }
}
