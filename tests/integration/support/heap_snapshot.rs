//! A profile of a simulated heap: what is really live, what the sampler saw of it, and the files that would be written.

use super::random_draws::RandomDraws;
use super::synth_jemalloc::{JemallocCounts, SynthJemalloc};
use super::synth_pprof::{GO_HEAP, SynthPprof};

/// A simulated profile with the truth beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeapSnapshot {
    /// Mean sampling distance; 0 or 1 where everything is sampled.
    pub(crate) period: u64,
    /// One row for each site, in the order of the sites.
    pub(crate) rows: Vec<SnapshotRow>,
}

/// What is true of a site at a moment, and what the sampler saw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SnapshotRow {
    /// Function names, the leaf first.
    pub(crate) stack: Vec<String>,
    /// Size of each object.
    pub(crate) object_bytes: u64,
    /// Objects that are really live.
    pub(crate) live_objects: u64,
    /// Live objects that were sampled.
    pub(crate) sampled_objects: u64,
    /// Objects ever allocated that were sampled.
    pub(crate) sampled_allocations: u64,
    /// The chance of each object to be sampled.
    pub(crate) sampled_share: f64,
}

impl SnapshotRow {
    /// Bytes that are really live.
    pub(crate) fn live_bytes(&self) -> u64 {
        self.live_objects * self.object_bytes
    }

    /// What the profile says of the live bytes: each sampled object stands for 1/p objects.
    pub(crate) fn estimated_bytes(&self) -> f64 {
        self.sampled_objects as f64 * self.object_bytes as f64 / self.sampled_share
    }
}

impl HeapSnapshot {
    /// Bytes that are really live in all sites.
    pub(crate) fn live_bytes(&self) -> u64 {
        self.rows.iter().map(SnapshotRow::live_bytes).sum()
    }

    /// The profile as Go writes it: unsampled values, one sample for each site that the sampler saw.
    pub(crate) fn pprof(&self, time_nanos: i64) -> SynthPprof {
        let mut profile = SynthPprof::new(&GO_HEAP);
        for row in self.rows.iter().filter(|row| row.sampled_allocations > 0) {
            let objects = |sampled: u64| (sampled as f64 / row.sampled_share) as i64;
            let bytes = |sampled: u64| {
                (sampled as f64 * row.object_bytes as f64 / row.sampled_share) as i64
            };
            let stack: Vec<&str> = row.stack.iter().map(String::as_str).collect();
            let values = [
                objects(row.sampled_allocations),
                bytes(row.sampled_allocations),
                objects(row.sampled_objects),
                bytes(row.sampled_objects),
            ];
            profile.sample_with_bytes(&stack, &values, Some(row.object_bytes));
        }
        profile.period("space", "bytes", self.period as i64);
        profile.time_nanos(time_nanos);
        profile
    }

    /// The same heap under a sampler that picks anew for each snapshot, as one does that walks what is live: errors of neighbours
    /// have nothing in common, and nothing is known of allocations.
    pub(crate) fn sampled_anew(&self, random: &mut RandomDraws) -> HeapSnapshot {
        let mut anew = self.clone();
        for row in &mut anew.rows {
            row.sampled_objects = random.binomial(row.live_objects, row.sampled_share);
            row.sampled_allocations = row.sampled_objects;
        }
        anew
    }

    /// The profile with memory in use alone, as bytes and objects or as bytes only.
    pub(crate) fn pprof_in_use(&self, time_nanos: i64, counts_objects: bool) -> SynthPprof {
        let types = [("inuse_objects", "count"), ("inuse_space", "bytes")];
        let types = if counts_objects {
            &types[..]
        } else {
            &types[1..]
        };
        let mut profile = SynthPprof::new(types);
        for row in self.rows.iter().filter(|row| row.sampled_objects > 0) {
            let objects = row.sampled_objects as f64 / row.sampled_share;
            let values = [objects as i64, row.estimated_bytes() as i64];
            let values = if counts_objects {
                &values[..]
            } else {
                &values[1..]
            };
            let stack: Vec<&str> = row.stack.iter().map(String::as_str).collect();
            profile.sample(&stack, values);
        }
        profile.period("space", "bytes", self.period as i64);
        profile.time_nanos(time_nanos);
        profile
    }

    /// The profile as jemalloc writes it with `prof_accum`: sampled counts, addresses in a program loaded at `base`.
    /// The address of a function depends on its name alone, so that another process has the same at another base.
    pub(crate) fn jemalloc(&self, base: u64) -> SynthJemalloc {
        const PROGRAM_BYTES: u64 = 1 << 32;
        let mut dump = SynthJemalloc::new(self.period);
        for row in self.rows.iter().filter(|row| row.sampled_allocations > 0) {
            let addresses: Vec<u64> = row
                .stack
                .iter()
                .map(|name| base + 0x1000 + hash(name) % (PROGRAM_BYTES - 0x1000))
                .collect();
            let counts = JemallocCounts {
                live_objects: row.sampled_objects,
                live_bytes: row.sampled_objects * row.object_bytes,
                allocated_objects: row.sampled_allocations,
                allocated_bytes: row.sampled_allocations * row.object_bytes,
            };
            dump.stack(&addresses, counts);
        }
        dump.mapping(base, base + PROGRAM_BYTES, "r-xp", 0, "/srv/app/bin/shop");
        dump
    }
}

/// The chance that the sampler picks an object of this size.
pub(crate) fn sampled_share(object_bytes: u64, period: u64) -> f64 {
    if period <= 1 {
        return 1.0;
    }
    -(-(object_bytes as f64) / period as f64).exp_m1()
}

/// FNV-1a: the same on every machine and in every run.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
