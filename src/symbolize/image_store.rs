//! Bytes that stay where they are until the run is over.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes of an object file: a memory map, or a buffer.
pub type ImageBytes = Box<dyn AsRef<[u8]> + Send + Sync>;

/// Owns the bytes of every object file of a run, so that what is parsed from them can borrow them.
///
/// It only grows, and hands out references that live as long as itself: parsed DWARF is kept beside the names it
/// gave, for the next profile of the same program, and nothing is copied out of the memory maps.
pub struct ImageStore {
    slots: Box<[OnceLock<ImageBytes>]>,
    used: AtomicUsize,
}

/// Slots: one for each object file, and one for each inflated section of those (about ten where they are compressed).
/// Every module takes at most three files, so that even a hostile profile cannot get here with
/// [`limits::MODULES`](crate::limits::MODULES) modules; only many files of compressed sections can, which then go without lines.
const SLOTS: usize = 4 * crate::limits::MODULES;

impl ImageStore {
    /// Takes up `bytes`; `None` once the store is full.
    pub fn keep(&self, bytes: ImageBytes) -> Option<&[u8]> {
        let slot = self
            .slots
            .get(self.used.fetch_add(1, Ordering::Relaxed).min(SLOTS))?;
        Some((**slot.get_or_init(|| bytes)).as_ref())
    }
}

impl Default for ImageStore {
    fn default() -> ImageStore {
        ImageStore {
            slots: (0..SLOTS).map(|_| OnceLock::new()).collect(),
            used: AtomicUsize::new(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stay_readable_while_more_are_added_and_a_full_store_refuses() {
        let store = ImageStore::default();
        let first = store.keep(Box::new(vec![1u8, 2, 3]));
        for _ in 1..SLOTS {
            assert!(store.keep(Box::new(Vec::new())).is_some());
        }
        assert!(store.keep(Box::new(Vec::new())).is_none());
        assert_eq!(first, Some([1u8, 2, 3].as_slice()));
    }
}
