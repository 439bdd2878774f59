//! How much memory a process holds, cheaply: for looking often.

use std::path::Path;

use super::proc_file;

/// How much memory a process holds, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resident {
    /// In physical memory.
    pub bytes: u64,
    /// The most that it held at once.
    pub peak_bytes: u64,
    /// What of it is swapped out.
    pub swap_bytes: u64,
    /// What of it belongs to no file.
    pub anonymous_bytes: u64,
    /// What of it are pages of files.
    pub file_bytes: u64,
    /// What of it is shared memory of no file.
    pub shared_bytes: u64,
}

impl Resident {
    /// Reads `proc/<pid>/status` below `root`; `None` where there is no such process, or it is one of the kernel's.
    pub fn read(root: &Path, pid: u32) -> Option<Resident> {
        let status = proc_file::read(&root.join(format!("proc/{pid}/status"))).ok()?;
        let bytes = proc_file::kilobytes(&status, "VmRSS")?;
        let part = |name| proc_file::kilobytes(&status, name).unwrap_or(0);
        Some(Resident {
            bytes,
            peak_bytes: proc_file::kilobytes(&status, "VmHWM").unwrap_or(bytes),
            swap_bytes: part("VmSwap"),
            anonymous_bytes: part("RssAnon"),
            file_bytes: part("RssFile"),
            shared_bytes: part("RssShmem"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Resident;
    use std::path::Path;

    #[test]
    fn this_process_holds_memory_and_no_process_holds_none() {
        let own = Resident::read(Path::new("/"), std::process::id());
        assert!(own.is_some_and(|own| own.bytes > 0 && own.peak_bytes >= own.bytes));
        assert_eq!(Resident::read(Path::new("/"), u32::MAX), None);
    }
}
