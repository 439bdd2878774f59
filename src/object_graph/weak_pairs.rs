//! The pairs of WeakMaps, which V8 marks by the names of edges alone.
//!
//! The value of a pair lives as long as both its key and its table, so V8 writes two edges to it with one name:
//! `3 / part of key (Object @31667) -> value (LeakyThing @68375) pair in WeakMap (table @128863)`, where only the number in
//! front differs. Source: v8:src/profiler/heap-snapshot-generator.cc, `ExtractEphemeronHashTableReferences`.

/// The name of an edge of such a pair, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WeakPair<'t> {
    /// What both edges of the pair have in common.
    pub(super) pair: &'t [u8],
    /// The id of the table.
    pub(super) table: u64,
}

impl WeakPair<'_> {
    /// Reads the name of an edge; nothing where it is another kind of name, as nearly all are.
    pub(super) fn from_name(name: &[u8]) -> Option<WeakPair<'_>> {
        let digits = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let pair = &name[digits..];
        if digits == 0 || !pair.starts_with(b" / part of key (") {
            return None;
        }
        let end = b" pair in WeakMap (table @";
        let table = memchr::memmem::rfind(pair, end)? + end.len();
        let table = pair[table..].strip_suffix(b")")?;
        let table = std::str::from_utf8(table).ok()?.parse().ok()?;
        Some(WeakPair { pair, table })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_known_by_its_name() {
        let name = b"3 / part of key (Object @31667) -> value (LeakyThing @68375) pair in WeakMap (table @128863)";
        assert_eq!(
            WeakPair::from_name(name),
            Some(WeakPair {
                pair: &name[1..],
                table: 128_863
            })
        );
        assert_eq!(WeakPair::from_name(b"elements"), None);
        assert_eq!(WeakPair::from_name(b"3 / part of key (a"), None);
    }
}
