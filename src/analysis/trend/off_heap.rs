//! Memory that the process holds beside the profiled heap: fragmentation, or what does not come from the allocator.

use super::court::Court;
use super::judgement::Estimate;
use super::path_series::PathSeries;
use super::series::Series;

/// Growth of the resident size that the heap does not explain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OffHeap {
    /// Growth of resident size less heap in use, for each hour or snapshot.
    pub growth: Estimate,
    /// Resident size less heap in use in the last snapshot, in bytes.
    pub last_bytes: u64,
    /// Resident size in the last snapshot, in bytes.
    pub resident_bytes: u64,
}

/// Resident sizes come in pages and the kernel's own time: movement of less than this says nothing.
const GRAIN: f64 = 1024.0 * 1024.0;

/// Growth over the series below this part of the resident size is not worth a word.
const MATERIAL_SHARE: f64 = 0.02;

/// Looks for it, where all judged snapshots carry a resident size.
pub(super) fn find(
    series: &Series<'_>,
    court: &Court<'_>,
    points: &[Vec<usize>],
    span: f64,
) -> Option<OffHeap> {
    if !series.is_bytes {
        return None;
    }
    let beside = |at: usize| {
        let resident = series.circumstances[at].resident_bytes? as f64;
        Some((resident - series.snapshots[at].total as f64).max(0.0))
    };
    let values: Option<Vec<f64>> = points
        .iter()
        .map(|point| {
            let sum: Option<f64> = point.iter().map(|&at| beside(at)).sum();
            sum.map(|sum| sum / point.len() as f64)
        })
        .collect();
    let last = *points.last()?.last()?;
    let resident_bytes = series.circumstances[last].resident_bytes?;
    let growth = court.growth(&PathSeries {
        values: values?,
        weight: GRAIN,
    });
    let is_material = growth.low > 0.0 && growth.value > MATERIAL_SHARE * resident_bytes as f64;
    is_material.then(|| OffHeap {
        growth: growth.scaled(1.0 / span),
        last_bytes: beside(last).unwrap_or(0.0) as u64,
        resident_bytes,
    })
}
