//! Writes jemalloc's `heap_v2` text, sharing no code with the reader.

use std::fmt::Write;

/// Sampled objects and their bytes: live, and ever allocated where `prof_accum` is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct JemallocCounts {
    /// Live objects.
    pub(crate) live_objects: u64,
    /// Bytes of the live objects.
    pub(crate) live_bytes: u64,
    /// Objects ever allocated; 0 without `prof_accum`.
    pub(crate) allocated_objects: u64,
    /// Bytes ever allocated; 0 without `prof_accum`.
    pub(crate) allocated_bytes: u64,
}

/// A `heap_v2` dump in the making.
#[derive(Debug, Clone)]
pub(crate) struct SynthJemalloc {
    rate: u64,
    totals: JemallocCounts,
    threads: String,
    stacks: String,
    mappings: String,
    symbols: String,
}

impl SynthJemalloc {
    /// An empty dump with the mean sampling distance `rate`, 2 to the power of `lg_prof_sample`.
    pub(crate) fn new(rate: u64) -> SynthJemalloc {
        SynthJemalloc {
            rate,
            totals: JemallocCounts::default(),
            threads: String::new(),
            stacks: String::new(),
            mappings: String::new(),
            symbols: String::new(),
        }
    }

    /// Adds a stack of return addresses, the leaf first, all of it held by thread 0.
    pub(crate) fn stack(&mut self, addresses: &[u64], counts: JemallocCounts) {
        self.stacks.push('@');
        for address in addresses {
            put(&mut self.stacks, format_args!(" {address:#x}"));
        }
        self.stacks.push('\n');
        for thread in ["t*", "t0"] {
            put_counts(&mut self.stacks, thread, counts, "");
        }
        self.totals.live_objects += counts.live_objects;
        self.totals.live_bytes += counts.live_bytes;
        self.totals.allocated_objects += counts.allocated_objects;
        self.totals.allocated_bytes += counts.allocated_bytes;
    }

    /// Adds a thread to the header; the name may be empty.
    pub(crate) fn thread(&mut self, id: u64, counts: JemallocCounts, name: &str) {
        put_counts(&mut self.threads, &format!("t{id}"), counts, name);
    }

    /// Adds a mapping to `MAPPED_LIBRARIES`; without any the section is left out.
    pub(crate) fn mapping(&mut self, start: u64, end: u64, rights: &str, offset: u64, path: &str) {
        put(
            &mut self.mappings,
            format_args!("{start:x}-{end:x} {rights} {offset:08x} 08:01 131 {path}\n"),
        );
    }

    /// Names an address; with any names the dump is written in jeprof's symbolized form.
    pub(crate) fn symbol(&mut self, address: u64, name: &str) {
        put(&mut self.symbols, format_args!("{address:#018x} {name}\n"));
    }

    /// The dump. Since jemalloc unsamples its totals for themselves they need not be the sum of the stacks; here they are.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if !self.symbols.is_empty() {
            put(
                &mut text,
                format_args!("--- symbol\nbinary=synth\n{}---\n--- heap\n", self.symbols),
            );
        }
        put(&mut text, format_args!("heap_v2/{}\n", self.rate));
        put_counts(&mut text, "t*", self.totals, "");
        text.push_str(&self.threads);
        text.push_str(&self.stacks);
        if !self.mappings.is_empty() {
            put(
                &mut text,
                format_args!("\nMAPPED_LIBRARIES:\n{}", self.mappings),
            );
        }
        text
    }
}

fn put_counts(text: &mut String, thread: &str, counts: JemallocCounts, name: &str) {
    let JemallocCounts {
        live_objects,
        live_bytes,
        allocated_objects,
        allocated_bytes,
    } = counts;
    let blank = if name.is_empty() { "" } else { " " };
    put(
        text,
        format_args!(
            "  {thread}: {live_objects}: {live_bytes} [{allocated_objects}: {allocated_bytes}]{blank}{name}\n"
        ),
    );
}

fn put(text: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_looks_like_one_of_jemalloc() {
        let counts = JemallocCounts {
            live_objects: 3,
            live_bytes: 192,
            ..JemallocCounts::default()
        };
        let mut dump = SynthJemalloc::new(524_288);
        dump.thread(0, counts, "");
        dump.thread(7, JemallocCounts::default(), "io thread");
        dump.stack(&[0x5500_0000_1010, 0x5500_0000_2020], counts);
        dump.mapping(
            0x5500_0000_0000,
            0x5500_0001_0000,
            "r-xp",
            0x1000,
            "/srv/app/shop",
        );
        let expected = "heap_v2/524288
  t*: 3: 192 [0: 0]
  t0: 3: 192 [0: 0]
  t7: 0: 0 [0: 0] io thread
@ 0x550000001010 0x550000002020
  t*: 3: 192 [0: 0]
  t0: 3: 192 [0: 0]

MAPPED_LIBRARIES:
550000000000-550000010000 r-xp 00001000 08:01 131 /srv/app/shop
";
        assert_eq!(dump.text(), expected);
        dump.symbol(0x5500_0000_1010, "shop::make_order");
        assert!(dump.text().starts_with(
            "--- symbol\nbinary=synth\n0x0000550000001010 shop::make_order\n---\n--- heap\nheap_v2/"
        ));
    }
}
