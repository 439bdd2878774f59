//! Numbers with names, written as Prometheus reads them.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::prometheus_text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

/// In the text format of Prometheus, with the prefix `fabric_`.
pub(super) fn text(families: Families) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("fabric");
    registry.register_collector(Box::new(families));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// Numbers of one name.
#[derive(Debug)]
struct Family {
    /// Without prefix, and without `_total`.
    name: &'static str,
    help: &'static str,
    rises: bool,
    numbers: Vec<(Labels, Number)>,
}

/// What tells numbers of one name apart.
pub(super) type Labels = Vec<(&'static str, String)>;

/// A number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Whole(u64),
    Real(f64),
}

/// Numbers by name.
#[derive(Debug, Default)]
pub(super) struct Families(Vec<Family>);

impl Families {
    pub(super) fn add(
        &mut self,
        name: &'static str,
        help: &'static str,
        rises: bool,
        number: Number,
    ) {
        self.add_many(name, help, rises, vec![(Labels::new(), number)]);
    }

    pub(super) fn add_many(
        &mut self,
        name: &'static str,
        help: &'static str,
        rises: bool,
        numbers: Vec<(Labels, Number)>,
    ) {
        self.0.push(Family {
            name,
            help,
            rises,
            numbers,
        });
    }
}

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for family in &self.0 {
            let kind = if family.rises {
                MetricType::Counter
            } else {
                MetricType::Gauge
            };
            let mut metric = encoder.encode_descriptor(family.name, family.help, None, kind)?;
            for (labels, number) in &family.numbers {
                if labels.is_empty() {
                    write(&mut metric, family.rises, *number)?;
                } else {
                    write(&mut metric.encode_family(labels)?, family.rises, *number)?;
                }
            }
        }
        Ok(())
    }
}

fn write(metric: &mut MetricEncoder<'_>, rises: bool, number: Number) -> Result<(), fmt::Error> {
    match (rises, number) {
        (true, Number::Whole(number)) => {
            metric.encode_counter::<NoLabelSet, u64, u64>(&number, None)
        }
        (true, Number::Real(number)) => {
            metric.encode_counter::<NoLabelSet, f64, u64>(&number, None)
        }
        (false, Number::Whole(number)) => metric.encode_gauge(&number),
        (false, Number::Real(number)) => metric.encode_gauge(&number),
    }
}
