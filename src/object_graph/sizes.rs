//! Sizes of nodes in a quarter of the memory.

use hashbrown::HashMap;

/// One in so many may be kept apart: each of those takes up to some 40 bytes there, and every wider entry two more.
const ONE_APART_IN: usize = 16;

/// So many may be kept apart in any case: until then it is not known how many nodes there will be.
const APART_AT_LEAST: usize = 4096;

/// A size for each node, in bytes. Nearly all of them fit 16 bits; the others are kept apart, and where these are many, all have 32 bits.
#[derive(Debug, Clone, Default)]
pub struct Sizes {
    small: Small,
    /// Those that do not fit, by node.
    large: HashMap<u32, u64>,
}

/// The largest number of each column stands for a size that does not fit.
#[derive(Debug, Clone)]
enum Small {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

impl Default for Small {
    fn default() -> Small {
        Small::Narrow(Vec::new())
    }
}

impl Sizes {
    /// None yet, with room for so many.
    pub fn with_capacity(count: usize) -> Sizes {
        Sizes {
            small: Small::Narrow(Vec::with_capacity(count)),
            large: HashMap::new(),
        }
    }

    /// Adds the size of the next node.
    pub fn push(&mut self, size: u64) {
        match &mut self.small {
            Small::Narrow(small) => small.push(0),
            Small::Wide(small) => small.push(0),
        }
        self.set(self.len() as u32 - 1, size);
    }

    /// The size of a node.
    pub fn get(&self, node: u32) -> u64 {
        match &self.small {
            Small::Narrow(small) => match small[node as usize] {
                u16::MAX => self.apart(node),
                size => u64::from(size),
            },
            Small::Wide(small) => match small[node as usize] {
                u32::MAX => self.apart(node),
                size => u64::from(size),
            },
        }
    }

    #[cold]
    fn apart(&self, node: u32) -> u64 {
        self.large.get(&node).copied().unwrap_or_default()
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
        let (was_apart, is_apart) = match &mut self.small {
            Small::Narrow(small) => {
                let new = u16::try_from(size).unwrap_or(u16::MAX);
                let old = std::mem::replace(&mut small[node as usize], new);
                (old == u16::MAX, new == u16::MAX)
            }
            Small::Wide(small) => {
                let new = u32::try_from(size).unwrap_or(u32::MAX);
                let old = std::mem::replace(&mut small[node as usize], new);
                (old == u32::MAX, new == u32::MAX)
            }
        };
        if is_apart {
            self.large.insert(node, size);
            self.widen_if_many();
        } else if was_apart {
            self.large.remove(&node);
        }
    }

    fn widen_if_many(&mut self) {
        let Small::Narrow(small) = &self.small else {
            return;
        };
        if self.large.len() <= APART_AT_LEAST.max(small.len() / ONE_APART_IN) {
            return;
        }
        let mut wide = Vec::with_capacity(small.capacity());
        wide.extend((0..small.len() as u32).map(|node| {
            let size = self.get(node);
            u32::try_from(size).unwrap_or(u32::MAX)
        }));
        self.small = Small::Wide(wide);
        self.large.retain(|_, size| *size >= u64::from(u32::MAX));
        self.large.shrink_to_fit();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.small {
            Small::Narrow(small) => small.len(),
            Small::Wide(small) => small.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        (0..self.len() as u32).map(|node| self.get(node))
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

    const ODD: [u64; 7] = [
        0,
        16,
        u16::MAX as u64 - 1,
        u16::MAX as u64,
        u32::MAX as u64 - 1,
        u32::MAX as u64,
        1 << 40,
    ];

    fn check_changes(mut kept: Sizes) {
        assert_eq!(kept.iter().take(ODD.len()).collect::<Vec<_>>(), ODD);
        kept.add(1, 1 << 33);
        assert_eq!(kept.get(1), (1 << 33) + 16);
        assert_eq!(kept.take(6), 1 << 40);
        kept.add(6, 8);
        assert_eq!(kept.get(6), 8);
        kept.add(2, 1);
        assert_eq!(kept.get(2), u64::from(u16::MAX));
    }

    #[test]
    fn sizes_of_any_magnitude_come_back() {
        check_changes(ODD.into_iter().collect());
    }

    #[test]
    fn many_sizes_above_16_bits_are_not_kept_apart() {
        let sizes = || ODD.into_iter().chain((0..100_000).map(|size| size * 7));
        let kept: Sizes = sizes().collect();
        assert!(matches!(kept.small, Small::Wide(_)));
        assert_eq!(kept.large.len(), 2);
        assert!(kept.iter().eq(sizes()));
        check_changes(kept);
    }
}
