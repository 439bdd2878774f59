//! What tells two processes of one program apart, as long as a profile says it.

use crate::model::{AddressSpace, Profile};

/// The marks of the process a profile was taken of: small enough to be kept of each snapshot of a series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ProcessMarks {
    pid: Option<u32>,
    /// Files at addresses that the kernel chooses at random for each process: (path, offset in the file, address).
    randomized: Vec<(String, u64, u64)>,
}

impl ProcessMarks {
    pub(super) fn of(profile: &Profile) -> ProcessMarks {
        let randomized = profile
            .mappings()
            .iter()
            .filter(|mapping| {
                mapping.addresses == AddressSpace::Process && mapping.start >= RANDOMIZED_FROM
            })
            .map(|mapping| {
                let path = profile.text(mapping.path).to_owned();
                (path, mapping.file_offset, mapping.start)
            })
            // The kernel maps [vsyscall] at one address everywhere, and [vdso] has no file to recognise.
            .filter(|(path, _, _)| !path.is_empty() && !path.starts_with('['))
            .take(MOST_MAPPINGS)
            .collect();
        ProcessMarks {
            pid: profile.origin().pid,
            randomized,
        }
    }

    /// Both process ids, where both are known and differ.
    pub(super) fn other_pid(&self, other: &ProcessMarks) -> Option<(u32, u32)> {
        self.pid.zip(other.pid).filter(|(a, b)| a != b)
    }

    /// Whether files that both have mapped lie at the same randomized addresses; nothing where no such file is found.
    pub(super) fn same_addresses(&self, other: &ProcessMarks) -> Option<bool> {
        let mut compared = false;
        for (path, offset, start) in &self.randomized {
            let mut partners = other
                .randomized
                .iter()
                .filter(|(other, at, _)| other == path && at == offset)
                .peekable();
            if partners.peek().is_some() {
                compared = true;
                if !partners.any(|(_, _, other)| other == start) {
                    return Some(false);
                }
            }
        }
        compared.then_some(true)
    }
}

/// Load addresses above this are chosen by the kernel at random for each process (x86-64 and aarch64 position-independent
/// programs and libraries); below lie programs with fixed addresses, which say nothing.
const RANDOMIZED_FROM: u64 = 1 << 32;

/// The program and its first libraries are enough, and a hostile profile may have millions.
const MOST_MAPPINGS: usize = 64;
