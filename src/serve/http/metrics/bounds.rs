//! What is held and its bounds, for Prometheus.

use super::families::{Families, Number};
use crate::serve::bounds::BoundReport;

pub(super) fn of_bounds(families: &mut Families, bounds: &[BoundReport]) {
    type Read = fn(&BoundReport) -> Option<u64>;
    let reads: [(&'static str, &'static str, bool, Read); 5] = [
        ("bound_length", "Entries of a collection", false, |report| {
            Some(report.usage.length)
        }),
        ("bound_bytes", "Bytes of a collection", false, |report| {
            Some(report.usage.bytes)
        }),
        (
            "bound_cap_entries",
            "Most entries of a collection",
            false,
            |report| report.bound.cap_entries,
        ),
        (
            "bound_cap_bytes",
            "Most bytes of a collection",
            false,
            |report| report.bound.cap_bytes,
        ),
        (
            "bound_evictions",
            "Entries that left or were refused because of the bound",
            true,
            |report| Some(report.usage.evictions),
        ),
    ];
    for (name, help, rises, read) in reads {
        let numbers = bounds.iter().filter_map(|report| {
            let labels = vec![("collection", report.bound.collection.to_owned())];
            Some((labels, Number::Whole(read(report)?)))
        });
        families.add_many(name, help, rises, numbers.collect());
    }
}
