//! Writes pprof's profile.proto byte by byte, sharing no code with the reader.
//!
//! Field numbers are those of `proto/profile.proto` in google/pprof.

use std::collections::HashMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// The value types of Go's heap profiles, in Go's order.
pub(crate) const GO_HEAP: [(&str, &str); 4] = [
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
];

/// A profile.proto in the making.
#[derive(Debug, Clone)]
pub(crate) struct SynthPprof {
    types: Vec<u8>,
    samples: Vec<u8>,
    locations: Vec<u8>,
    functions: Vec<u8>,
    tail: Vec<u8>,
    strings: Vec<String>,
    string_ids: HashMap<String, u64>,
    function_ids: HashMap<String, u64>,
    location_ids: HashMap<(String, u64), u64>,
    first_id: u64,
}

impl SynthPprof {
    /// An empty profile whose samples have one value for each of `types`, pairs of type and unit.
    pub(crate) fn new(types: &[(&str, &str)]) -> SynthPprof {
        let mut profile = SynthPprof {
            types: Vec::new(),
            samples: Vec::new(),
            locations: Vec::new(),
            functions: Vec::new(),
            tail: Vec::new(),
            strings: vec![String::new()],
            string_ids: HashMap::from([(String::new(), 0)]),
            function_ids: HashMap::new(),
            location_ids: HashMap::new(),
            first_id: 1,
        };
        for (kind, unit) in types {
            let body = profile.value_type(kind, unit);
            put_block(&mut profile.types, 1, &body);
        }
        profile
    }

    /// Lets function and location ids begin at `id`, as every file numbers its own.
    pub(crate) fn number_from(mut self, id: u64) -> SynthPprof {
        self.first_id = id;
        self
    }

    /// Adds a sample; `stack` has the leaf first, one function name for each frame.
    pub(crate) fn sample(&mut self, stack: &[&str], values: &[i64]) {
        self.sample_with_bytes(stack, values, None);
    }

    /// Adds a sample with the numeric label `bytes`, the size of its objects, as Go writes it.
    pub(crate) fn sample_with_bytes(&mut self, stack: &[&str], values: &[i64], bytes: Option<u64>) {
        let ids: Vec<u64> = stack.iter().map(|name| self.location(name, 0)).collect();
        self.sample_at(&ids, values, bytes);
    }

    /// Adds a sample whose stack is of ids that [`location`](Self::location) gave out, the leaf first.
    pub(crate) fn sample_at(&mut self, stack: &[u64], values: &[i64], bytes: Option<u64>) {
        let mut body = Vec::with_capacity(stack.len() * 3 + values.len() * 4 + 16);
        put_packed(&mut body, 1, stack.iter().copied());
        // A negative value is ten bytes on the wire, as protobuf's int64 has it.
        put_packed(&mut body, 2, values.iter().map(|&value| value as u64));
        if let Some(bytes) = bytes {
            let mut label = Vec::new();
            put_number(&mut label, 1, self.string("bytes"));
            put_number(&mut label, 3, bytes);
            put_number(&mut label, 4, self.string("bytes"));
            put_block(&mut body, 3, &label);
        }
        put_block(&mut self.samples, 2, &body);
    }

    /// The id of the location of `line` in the function `name`, made when first asked for.
    pub(crate) fn location(&mut self, name: &str, line: u64) -> u64 {
        let key = (name.to_owned(), line);
        if let Some(&id) = self.location_ids.get(&key) {
            return id;
        }
        let function = self.function(name);
        let id = self.first_id + self.location_ids.len() as u64;
        let mut entry = Vec::new();
        put_number(&mut entry, 1, function);
        put_number(&mut entry, 2, line);
        let mut body = Vec::new();
        put_number(&mut body, 1, id);
        put_number(&mut body, 3, 0x40_0000 + 16 * id);
        put_block(&mut body, 4, &entry);
        put_block(&mut self.locations, 4, &body);
        self.location_ids.insert(key, id);
        id
    }

    fn function(&mut self, name: &str) -> u64 {
        if let Some(&id) = self.function_ids.get(name) {
            return id;
        }
        let id = self.first_id + self.function_ids.len() as u64;
        let text = self.string(name);
        // The file of Go's `path/to/package.Function` is in that package.
        let package = name
            .rfind('/')
            .map_or(name, |slash| &name[..slash + 1])
            .trim_end_matches('/');
        let file = self.string(&format!("{package}/source.go"));
        let mut body = Vec::new();
        put_number(&mut body, 1, id);
        put_number(&mut body, 2, text);
        put_number(&mut body, 3, text);
        put_number(&mut body, 4, file);
        put_block(&mut self.functions, 5, &body);
        self.function_ids.insert(name.to_owned(), id);
        id
    }

    /// Sets the mean sampling distance, with its type.
    pub(crate) fn period(&mut self, kind: &str, unit: &str, period: i64) {
        let body = self.value_type(kind, unit);
        put_block(&mut self.tail, 11, &body);
        put_number(&mut self.tail, 12, period as u64);
    }

    /// Sets the time, in nanoseconds since 1970.
    pub(crate) fn time_nanos(&mut self, nanos: i64) {
        put_number(&mut self.tail, 9, nanos as u64);
    }

    /// Sets the type to be shown first.
    pub(crate) fn default_type(&mut self, kind: &str) {
        let text = self.string(kind);
        put_number(&mut self.tail, 14, text);
    }

    /// Adds a comment.
    pub(crate) fn comment(&mut self, comment: &str) {
        let text = self.string(comment);
        put_number(&mut self.tail, 13, text);
    }

    /// The message, not compressed.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for part in [
            &self.types,
            &self.samples,
            &self.locations,
            &self.functions,
            &self.tail,
        ] {
            out.extend_from_slice(part);
        }
        for text in &self.strings {
            put_block(&mut out, 6, text.as_bytes());
        }
        out
    }

    /// The message as on disk, compressed with gzip.
    pub(crate) fn encode_gzip(&self) -> std::io::Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.encode())?;
        encoder.finish()
    }

    fn string(&mut self, text: &str) -> u64 {
        if let Some(&id) = self.string_ids.get(text) {
            return id;
        }
        let id = self.strings.len() as u64;
        self.strings.push(text.to_owned());
        self.string_ids.insert(text.to_owned(), id);
        id
    }

    fn value_type(&mut self, kind: &str, unit: &str) -> Vec<u8> {
        let mut body = Vec::new();
        put_number(&mut body, 1, self.string(kind));
        put_number(&mut body, 2, self.string(unit));
        body
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A number field; like all writers of protobuf it leaves out zeros.
fn put_number(out: &mut Vec<u8>, field: u64, value: u64) {
    if value != 0 {
        put_varint(out, field << 3);
        put_varint(out, value);
    }
}

fn put_block(out: &mut Vec<u8>, field: u64, body: &[u8]) {
    put_varint(out, field << 3 | 2);
    put_varint(out, body.len() as u64);
    out.extend_from_slice(body);
}

fn put_packed(out: &mut Vec<u8>, field: u64, values: impl Iterator<Item = u64>) {
    let mut body = Vec::new();
    for value in values {
        put_varint(&mut body, value);
    }
    put_block(out, field, &body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tiny_profile_has_the_bytes_that_the_wire_format_demands() {
        let mut profile = SynthPprof::new(&[("a", "b")]);
        profile.sample(&["f"], &[300]);
        profile.period("a", "b", 2);
        profile.time_nanos(5);
        let expected = [
            b"\x0a\x04\x08\x01\x10\x02".as_slice(), // sample_type { type: 1, unit: 2 }
            b"\x12\x07\x0a\x01\x01\x12\x02\xac\x02", // sample { location_id: [1], value: [300] }
            b"\x22\x0b\x08\x01\x18\x90\x80\x80\x02\x22\x02\x08\x01", // location { id, address, line { function } }
            b"\x2a\x08\x08\x01\x10\x03\x18\x03\x20\x04", // function { id, name: 3, system_name: 3, filename: 4 }
            b"\x5a\x04\x08\x01\x10\x02\x60\x02\x48\x05", // period_type, period, time_nanos
            b"\x32\x00\x32\x01a\x32\x01b\x32\x01f\x32\x0bf/source.go",
        ]
        .concat();
        assert_eq!(profile.encode(), expected);
    }

    #[test]
    fn equal_names_share_a_location_and_ids_begin_where_they_are_told_to() {
        let mut profile = SynthPprof::new(&GO_HEAP).number_from(1000);
        assert_eq!(profile.location("main.main", 0), 1000);
        assert_eq!(profile.location("main.keep", 0), 1001);
        assert_eq!(profile.location("main.main", 0), 1000);
        assert_eq!(profile.location("main.main", 7), 1002);
    }

    #[test]
    fn gzip_shrinks_what_repeats() -> std::io::Result<()> {
        let mut profile = SynthPprof::new(&GO_HEAP);
        profile.default_type("inuse_space");
        profile.comment("made by a test");
        for _ in 0..1000 {
            profile.sample_with_bytes(
                &["main.keep", "main.main"],
                &[1, 64, -1, i64::MIN],
                Some(64),
            );
        }
        let zipped = profile.encode_gzip()?;
        assert_eq!(&zipped[..2], b"\x1f\x8b");
        assert!(zipped.len() * 20 < profile.encode().len());
        Ok(())
    }
}
