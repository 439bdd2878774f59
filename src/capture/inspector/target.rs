//! Where the inspector of a process listens.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;

use crate::capture::capture_error::CaptureErrorKind;
use crate::capture::{Endpoint, Fetch, Trust, fetch, listening_addresses, proc_file};

/// An inspector that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspector {
    /// Where it listens.
    pub address: SocketAddr,
    /// The path of its WebSocket; foreign text.
    pub(super) path: String,
}

/// One answer of an inspector takes no time; a process whose event loop is busy answers all the same.
const ANSWER_TIME: Duration = Duration::from_secs(3);

/// After SIGUSR1 Node opens its inspector in a thread of its own, within milliseconds.
const WAKING_TIME: Duration = Duration::from_secs(5);
const WAKING_STEP: Duration = Duration::from_millis(50);

/// Node's default port comes first where several answer.
const NODE_PORT: u16 = 9229;

const ANSWER_BYTES: u64 = 1024 * 1024;

/// Finds the inspector of a process among the ports it listens on, below `root`.
///
/// # Errors
/// None of them is one, or it is not on loopback and `remote` is not allowed.
pub fn find(root: &Path, pid: u32, remote: bool) -> Result<Inspector, CaptureErrorKind> {
    let mut addresses = listening_addresses(root, pid);
    addresses.sort_by_key(|address| address.port() != NODE_PORT);
    let mut refused = None;
    for address in addresses {
        match Inspector::at(reachable(address), remote) {
            Ok(found) => return Ok(found),
            Err(error @ CaptureErrorKind::Forbidden) => return Err(error),
            Err(CaptureErrorKind::NoInspector(why)) if !is_here(reachable(address)) => {
                refused = Some(why);
            }
            // Another port of the service.
            Err(_) => {}
        }
    }
    Err(CaptureErrorKind::NoInspector(refused.unwrap_or_else(|| {
        "listens on no port that is an inspector: start it with `node --inspect`, or give --wake to send it SIGUSR1".to_owned()
    })))
}

/// Wakes the inspector of a Node process with SIGUSR1 and waits for it.
///
/// # Errors
/// The process is not Node's, which the signal would kill; may not be signalled; or does not wake.
pub fn wake(root: &Path, pid: u32, remote: bool) -> Result<Inspector, CaptureErrorKind> {
    let folder = root.join(format!("proc/{pid}"));
    let status =
        proc_file::read(&folder.join("status")).map_err(|_| CaptureErrorKind::NoProcess)?;
    let program = std::fs::read_link(folder.join("exe")).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => CaptureErrorKind::Forbidden,
        _ => CaptureErrorKind::NoProcess,
    })?;
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    if !name.starts_with("node") || !catches_usr1(&status) {
        return Err(CaptureErrorKind::NoInspector(format!(
            "is {name}, which the signal that wakes Node's inspector could kill: it was not sent"
        )));
    }
    let signalled = i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .map(|pid| kill_process(pid, Signal::USR1));
    match signalled {
        Some(Ok(())) => {}
        Some(Err(rustix::io::Errno::PERM)) => return Err(CaptureErrorKind::Forbidden),
        _ => return Err(CaptureErrorKind::NoProcess),
    }
    let until = Instant::now() + WAKING_TIME;
    loop {
        match find(root, pid, remote) {
            Err(CaptureErrorKind::NoInspector(_)) if Instant::now() < until => {
                std::thread::sleep(WAKING_STEP);
            }
            Err(CaptureErrorKind::NoInspector(_)) => {
                return Err(CaptureErrorKind::NoInspector(
                    "got SIGUSR1 and opened no inspector: is its port 9229 taken by another process?".to_owned(),
                ));
            }
            other => return other,
        }
    }
}

impl Inspector {
    /// Asks for the inspector at an address.
    ///
    /// # Errors
    /// Nobody answers there, or somebody else; or it is not on loopback and `remote` is not allowed.
    pub fn at(address: SocketAddr, remote: bool) -> Result<Inspector, CaptureErrorKind> {
        if !remote && !is_here(address) {
            return Err(CaptureErrorKind::NoInspector(format!(
                "its inspector is at {address}, which is not this machine's loopback: whoever is on the way can read the heap and run \
                 code; give --allow-remote-inspector to go there all the same"
            )));
        }
        let url = format!("http://{address}/json/list");
        let endpoint =
            Endpoint::parse(&url, None).map_err(|why| CaptureErrorKind::BadUrl(why.to_string()))?;
        let mut answer = Vec::new();
        let wanted = Fetch {
            endpoint: &endpoint,
            headers: &[],
            time_limit: ANSWER_TIME,
            max_bytes: ANSWER_BYTES,
            trust: &Trust::nobody(),
        };
        fetch(&wanted, &mut answer)?;
        let not_one = || CaptureErrorKind::Inspector("does not answer like one".to_owned());
        let targets: Vec<Target> = serde_json::from_slice(&answer).map_err(|_| not_one())?;
        let target = targets
            .into_iter()
            .find(|target| target.kind == "node")
            .ok_or_else(not_one)?;
        // The host in it is what the process thinks of itself.
        let path = target
            .web_socket_debugger_url
            .as_deref()
            .and_then(|url| url.strip_prefix("ws://"))
            .and_then(|rest| rest.find('/').map(|at| rest[at..].to_owned()))
            .ok_or_else(not_one)?;
        Ok(Inspector { address, path })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    #[serde(rename = "type", default)]
    kind: String,
    web_socket_debugger_url: Option<String>,
}

fn is_here(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// A socket on all addresses is reached over loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Whether SIGUSR1 has a handler. Without one it kills.
fn catches_usr1(status: &str) -> bool {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let bit = Signal::USR1.as_raw() - 1;
    mask.is_some_and(|mask| mask >> bit & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signal_goes_to_nobody_it_would_kill() {
        assert!(catches_usr1("Name:\tnode\nSigCgt:\t0000000000000200\n"));
        assert!(!catches_usr1("SigCgt:\t0000000000000002\n"));
        assert!(!catches_usr1(""));
        // This process is not Node, and lives on.
        let refused = wake(Path::new("/"), std::process::id(), false);
        assert!(matches!(refused, Err(CaptureErrorKind::NoInspector(_))));
    }

    #[test]
    fn only_loopback_is_asked() {
        let elsewhere = SocketAddr::from(([192, 0, 2, 1], 9229));
        let refused = Inspector::at(elsewhere, false);
        assert!(
            matches!(refused, Err(CaptureErrorKind::NoInspector(why)) if why.contains("--allow-remote-inspector"))
        );
        let all = SocketAddr::from(([0, 0, 0, 0], 9229));
        assert!(!is_here(all) && is_here(reachable(all)));
    }
}
