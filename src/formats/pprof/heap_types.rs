//! Is this a heap profile, and who wrote it? Found out from the value types, by name and never by position.

use crate::formats::{ReadError, ReadErrorKind};
use crate::model::{Measure, ModelError, Producer, Unit, ValueType};

/// Refuses profiles of something else than memory, and says what they are.
pub(super) fn check_heap(value_types: &[ValueType]) -> Result<(), ReadError> {
    if value_types.is_empty() {
        return Err(ModelError::NoValueTypes.into());
    }
    if value_types
        .iter()
        .any(|value| value.measure != Measure::Other || value.unit == Unit::Bytes)
    {
        return Ok(());
    }
    let names = |wanted: &str| {
        value_types
            .iter()
            .any(|value| value.name.eq_ignore_ascii_case(wanted))
    };
    let kind = if names("cpu") || names("wall") || names("sample") {
        "CPU"
    } else if names("contentions") || names("delay") {
        "lock contention"
    } else if names("goroutine") || names("goroutines") {
        "goroutine"
    } else if names("threadcreate") {
        "thread creation"
    } else if names("samples") {
        "CPU"
    } else {
        "different"
    };
    let types: Vec<String> = value_types
        .iter()
        .map(|value| format!("{}/{}", value.name, value.unit_name))
        .collect();
    Err(ReadErrorKind::NotHeap {
        kind,
        types: types.join(", "),
    }
    .nowhere())
}

/// Who wrote a heap profile, by the shape of its value types and by what its addresses count from: the format has no field
/// for it.
pub(super) fn producer(
    value_types: &[ValueType],
    has_go_runtime: bool,
    has_file_addresses: bool,
) -> Producer {
    let names: Vec<&str> = value_types
        .iter()
        .map(|value| value.name.as_str())
        .collect();
    match names.as_slice() {
        [
            "alloc_objects",
            "alloc_space",
            "inuse_objects",
            "inuse_space",
        ] if has_go_runtime => Producer::Go,
        [
            "inuse_objects",
            "alloc_objects",
            "inuse_space",
            "alloc_space",
        ] => Producer::Node,
        ["inuse_space"] if has_file_addresses => Producer::JemallocPprof,
        [..] if names.contains(&"resident_space") || names.contains(&"stale_space") => {
            Producer::Tcmalloc
        }
        _ => Producer::Unknown,
    }
}
