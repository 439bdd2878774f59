//! Writes gperftools' `heap profile:` text, sharing no code with the reader.

use std::fmt::Write;

/// A gperftools heap profile in the making.
#[derive(Debug, Clone)]
pub(crate) struct SynthGperftools {
    kind: String,
    totals: [i64; 4],
    rows: String,
    mappings: String,
}

impl SynthGperftools {
    /// An empty profile of a kind as it stands after the `@`: `heapprofile`, `heap_v2/524288`, `growth`.
    pub(crate) fn new(kind: &str) -> SynthGperftools {
        SynthGperftools {
            kind: kind.to_owned(),
            totals: [0; 4],
            rows: String::new(),
            mappings: String::new(),
        }
    }

    /// Adds a row: live objects and bytes, then those ever allocated; `addresses` has the leaf first.
    pub(crate) fn row(&mut self, counts: [i64; 4], addresses: &[u64]) {
        put_counts(&mut self.rows, counts);
        for address in addresses {
            // Writing to a string does not fail.
            let _ = write!(self.rows, " {address:#018x}");
        }
        self.rows.push('\n');
        for (total, count) in self.totals.iter_mut().zip(counts) {
            *total += count;
        }
    }

    /// Adds a mapping to `MAPPED_LIBRARIES`; gperftools writes device 00:00.
    pub(crate) fn mapping(&mut self, start: u64, end: u64, rights: &str, offset: u64, path: &str) {
        let _ = writeln!(
            self.mappings,
            "{start:x}-{end:x} {rights} {offset:08x} 00:00 131    {path}"
        );
    }

    /// The profile.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("heap profile: ");
        put_counts(&mut text, self.totals);
        // What the counts end with belongs to the rows.
        text.truncate(text.len() - 2);
        let _ = write!(
            text,
            " @ {}\n{}\nMAPPED_LIBRARIES:\n{}",
            self.kind, self.rows, self.mappings
        );
        text
    }
}

fn put_counts(text: &mut String, [objects, bytes, all_objects, all_bytes]: [i64; 4]) {
    let _ = write!(
        text,
        "{objects:6}: {bytes:8} [{all_objects:6}: {all_bytes:8}] @"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_looks_like_one_of_gperftools() {
        let mut profile = SynthGperftools::new("heapprofile");
        profile.row([2, 128, 5, 320], &[0x4010, 0x4020]);
        profile.row([1, 32768, 1, 32768], &[0x4030]);
        profile.mapping(0x4000, 0x8000, "r-xp", 0, "/srv/app/shop");
        let expected = "heap profile:      3:    32896 [     6:    33088] @ heapprofile
     2:      128 [     5:      320] @ 0x0000000000004010 0x0000000000004020
     1:    32768 [     1:    32768] @ 0x0000000000004030

MAPPED_LIBRARIES:
4000-8000 r-xp 00000000 00:00 131    /srv/app/shop
";
        assert_eq!(profile.text(), expected);
    }
}
