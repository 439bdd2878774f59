//! The pairs of WeakMaps, which V8 marks by the names of edges alone.
//!
//! The value of a pair lives as long as both its key and its table, so V8 writes two edges to it with one name:
//! `3 / part of key (Object @31667) -> value (LeakyThing @68375) pair in WeakMap (table @128863)`, where only the number in
//! front differs. Source: v8:src/profiler/heap-snapshot-generator.cc, `ExtractEphemeronHashTableReferences`.

/// The id of the table that a pair is in, from the name of an edge to its value; nothing for another kind of name, as nearly all are.
pub(super) fn table_of_pair(name: &[u8]) -> Option<u64> {
    let digits = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let pair = &name[digits..];
    if digits == 0 || !pair.starts_with(b" / part of key (") {
        return None;
    }
    let end = b" pair in WeakMap (table @";
    let table = memchr::memmem::rfind(pair, end)? + end.len();
    let table = pair[table..].strip_suffix(b")")?;
    std::str::from_utf8(table).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_known_by_its_name() {
        let name = b"3 / part of key (Object @31667) -> value (LeakyThing @68375) pair in WeakMap (table @128863)";
        assert_eq!(table_of_pair(name), Some(128_863));
        assert_eq!(table_of_pair(b"elements"), None);
        assert_eq!(table_of_pair(b"3 / part of key (a"), None);
    }
}
