//! The outermost object of a line, read in one pass.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::entries::{Entries, Name};

/// The outermost object of a line: the fields that decide its shape, its `data`, and the others.
#[derive(Debug, Default)]
pub(super) struct Envelope<'a> {
    fields: [Option<&'a RawValue>; FIELDS.len()],
    /// What `data` holds.
    pub(super) data: Data<'a>,
    /// Fields that no shape knows.
    pub(super) others: Entries<'a>,
}

/// The field `data`.
#[derive(Debug, Default)]
pub(super) enum Data<'a> {
    /// There is none.
    #[default]
    Absent,
    /// An object.
    Object(Entries<'a>),
    /// Something else.
    Other,
}

/// A field that decides a line's shape or has a meaning in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Timestamp,
    EventType,
    WorkerId,
    SessionId,
    Sequence,
    BeadId,
    SchemaVersion,
    Host,
    Ts,
    Event,
    Worker,
    Level,
    Session,
    Msg,
}

/// Every field with its name, in the order of the variants.
pub(super) const FIELDS: [(Field, &str); 14] = [
    (Field::Timestamp, "timestamp"),
    (Field::EventType, "event_type"),
    (Field::WorkerId, "worker_id"),
    (Field::SessionId, "session_id"),
    (Field::Sequence, "sequence"),
    (Field::BeadId, "bead_id"),
    (Field::SchemaVersion, "schema_version"),
    (Field::Host, "host"),
    (Field::Ts, "ts"),
    (Field::Event, "event"),
    (Field::Worker, "worker"),
    (Field::Level, "level"),
    (Field::Session, "session"),
    (Field::Msg, "msg"),
];

impl Field {
    fn of_name(name: &str) -> Option<Field> {
        Some(match name {
            "timestamp" => Field::Timestamp,
            "event_type" => Field::EventType,
            "worker_id" => Field::WorkerId,
            "session_id" => Field::SessionId,
            "sequence" => Field::Sequence,
            "bead_id" => Field::BeadId,
            "schema_version" => Field::SchemaVersion,
            "host" => Field::Host,
            "ts" => Field::Ts,
            "event" => Field::Event,
            "worker" => Field::Worker,
            "level" => Field::Level,
            "session" => Field::Session,
            "msg" => Field::Msg,
            _ => return None,
        })
    }
}

impl<'a> Envelope<'a> {
    /// Reads a line that begins with a brace. A name that occurs twice counts with its last value.
    pub(super) fn read(line: &'a str) -> Result<Envelope<'a>, serde_json::Error> {
        serde_json::from_str(line)
    }

    /// The value of a field.
    pub(super) fn get(&self, field: Field) -> Option<&'a RawValue> {
        self.fields.get(field as usize).copied().flatten()
    }

    /// The value of a field, which is then gone.
    pub(super) fn take(&mut self, field: Field) -> Option<&'a RawValue> {
        self.fields.get_mut(field as usize).and_then(Option::take)
    }

    /// The fields that were not taken, with their names.
    pub(super) fn untaken(&self) -> impl Iterator<Item = (&'static str, &'a RawValue)> {
        FIELDS
            .iter()
            .zip(&self.fields)
            .filter_map(|((_, name), value)| Some((*name, (*value)?)))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Line;

        impl<'de> Visitor<'de> for Line {
            type Value = Envelope<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut envelope = Envelope::default();
                while let Some(Name(name)) = map.next_key()? {
                    if let Some(field) = Field::of_name(&name) {
                        let value = map.next_value()?;
                        if let Some(place) = envelope.fields.get_mut(field as usize) {
                            *place = Some(value);
                        }
                    } else if name == "data" {
                        envelope.data = map.next_value_seed(DataSeed)?;
                    } else {
                        envelope.others.replace(name, map.next_value()?);
                    }
                }
                Ok(envelope)
            }
        }

        deserializer.deserialize_map(Line)
    }
}

/// Reads `data` in the same pass, without going over it twice.
struct DataSeed;

impl<'de> DeserializeSeed<'de> for DataSeed {
    type Value = Data<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Data<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DataSeed {
    type Value = Data<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Data<'de>, A::Error> {
        Entries::from_map(map).map(Data::Object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Data<'de>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Data::Other)
    }

    fn visit_unit<E>(self) -> Result<Data<'de>, E> {
        Ok(Data::Absent)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Data<'de>, E> {
        Ok(Data::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Data<'de>, E> {
        Ok(Data::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Data<'de>, E> {
        Ok(Data::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Data<'de>, E> {
        Ok(Data::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Data<'de>, E> {
        Ok(Data::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name_and_stands_at_its_place() {
        for (place, (field, name)) in FIELDS.into_iter().enumerate() {
            assert_eq!(Field::of_name(name), Some(field));
            assert_eq!(field as usize, place, "{name}");
        }
    }
}
