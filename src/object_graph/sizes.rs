//! Sizes of nodes in half the memory.

use hashbrown::HashMap;

/// What stands for a size that does not fit 32 bits.
const LARGE: u32 = u32::MAX;

/// A size for each node, in bytes. Nearly all of them fit 32 bits; the others are kept apart.
#[derive(Debug, Clone, Default)]
pub struct Sizes {
    small: Vec<u32>,
    large: HashMap<u32, u64>,
}

impl Sizes {
    /// None yet, with room for so many.
    pub fn with_capacity(count: usize) -> Sizes {
        Sizes {
            small: Vec::with_capacity(count),
            large: HashMap::new(),
        }
    }

    /// Adds the size of the next node.
    pub fn push(&mut self, size: u64) {
        let small = u32::try_from(size).unwrap_or(LARGE);
        if small == LARGE {
            self.large.insert(self.small.len() as u32, size);
        }
        self.small.push(small);
    }

    /// The size of a node.
    pub fn get(&self, node: u32) -> u64 {
        match self.small[node as usize] {
            LARGE => self.large.get(&node).copied().unwrap_or(u64::from(LARGE)),
            small => u64::from(small),
        }
    }

    /// Adds to the size of a node; the sum of all sizes fits 64 bits, as the graph checks.
    pub(super) fn add(&mut self, node: u32, more: u64) {
        self.set(node, self.get(node) + more);
    }

    /// Takes the size of a node away.
    pub(super) fn take(&mut self, node: u32) -> u64 {
        let size = self.get(node);
        self.set(node, 0);
        size
    }

    fn set(&mut self, node: u32, size: u64) {
        let small = u32::try_from(size).unwrap_or(LARGE);
        if small == LARGE {
            self.large.insert(node, size);
        } else if self.small[node as usize] == LARGE {
            self.large.remove(&node);
        }
        self.small[node as usize] = small;
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.small.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.small.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        (0..self.small.len() as u32).map(|node| self.get(node))
    }
}

impl FromIterator<u64> for Sizes {
    fn from_iter<I: IntoIterator<Item = u64>>(sizes: I) -> Sizes {
        let mut all = Sizes::default();
        sizes.into_iter().for_each(|size| all.push(size));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_any_magnitude_come_back() {
        let sizes = [0, 16, u64::from(u32::MAX) - 1, u64::from(u32::MAX), 1 << 40];
        let kept: Sizes = sizes.into_iter().collect();
        assert_eq!(kept.iter().collect::<Vec<_>>(), sizes);
        let mut kept = kept;
        kept.add(1, 1 << 33);
        assert_eq!(kept.get(1), (1 << 33) + 16);
        assert_eq!(kept.take(4), 1 << 40);
        kept.add(4, 8);
        assert_eq!(kept.get(4), 8);
    }
}
