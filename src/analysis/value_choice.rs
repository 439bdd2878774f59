//! Which value type is looked at.

use crate::model::{Measure, Profile, Unit, ValueIndex};

/// The profile has no value type of the name that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no value type '{asked}': this profile has {has}")]
pub struct NoSuchValue {
    /// The name asked for.
    pub asked: String,
    /// The names there are.
    pub has: String,
}

/// The value type to look at: the one asked for by name or by its place from 0, else bytes in use, else the one the profile wants shown,
/// else the last one, as in pprof.
///
/// # Errors
/// The profile has no value type of that name.
pub fn choose(profile: &Profile, asked: Option<&str>) -> Result<ValueIndex, NoSuchValue> {
    if let Some(asked) = asked {
        // pprof takes the place of a value type for its name.
        let place = asked.parse().ok().map(ValueIndex);
        return profile
            .find_value(|value| value.answers_to(asked))
            .or(place.filter(|place| place.index() < profile.value_types().len()))
            .ok_or_else(|| NoSuchValue {
                asked: asked.to_owned(),
                has: names(profile),
            });
    }
    let default = profile.origin().default_value_type.as_deref();
    let last = profile.value_types().len() - 1;
    Ok(profile
        .value_of(Measure::InUse, Unit::Bytes)
        .or_else(|| profile.find_value(|value| Some(value.name.as_str()) == default))
        .unwrap_or(ValueIndex(last)))
}

/// The names of all value types, for messages.
pub fn names(profile: &Profile) -> String {
    let names: Vec<&str> = profile
        .value_types()
        .iter()
        .map(|value| value.name.as_str())
        .collect();
    names.join(", ")
}

/// The columns of bytes and objects that describe the same memory as `value`, where the profile has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    /// Bytes.
    pub bytes: Option<ValueIndex>,
    /// Objects.
    pub objects: Option<ValueIndex>,
}

/// The columns of `measure`.
pub fn columns(profile: &Profile, measure: Measure) -> Columns {
    if measure == Measure::Other {
        return Columns {
            bytes: None,
            objects: None,
        };
    }
    Columns {
        bytes: profile.value_of(measure, Unit::Bytes),
        objects: profile.value_of(measure, Unit::Objects),
    }
}
