//! How far a sampled value can be from the truth.
//!
//! A heap sampler with mean interval `R` sees an object of `s` bytes with probability `p = 1 - exp(-s/R)`, and each object it
//! sees is counted `1/p` times (jemalloc, `doc_internal/PROFILING_INTERNALS.md`; TCMalloc, `docs/sampling.md`; Go,
//! `runtime/pprof` `scaleHeapSample`). For `n` objects alive the estimate `k/p`, with `k` of them sampled, has variance
//! `n (1-p) / p`: that of a binomial divided by `p^2`. In bytes it is `n s^2 (1-p) / p`, which is never more than
//! `R` times the bytes, whatever the sizes, because `z / (e^z - 1) <= 1`.

use crate::model::{Measure, Profile, Sampling, Unit, ValueIndex};

use super::value_choice;

/// The variance of each sample's value of one type, by row; nothing where the profile does not tell how precise it is.
///
/// The unit is that of the value, squared.
pub fn row_variances(profile: &Profile, value: ValueIndex) -> Option<Vec<f64>> {
    let value_type = profile.value_type(value);
    let period = match profile.origin().sampling {
        Sampling::Exact => return Some(vec![0.0; profile.sample_count()]),
        Sampling::Unknown => return None,
        Sampling::Poisson { period, .. } => period as f64,
    };
    if value_type.unit == Unit::Other || value_type.measure == Measure::Other {
        return None;
    }
    let columns = value_choice::columns(profile, value_type.measure);
    let values = profile.values(value);
    let in_bytes = value_type.unit == Unit::Bytes;
    match (columns.bytes, columns.objects) {
        (Some(bytes), Some(objects)) => {
            let (bytes, objects) = (profile.values(bytes), profile.values(objects));
            let row = |row: usize| variance(bytes[row], objects[row], period, in_bytes);
            Some((0..values.len()).map(row).collect())
        }
        // Only bytes: the bound that holds for any sizes.
        _ if in_bytes => Some(values.iter().map(|&bytes| bytes as f64 * period).collect()),
        _ => None,
    }
}

/// The variance of `objects` objects that take `bytes` in all, as estimated with mean interval `period`.
pub fn variance(bytes: u64, objects: u64, period: f64, in_bytes: bool) -> f64 {
    if bytes == 0 || objects == 0 {
        // Bytes without objects happen where counts were rounded down: the bound holds.
        return if in_bytes { bytes as f64 * period } else { 0.0 };
    }
    let objects = objects as f64;
    let size = bytes as f64 / objects;
    // (1-p)/p = 1/(e^z - 1), which expm1 computes without loss for small objects.
    let odds = 1.0 / (size / period).exp_m1();
    let unit = if in_bytes { size * size } else { 1.0 };
    objects * odds * unit
}

/// How many objects were sampled to estimate `objects` objects that take `bytes`.
pub fn sampled_objects(bytes: u64, objects: u64, period: f64) -> f64 {
    if objects == 0 {
        return bytes as f64 / period;
    }
    let size = bytes as f64 / objects as f64;
    objects as f64 * -(-size / period).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variance_in_bytes_never_exceeds_period_times_bytes() {
        for size in [1u64, 64, 4096, 524_288, 1 << 26] {
            let bytes = size * 1000;
            let found = variance(bytes, 1000, 524_288.0, true);
            assert!(found <= bytes as f64 * 524_288.0 * (1.0 + 1e-9), "{size}");
            assert!(found >= 0.0);
        }
    }

    #[test]
    fn small_objects_reach_the_bound_and_huge_ones_are_certain() {
        let small = variance(64_000, 1000, 524_288.0, true) / (64_000.0 * 524_288.0);
        assert!((small - 1.0).abs() < 1e-3, "{small}");
        assert!(variance(1 << 36, 16, 524_288.0, true) < 1.0);
    }

    #[test]
    fn one_sampled_object_is_one_sampled_object() {
        let period = 524_288.0;
        let probability = 1.0 - (-4096.0f64 / period).exp();
        let objects = (1.0 / probability).round() as u64;
        let sampled = sampled_objects(objects * 4096, objects, period);
        assert!((sampled - 1.0).abs() < 0.01, "{sampled}");
    }
}
