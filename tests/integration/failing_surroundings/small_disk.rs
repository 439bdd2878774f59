//! A disk of one's own, as small or as unwilling as a test wants it: a mount in a mount namespace, which goes with the process that has it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::run_fabric::fixtures;

/// A folder that is a small disk for those who are started on it, and an empty folder for everybody else.
pub(super) struct SmallDisk {
    folder: tempfile::TempDir,
    kib: u32,
}

impl SmallDisk {
    /// A disk of so many KiB. `None`, with a word, where this machine lets nobody mount.
    pub(super) fn new(kib: u32) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = SmallDisk { folder, kib };
        let tried = disk
            .command("true", "true")
            .output()
            .expect("a shell starts");
        if !tried.status.success() {
            println!(
                "*** TEST SKIPPED: no mounts here: {} ***",
                String::from_utf8_lossy(&tried.stderr)
            );
            return None;
        }
        Some(disk)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The same place, seen from outside while the process `pid` is on it.
    pub(super) fn of_process(&self, pid: u32) -> PathBuf {
        let inside = self.path().strip_prefix("/").expect("an absolute path");
        PathBuf::from(format!("/proc/{pid}/root")).join(inside)
    }

    /// A command of a shell on the disk, after `prepare`; `$D` is the disk, `$F` is fabric.
    pub(super) fn command(&self, prepare: &str, run: &str) -> Command {
        // Only root may mount; everybody else is root in a user namespace of his own, where the system allows that.
        let is_root = rustix::process::getuid().is_root();
        let mut command = Command::new("unshare");
        command.arg(if is_root { "-m" } else { "-rm" });
        let script = format!(
            "mount -t tmpfs -o size={}k,mode=755 tmpfs \"$D\" && {{ {prepare}; }} && {run}",
            self.kib
        );
        command
            .args(["sh", "-c", &script])
            .env("D", self.path())
            .env("F", env!("CARGO_BIN_EXE_fabric"))
            .env_remove("FABRIC_AUTH_TOKEN")
            .current_dir(fixtures())
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub(super) fn run(&self, prepare: &str, run: &str) -> Output {
        self.command(prepare, run).output().expect("a shell starts")
    }
}
