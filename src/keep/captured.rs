//! A profile that has come and is not looked at yet.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::archive::Stage;
use crate::capture::{CaptureErrorKind, Fetch, Host, Process, fetch, hostname, listening_process};
use crate::load::series::AllocatorCounters;

/// A profile that has come and is not looked at yet, with what is known of its process.
#[derive(Debug)]
pub struct Captured {
    /// The bytes.
    pub stage: Stage,
    /// Where they came from, without secrets; foreign text.
    pub source: String,
    /// When they were taken, in milliseconds since 1970, unless the profile knows better.
    pub at_ms: i64,
    /// Whether `at_ms` is certain, because the profile was made when it was asked for.
    pub is_live: bool,
    /// How long getting them took.
    pub duration: Duration,
    /// The process that the profile is of.
    pub pid: Option<u32>,
    /// The same process as `/proc` saw it before the profile was made.
    pub process: Option<Process>,
    /// Whether the process is certain, because somebody named it. One that was found by where it listens may be a proxy.
    pub is_process_certain: bool,
    /// The machine.
    pub host: Option<String>,
    /// The allocator's own counters, where they were asked for.
    pub allocator: Option<AllocatorCounters>,
}

impl Captured {
    /// Bytes of which nothing is known but when they were taken.
    pub fn new(stage: Stage, source: String, at_ms: i64) -> Captured {
        Captured {
            stage,
            source,
            at_ms,
            is_live: false,
            duration: Duration::ZERO,
            pid: None,
            process: None,
            is_process_certain: false,
            host: None,
            allocator: None,
        }
    }

    /// Fetches a profile over HTTP into `stage`, and looks at the process that makes it: `named`, or else whoever listens there on this
    /// machine. `/proc` is read below `root`.
    ///
    /// # Errors
    /// The profile cannot be had, or `named` is no process that may be looked at.
    pub fn fetch(
        mut stage: Stage,
        wanted: &Fetch<'_>,
        named: Option<u32>,
        root: &Path,
        at_ms: i64,
    ) -> Result<Captured, CaptureErrorKind> {
        let began = Instant::now();
        let host = wanted.endpoint.host();
        let pid = named.or_else(|| match host {
            Host::LocalPort(port) => listening_process(root, port),
            Host::LocalSocket | Host::Other(_) => None,
        });
        // Before the profile is made, which itself takes memory.
        let before = look(root, pid, named.is_some())?;
        let fetched = fetch(wanted, &mut stage)?;
        let process = match before {
            None => look(root, fetched.peer, false)?,
            found => found,
        };
        Ok(Captured {
            is_live: true,
            duration: began.elapsed(),
            pid: pid.or(fetched.peer),
            // It has to be the process that it was before the profile came.
            process: process.filter(|it| Process::started_at(root, it.pid) == it.started_at_ms),
            is_process_certain: named.is_some(),
            host: match host {
                Host::Other(host) => Some(host),
                Host::LocalPort(_) | Host::LocalSocket => hostname(root),
            },
            ..Captured::new(stage, wanted.endpoint.to_string(), at_ms)
        })
    }
}

/// A process that was named has to be there; one that was found out may be gone.
fn look(
    root: &Path,
    pid: Option<u32>,
    is_named: bool,
) -> Result<Option<Process>, CaptureErrorKind> {
    let Some(pid) = pid else {
        return Ok(None);
    };
    match Process::read(root, pid) {
        Ok(process) => Ok(Some(process)),
        Err(error) if is_named => Err(error),
        Err(_) => Ok(None),
    }
}
