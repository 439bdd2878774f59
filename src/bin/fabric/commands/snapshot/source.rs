//! Where a profile comes from, and what is known of its process when it comes.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::anyhow;
use fabric::archive::Archive;
use fabric::capture::inspector::{self, HeapSnapshotRequest, Inspector, take_heap_snapshot};
use fabric::capture::{
    self, CaptureErrorKind, Endpoint, Fetch, Process, Trust, allocator_counters, copy_file, fetch,
};
use fabric::keep::Captured;
use fabric::limits;
use fabric::load::series::{AllocatorCounters, FileName};

use super::credentials;
use super::run::{cannot_take, now_ms};
use crate::args::Snapshot;
use crate::exit::Failure;

/// Where one profile comes from.
#[derive(Debug)]
pub(super) enum From {
    Url(Request),
    /// A file, or standard input where there is no path.
    File(Option<PathBuf>),
    Inspector,
}

/// A URL with what is sent there.
#[derive(Debug)]
pub(super) struct Request {
    endpoint: Endpoint,
    headers: Vec<(String, String)>,
    trust: Trust,
}

/// A file that was written this long ago still shows what the process is now.
const SAME_MOMENT_MS: i64 = 60_000;

impl From {
    pub(super) fn arguments(arguments: &Snapshot) -> Result<From, Failure> {
        let Some(source) = &arguments.source else {
            if arguments.pid.is_some() || arguments.fetching.inspector.is_some() {
                return Ok(From::Inspector);
            }
            return Err(Failure::usage(anyhow!(
                "name a source: a URL, a file, --pid of a Node process, or --watch-prefix"
            )));
        };
        match source.to_str() {
            Some("-") => Ok(From::File(None)),
            Some(text) if Endpoint::is_url(text) => {
                // The text itself may hold secrets.
                let scheme = text.split("://").next().unwrap_or_default();
                let shown = format!("the URL that begins with {scheme}://");
                Request::new(arguments, text, &shown).map(From::Url)
            }
            Some(text) if !source.exists() && lacks_scheme(text) => Err(Failure::usage(anyhow!(
                "{text}: no such file; a URL begins with http:// or https://"
            ))),
            _ => Ok(From::File(Some(source.clone()))),
        }
    }

    /// The name to show; foreign text.
    fn name(&self, arguments: &Snapshot) -> String {
        match self {
            From::Url(request) => request.endpoint.to_string(),
            From::File(None) => "standard input".to_owned(),
            From::File(Some(path)) => std::path::absolute(path)
                .unwrap_or_else(|_| path.clone())
                .to_string_lossy()
                .into_owned(),
            From::Inspector => match (arguments.pid, arguments.fetching.inspector) {
                (Some(pid), _) => format!("process {pid}"),
                (None, Some(address)) => format!("inspector at {address}"),
                (None, None) => "inspector".to_owned(),
            },
        }
    }
}

impl Request {
    /// `shown` stands for a URL that makes no sense.
    fn new(arguments: &Snapshot, url: &str, shown: &str) -> Result<Request, Failure> {
        let fetching = &arguments.fetching;
        let wrong = |kind: CaptureErrorKind| Failure::usage(kind.of(shown));
        let endpoint = Endpoint::parse(url, fetching.unix_socket.as_deref())
            .map_err(|why| wrong(CaptureErrorKind::BadUrl(why.to_string())))?;
        Ok(Request {
            endpoint,
            headers: credentials::headers(arguments)?,
            // It names the flag itself.
            trust: Trust::system_and(fetching.cacert.as_deref())
                .map_err(|kind| Failure::usage(anyhow!("{kind}")))?,
        })
    }

    fn wanted(&self, time_limit: Duration, max_bytes: u64) -> Fetch<'_> {
        Fetch {
            endpoint: &self.endpoint,
            headers: &self.headers,
            time_limit,
            max_bytes,
            trust: &self.trust,
        }
    }
}

/// Gets the bytes into the archive's keeping, and looks at the process.
pub(super) fn take(
    arguments: &Snapshot,
    from: &From,
    archive: &Archive,
    time_limit: Duration,
) -> Result<Captured, Failure> {
    let source = from.name(arguments);
    let failed = |kind: CaptureErrorKind| cannot_take(archive, &source, kind);
    let root = Path::new("/");
    let max_bytes = arguments.fetching.max_size.unwrap_or(limits::CAPTURE_BYTES);
    let mut stage = archive.stage().map_err(Failure::output)?;
    let (at_ms, began) = (now_ms(), Instant::now());
    let mut captured = match from {
        From::Url(request) => {
            let wanted = request.wanted(time_limit, max_bytes);
            Captured::fetch(stage, &wanted, arguments.pid, root, at_ms).map_err(failed)?
        }
        From::File(path) => {
            copy_file(path.as_deref(), &mut stage, max_bytes).map_err(failed)?;
            let written_ms = path.as_deref().and_then(modified_ms).unwrap_or(at_ms);
            let named = path.as_deref().and_then(pid_in_name);
            let found = match arguments.pid {
                Some(pid) => Some(Process::read(root, pid).map_err(failed)?),
                // Whoever has the number now need not be who wrote the file.
                None => named
                    .and_then(|pid| Process::read(root, pid).ok())
                    .filter(|it| it.started_at_ms.is_some_and(|ms| ms <= written_ms)),
            };
            let is_now = (at_ms - written_ms).abs() <= SAME_MOMENT_MS;
            let found = found.map(|it| match is_now {
                true => it,
                false => without_moment(it),
            });
            Captured {
                process: found,
                pid: arguments.pid.or(named),
                host: capture::hostname(root),
                duration: began.elapsed(),
                ..Captured::new(stage, source.clone(), written_ms)
            }
        }
        From::Inspector => {
            let (inspector, is_woken) = inspector_of(arguments, root).map_err(failed)?;
            let port = inspector.address.port();
            let pid = arguments
                .pid
                .or_else(|| capture::listening_process(root, port));
            let before = match (pid, arguments.pid) {
                (_, Some(named)) => Some(Process::read(root, named).map_err(failed)?),
                (found, None) => found.and_then(|pid| Process::read(root, pid).ok()),
            };
            let wanted = HeapSnapshotRequest {
                inspector: &inspector,
                time_limit,
                max_bytes,
                close_after: is_woken,
            };
            take_heap_snapshot(&wanted, &mut stage).map_err(failed)?;
            Captured {
                process: before,
                pid,
                host: match inspector.address.ip().is_loopback() {
                    true => capture::hostname(root),
                    false => Some(inspector.address.ip().to_string()),
                },
                is_live: true,
                duration: began.elapsed(),
                ..Captured::new(stage, source.clone(), at_ms)
            }
        }
    };
    captured.is_process_certain = arguments.pid.is_some();
    captured.allocator = statistics(arguments, archive, time_limit)?;
    Ok(captured)
}

/// The inspector to talk to, and whether it was woken for this.
fn inspector_of(arguments: &Snapshot, root: &Path) -> Result<(Inspector, bool), CaptureErrorKind> {
    let remote = arguments.fetching.allow_remote_inspector;
    let pid = match (arguments.fetching.inspector, arguments.pid) {
        (Some(address), _) => return Ok((Inspector::at(address, remote)?, false)),
        (None, Some(pid)) => pid,
        (None, None) => return Err(CaptureErrorKind::NoProcess),
    };
    if Process::started_at(root, pid).is_none() {
        return Err(CaptureErrorKind::NoProcess);
    }
    match inspector::find(root, pid, remote) {
        Err(CaptureErrorKind::NoInspector(_)) if arguments.fetching.wake => {
            Ok((inspector::wake(root, pid, remote)?, true))
        }
        found => Ok((found?, false)),
    }
}

/// Whether a text that is no file looks like `host:port/path`.
fn lacks_scheme(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    let port = host.rsplit_once(':').map(|(_, port)| port);
    port.is_some_and(|port| port.parse::<u16>().is_ok())
}

/// Who a process is, without what it is like at this moment.
fn without_moment(process: Process) -> Process {
    Process {
        memory: Default::default(),
        cgroup: None,
        ..process
    }
}

fn pid_in_name(path: &Path) -> Option<u32> {
    FileName::parse(path.file_name()?.to_str()?).pid
}

fn modified_ms(path: &Path) -> Option<i64> {
    let modified = std::fs::metadata(path).ok()?.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// The allocator's own counters, where they were asked for.
fn statistics(
    arguments: &Snapshot,
    archive: &Archive,
    time_limit: Duration,
) -> Result<Option<AllocatorCounters>, Failure> {
    let Some(place) = &arguments.fetching.allocator_stats else {
        return Ok(None);
    };
    let mut text = Vec::new();
    let limit = limits::ALLOCATOR_STATISTICS_BYTES;
    let (name, done) = match Endpoint::is_url(place) {
        false => (
            place.clone(),
            copy_file(Some(Path::new(place)), &mut text, limit).map(drop),
        ),
        true => {
            let request = Request::new(arguments, place, "--allocator-stats")?;
            let done = fetch(&request.wanted(time_limit, limit), &mut text).map(drop);
            (request.endpoint.to_string(), done)
        }
    };
    done.map_err(|kind| cannot_take(archive, &name, kind))?;
    match allocator_counters(&text) {
        Some(counters) => Ok(Some(counters)),
        None => Err(Failure::input(anyhow!(
            "{name}: no statistics of an allocator: jemalloc's JSON, Go's /debug/vars and /metrics are understood"
        ))),
    }
}
