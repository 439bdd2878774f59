//! The promises of a profile, as code.

use super::Profile;

/// A promise of the model that a reader's input broke.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// There is nothing to count.
    #[error("it has no value types")]
    NoValueTypes,
    /// There are more value types than fabric takes.
    #[error("it has {0} value types, more than the {max} fabric takes", max = crate::limits::VALUE_TYPES)]
    TooManyValueTypes(usize),
    /// A sample has not one value for each value type.
    #[error("sample {row} has {found} values for {expected} value types")]
    ValueCount {
        /// Number of the sample, from 0.
        row: usize,
        /// Values it has.
        found: usize,
        /// Values it should have.
        expected: usize,
    },
    /// A handle points outside its table.
    #[error("{what} {index} points to a {target} that is not there")]
    DanglingHandle {
        /// What holds the handle.
        what: &'static str,
        /// Its number.
        index: usize,
        /// What it should point to.
        target: &'static str,
    },
    /// A sum does not fit 64 bits.
    #[error("the values of type '{value_type}' add up to more than 64 bits hold")]
    SumOverflows {
        /// Name of the value type.
        value_type: String,
    },
    /// The distinct stacks have more locations than a table holds.
    #[error("its stacks have more than {max} locations", max = crate::limits::STACK_TABLE_ENTRIES)]
    StackTableFull,
}

/// Tests every promise but the uniqueness of samples, which the builder establishes by construction.
pub(super) fn check(profile: &Profile) -> Result<(), ModelError> {
    let expected = profile.value_types.len();
    if expected == 0 {
        return Err(ModelError::NoValueTypes);
    }
    if expected > crate::limits::VALUE_TYPES {
        return Err(ModelError::TooManyValueTypes(expected));
    }
    let dangling = |what, index, target| ModelError::DanglingHandle {
        what,
        index,
        target,
    };

    for (index, function) in profile.functions.iter().enumerate() {
        let strings = [function.name, function.system_name, function.file];
        if !strings.iter().all(|&id| profile.strings.holds(id)) {
            return Err(dangling("function", index, "string"));
        }
    }
    for (index, mapping) in profile.mappings.iter().enumerate() {
        if ![mapping.path, mapping.build_id]
            .iter()
            .all(|&id| profile.strings.holds(id))
        {
            return Err(dangling("mapping", index, "string"));
        }
    }
    if let Some(function) = profile
        .locations
        .functions()
        .find(|function| function.index() >= profile.functions.len())
    {
        return Err(dangling("frame of function", function.index(), "function"));
    }
    for (index, mapping) in profile.locations.mappings.iter().enumerate() {
        if mapping.is_some_and(|mapping| mapping.index() >= profile.mappings.len()) {
            return Err(dangling("location", index, "mapping"));
        }
    }
    // The highest handle decides: one pass without a branch per location, and the table may have a hundred million.
    if let Some(highest) = profile.stacks.locations().iter().max()
        && highest.index() >= profile.locations.len()
    {
        return Err(dangling("stack", highest.index(), "location"));
    }
    let samples = &profile.samples;
    if let Some(highest) = samples.stacks.iter().max()
        && highest.index() >= profile.stacks.len()
    {
        return Err(dangling("sample", highest.index(), "stack"));
    }
    if let Some(highest) = samples.labels.iter().max()
        && highest.index() >= profile.labels.sets.len()
    {
        return Err(dangling("sample", highest.index(), "label set"));
    }
    if samples.values.len() != expected || samples.labels.len() != samples.len() {
        return Err(ModelError::ValueCount {
            row: 0,
            found: samples.values.len(),
            expected,
        });
    }
    for column in &samples.values {
        if column.len() != samples.len() {
            return Err(ModelError::ValueCount {
                row: column.len().min(samples.len()),
                found: samples.values.len(),
                expected,
            });
        }
    }
    Ok(())
}

/// The sum of each value type.
pub(super) fn totals(profile: &Profile) -> Result<Vec<u64>, ModelError> {
    let sum = |(column, value_type): (&Vec<u64>, &super::ValueType)| {
        column
            .iter()
            .try_fold(0u64, |sum, &value| sum.checked_add(value))
            // Sums are compared and subtracted as signed numbers later on.
            .filter(|&sum| sum <= i64::MAX as u64)
            .ok_or_else(|| ModelError::SumOverflows {
                value_type: value_type.name.clone(),
            })
    };
    profile
        .samples
        .values
        .iter()
        .zip(&profile.value_types)
        .map(sum)
        .collect()
}
