//! The values of each stack of one profile, in columns.

use crate::model::{Measure, Sampling, StackId, Unit, ValueIndex};

use super::blame::Blame;
use super::frame_filter::View;
use super::{sampling_error, value_choice};

/// The values of each stack of one profile, summed over labels.
#[derive(Debug)]
pub(super) struct StackValues<'v, 'p> {
    view: &'v View<'p>,
    value: ValueIndex,
    blame: Blame<'v, 'p>,
    /// The value looked at.
    values: Vec<u64>,
    /// Its variance; nothing where the precision is not known.
    variances: Option<Vec<f64>>,
    /// All allocations so far in the unit of that value, where the profile counts them.
    allocated: Option<Vec<u64>>,
    /// The same memory in objects, where the profile counts them.
    objects: Option<Vec<u64>>,
    total: u64,
    /// Samples behind the total, counted up to [`PLENTY_OF_SAMPLES`]; nothing where the precision is not known.
    sampled_objects: Option<f64>,
}

/// More samples than any decision asks for.
const PLENTY_OF_SAMPLES: f64 = 1000.0;

impl<'v, 'p> StackValues<'v, 'p> {
    pub(super) fn new(view: &'v View<'p>, value: ValueIndex) -> StackValues<'v, 'p> {
        let profile = view.profile();
        let value_type = profile.value_type(value);
        let sum = |index: ValueIndex| {
            let mut sums = vec![0u64; profile.stacks().len()];
            let column = profile.values(index);
            for sample in view.samples() {
                sums[sample.stack.index()] += column[sample.row];
            }
            sums
        };
        let values = sum(value);
        let variances = sampling_error::row_variances(profile, value).map(|rows| {
            let mut sums = vec![0f64; profile.stacks().len()];
            for sample in view.samples() {
                sums[sample.stack.index()] += rows[sample.row];
            }
            sums
        });
        let allocated = (value_type.measure != Measure::Other)
            .then(|| profile.value_of(Measure::Allocated, value_type.unit))
            .flatten()
            .map(sum);
        let objects = value_choice::columns(profile, value_type.measure)
            .objects
            .map(sum);
        let sampled_objects = profile.origin().sampling.period().map(|period| {
            let columns = value_choice::columns(profile, value_type.measure);
            let bytes = columns.bytes.map(|index| profile.values(index));
            let objects = columns.objects.map(|index| profile.values(index));
            let mut sampled = 0.0;
            for sample in view.samples() {
                let bytes = bytes.map_or(0, |column| column[sample.row]);
                let objects = objects.map_or(0, |column| column[sample.row]);
                sampled += sampling_error::sampled_objects(bytes, objects, period as f64);
                // Only whether there are enough is asked, and that is clear early.
                if sampled > PLENTY_OF_SAMPLES {
                    break;
                }
            }
            sampled
        });
        StackValues {
            total: values.iter().sum(),
            view,
            value,
            blame: Blame::new(view),
            values,
            variances,
            allocated,
            objects,
            sampled_objects,
        }
    }

    /// The same with all values times `factor`.
    pub(super) fn scaled(mut self, factor: f64) -> StackValues<'v, 'p> {
        if factor != 1.0 {
            // Values are compared and subtracted as signed numbers.
            let most = i64::MAX as u64;
            let scale = |value: &mut u64| {
                *value = most.min((*value as f64 * factor).round() as u64);
            };
            self.values.iter_mut().for_each(scale);
            self.allocated.iter_mut().flatten().for_each(scale);
            self.objects.iter_mut().flatten().for_each(scale);
            for variance in self.variances.iter_mut().flatten() {
                *variance *= factor * factor;
            }
            let sum = |sum: u64, &value: &u64| sum.saturating_add(value);
            self.total = self.values.iter().fold(0, sum).min(most);
        }
        self
    }

    pub(super) fn view(&self) -> &'v View<'p> {
        self.view
    }

    pub(super) fn value_index(&self) -> ValueIndex {
        self.value
    }

    pub(super) fn blame(&self) -> &Blame<'v, 'p> {
        &self.blame
    }

    pub(super) fn value(&self, stack: StackId) -> u64 {
        self.values[stack.index()]
    }

    pub(super) fn variance(&self, stack: StackId) -> f64 {
        self.variances
            .as_ref()
            .map_or(0.0, |variances| variances[stack.index()])
    }

    pub(super) fn has_variances(&self) -> bool {
        self.variances.is_some()
    }

    pub(super) fn allocated(&self, stack: StackId) -> Option<u64> {
        self.allocated
            .as_ref()
            .map(|allocated| allocated[stack.index()])
    }

    pub(super) fn counts_allocations(&self) -> bool {
        self.allocated.is_some()
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn objects(&self, stack: StackId) -> u64 {
        self.objects
            .as_ref()
            .map_or(0, |objects| objects[stack.index()])
    }

    pub(super) fn counts_objects(&self) -> bool {
        self.objects.is_some()
    }

    pub(super) fn sampled_objects(&self) -> Option<f64> {
        self.sampled_objects
    }

    pub(super) fn sampling(&self) -> Sampling {
        self.view.profile().origin().sampling
    }

    /// Whether values are memory at one moment, and not sums over the life of the process.
    pub(super) fn is_in_use(&self) -> bool {
        self.view.profile().value_type(self.value).measure == Measure::InUse
    }

    /// Whether values are sums of all allocations so far.
    pub(super) fn is_cumulative(&self) -> bool {
        self.view.profile().value_type(self.value).measure == Measure::Allocated
    }

    pub(super) fn is_bytes(&self) -> bool {
        self.view.profile().value_type(self.value).unit == Unit::Bytes
    }

    /// Stacks that hold or ever held something.
    pub(super) fn stacks(&self) -> impl Iterator<Item = StackId> + '_ {
        let stacks = self.view.profile().stacks();
        stacks.iter().map(|(stack, _)| stack).filter(|&stack| {
            self.value(stack) > 0 || self.allocated(stack).is_some_and(|allocated| allocated > 0)
        })
    }
}
