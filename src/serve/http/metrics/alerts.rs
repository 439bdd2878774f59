//! Alerts, for Prometheus.

use super::families::{Families, Labels, Number};
use crate::serve::alerts::{AlertGauges, OutletGauges};
use crate::serve::store::{AlertKind, View};

/// Alerts, and what became of their notifications.
pub(super) fn of_alerts(families: &mut Families, view: &View, gauges: &AlertGauges) {
    let active = &view.alerts.active;
    let by_kind = AlertKind::ALL.into_iter().map(|kind| {
        let count = active.iter().filter(|alert| alert.kind == kind).count();
        let labels = vec![("kind", kind.name().to_owned())];
        (labels, Number::Whole(count as u64))
    });
    families.add_many(
        "alerts_active",
        "Alerts that hold, by kind",
        false,
        by_kind.collect(),
    );
    type Read = fn(&OutletGauges) -> u64;
    let outcomes: [(&'static str, Read); 4] = [
        ("delivered", |it| it.delivered.get()),
        ("dropped", |it| it.dropped.get()),
        ("failed", |it| it.failed.get()),
        ("retried", |it| it.retried.get()),
    ];
    let numbers = gauges.ways().into_iter().flat_map(|(way, counts)| {
        outcomes.map(|(outcome, read)| {
            let labels: Labels = vec![("via", way.to_owned()), ("outcome", outcome.to_owned())];
            (labels, Number::Whole(read(counts)))
        })
    });
    families.add_many(
        "alert_notifications",
        "Notifications of alerts: arrived, given up, pushed out of the queue; and tries that were followed by another",
        true,
        numbers.collect(),
    );
}
