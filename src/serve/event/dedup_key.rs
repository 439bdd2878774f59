//! What tells an event from every other.

use ring::digest::{Context, SHA256};

/// What tells an event from every other: its session, worker and sequence number, in 16 bytes.
///
/// It is the first half of their SHA-256. Whoever writes lines may choose them so that keys are equal, and one event is then taken for a copy
/// of another; with a cryptographic hash that takes some 2^64 tries, so equal keys mean equal events. Nothing is secret or random in it:
/// keys of two processes can be compared. Its bytes are as good as random, but may be chosen by trying, so a map of keys should still be one
/// with a seeded hash (as those of std and hashbrown are).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupKey([u8; 16]);

impl DedupKey {
    /// The key of an event.
    pub fn new(session: &str, worker: &str, sequence: u64) -> DedupKey {
        let mut hash = Context::new(&SHA256);
        // With their lengths before them, texts cannot run into each other: ("ab", "c") is not ("a", "bc").
        for text in [session, worker] {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(&sequence.to_le_bytes());
        let digest = hash.finish();
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        DedupKey(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_counts_and_none_runs_into_the_next() {
        let key = DedupKey::new("s1", "w1", 7);
        assert_eq!(key, DedupKey::new("s1", "w1", 7));
        for other in [
            DedupKey::new("s2", "w1", 7),
            DedupKey::new("s1", "w2", 7),
            DedupKey::new("s1", "w1", 8),
            DedupKey::new("s1w", "1", 7),
            DedupKey::new("s", "1w1", 7),
            DedupKey::new("", "s1w1", 7),
            DedupKey::new("w1", "s1", 7),
        ] {
            assert_ne!(key, other);
        }
    }

    #[test]
    fn the_key_is_the_first_half_of_a_sha256() {
        // printf '\x02\0\0\0\0\0\0\0s1\x02\0\0\0\0\0\0\0w1\x07\0\0\0\0\0\0\0' | sha256sum
        let key = DedupKey::new("s1", "w1", 7);
        let hex: String = key.0.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "2ede6cc8f17c3451bab9f1cee472d80c");
    }
}
