//! What a server needs of the system, tried and let go again: addresses to listen on, folders to write in.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use super::settings::Settings;
use super::systemd;

/// What would keep a server from starting with these settings, each in words. Nothing that was not there before is there afterwards.
pub(super) fn problems(settings: &Settings) -> Vec<String> {
    let mut problems = addresses(&settings.listen.value);
    let state = ("--state-dir", Some(&settings.state_dir.value));
    let takes_snapshots = !settings.no_own_snapshots.value;
    let snapshots = (
        "--snapshot-dir",
        takes_snapshots.then_some(&settings.snapshot_dir.value),
    );
    // Nothing is tried over the network: a service that does not run is no reason not to start.
    let is_watching = !settings.watch.value.is_empty();
    let watched = is_watching.then_some(&settings.watch_dir.value);
    // What cannot be found out is told below, where the folder is tried.
    if fabric::serve::is_taken(&settings.state_dir.value).unwrap_or(false) {
        problems.push(format!(
            "another fabric serve has its state in {}: end it, or give this one a --state-dir of its own",
            settings.state_dir.value.display()
        ));
    }
    for (name, folder) in [state, snapshots, ("--watch-dir", watched)] {
        if let Some(folder) = folder
            && let Err(error) = write_in(folder)
        {
            problems.push(format!(
                "{name} {} cannot be written: {error}",
                folder.display()
            ));
        }
    }
    problems
}

fn addresses(addresses: &[SocketAddr]) -> Vec<String> {
    match systemd::given() {
        Ok(given) if given.is_empty() => {}
        Ok(_) => return Vec::new(),
        Err(failure) => return vec![failure.message()],
    }
    // Held until all were tried: one may be part of another.
    let mut held = Vec::new();
    let mut problems = Vec::new();
    for (at, address) in addresses.iter().enumerate() {
        if addresses.iter().take(at).any(|other| other == address) {
            problems.push(format!("--listen names {address} twice"));
            continue;
        }
        match TcpListener::bind(address) {
            Ok(listener) => held.push(listener),
            Err(error) => problems.push(format!("cannot listen on {address}: {error}")),
        }
    }
    problems
}

/// Makes the folder where it is missing, and a file in it; rights alone would not tell of a full or read-only disk.
fn write_in(folder: &Path) -> io::Result<()> {
    let mut made = Made(Vec::new());
    let folder = std::path::absolute(folder)?;
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|folder| std::fs::symlink_metadata(folder).is_err())
        .collect();
    for folder in missing.into_iter().rev() {
        std::fs::create_dir(folder)?;
        made.0.push(folder.to_owned());
    }
    if !std::fs::metadata(&folder)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    tempfile::Builder::new()
        .prefix(".fabric-check-")
        .tempfile_in(&folder)?
        .close()
}

/// Folders that are removed again, the innermost first.
struct Made(Vec<PathBuf>);

impl Drop for Made {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // Somebody else may have put something there in the meantime: then it is theirs.
            let _ = std::fs::remove_dir(folder);
        }
    }
}
