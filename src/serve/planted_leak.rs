//! A leak on purpose: what the verdict on this server is tested with.

/// Memory that is asked for and never needed, as a cache without a bound has it.
#[derive(Debug)]
pub(super) struct PlantedLeak {
    bytes: usize,
    kept: Vec<Box<[u8]>>,
}

impl PlantedLeak {
    /// One that keeps `bytes` for each line.
    pub(super) fn new(bytes: u64) -> PlantedLeak {
        PlantedLeak {
            bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
            kept: Vec::new(),
        }
    }

    /// Keeps some more. The name is what a verdict has to say, so it must not melt into its caller.
    #[inline(never)]
    pub(super) fn remember_for_ever(&mut self) {
        // Not zeros, which the kernel would give without memory behind them.
        self.kept.push(vec![1; self.bytes].into_boxed_slice());
    }
}
