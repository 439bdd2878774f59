//! What tells two processes of one program apart, kept of each snapshot.

use crate::model::{AddressSpace, Profile};

/// The marks of the process a snapshot was taken of.
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
                mapping.addresses == AddressSpace::Process
                    && mapping.start >= crate::analysis::same_process::RANDOMIZED_FROM
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

    /// Whether both are of one process; nothing where the marks do not tell.
    pub(super) fn same_process(&self, other: &ProcessMarks) -> Option<bool> {
        if let (Some(a), Some(b)) = (self.pid, other.pid)
            && a != b
        {
            return Some(false);
        }
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

/// The program and its first libraries are enough.
const MOST_MAPPINGS: usize = 8;
