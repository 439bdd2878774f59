//! JSON that is known to be right, as a value that is written as it is.

use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, Error, MapDeserializer};
use serde::de::{Deserializer, Visitor};
use serde_json::value::RawValue;

/// The text as a raw value. serde_json has no safe way to make one without reading all of the text again, which would take longer than all
/// else that an answer with many events needs. A raw value is read from whatever deserializer there is, though, so this gives it one that
/// hands over the text in the form in which it asks for it.
///
/// # Errors
/// Raw values are read in another way than they were when this was written; a test would have said so.
pub(super) fn verbatim(json: &str) -> Result<&RawValue, Error> {
    <&RawValue>::deserialize(Verbatim(json))
}

/// Hands over a text in the form in which serde_json hands it to a raw value: as a map with one entry, whose key is the name that the raw
/// value gave for itself.
struct Verbatim<'a>(&'a str);

impl<'de> Deserializer<'de> for Verbatim<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text = BorrowedStrDeserializer::new(self.0);
        visitor.visit_map(MapDeserializer::new(std::iter::once((name, text))))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_it_is_and_not_read() {
        // That is no JSON; a value that had been read would not be there.
        let value = verbatim("{not read}").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            serde_json::to_string(value).ok().as_deref(),
            Some("{not read}")
        );
    }
}
