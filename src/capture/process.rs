//! What `/proc` says of a process.

use std::io;
use std::path::Path;

use super::capture_error::CaptureErrorKind;
use super::{control_group, proc_file};
use crate::load::build_id_of_file;
use crate::load::series::{Cgroup, ProcessMemory};
use crate::model::DELETED;

/// A process of this machine at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// When it began, in milliseconds since 1970.
    pub started_at_ms: Option<i64>,
    /// The first word of its command line; the others may be secrets. Foreign text.
    pub command: Option<String>,
    /// File name of its program, where it may be seen; foreign text.
    pub program: Option<String>,
    /// Build id of its program, as hexadecimal digits.
    pub build_id: Option<String>,
    /// Its memory. Nothing where it may not be seen.
    pub memory: ProcessMemory,
    /// Its control group, of cgroup v2.
    pub cgroup: Option<Cgroup>,
}

impl Process {
    /// Reads what is known of a process from `proc` and `sys` below `root`. What may not be seen is missing.
    ///
    /// # Errors
    /// There is no such process.
    pub fn read(root: &Path, pid: u32) -> Result<Process, CaptureErrorKind> {
        let folder = root.join(format!("proc/{pid}"));
        let stat = proc_file::read(&folder.join("stat")).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => CaptureErrorKind::Forbidden,
            _ => CaptureErrorKind::NoProcess,
        })?;
        let stat = Stat::parse(&stat);
        let status = proc_file::read(&folder.join("status")).unwrap_or_default();
        // Only root and the process's own user may read this one.
        let rollup = proc_file::read(&folder.join("smaps_rollup")).unwrap_or_default();
        let of_status = |name| proc_file::kilobytes(&status, name);
        let of_rollup = |name| proc_file::kilobytes(&rollup, name);
        let memory = ProcessMemory {
            resident_bytes: of_status("VmRSS").or_else(|| of_rollup("Rss")),
            proportional_bytes: of_rollup("Pss"),
            swap_bytes: of_status("VmSwap").or_else(|| of_rollup("Swap")),
            anonymous_bytes: of_status("RssAnon").or_else(|| of_rollup("Anonymous")),
            file_bytes: of_status("RssFile"),
            minor_faults: stat.minor_faults,
            major_faults: stat.major_faults,
        };
        Ok(Process {
            pid,
            started_at_ms: started_at(root, &stat),
            command: command(&folder),
            program: program(&folder),
            build_id: build_id_of_file(&folder.join("exe")),
            memory,
            cgroup: control_group::of_process(root, pid),
        })
    }

    /// When a process began, in milliseconds since 1970, where there is one: the same number is given to others later.
    pub fn started_at(root: &Path, pid: u32) -> Option<i64> {
        let stat = proc_file::read(&root.join(format!("proc/{pid}/stat"))).ok()?;
        started_at(root, &Stat::parse(&stat))
    }
}

/// Programs that listen in the place of others: a profile that comes through them is not theirs.
const FORWARDERS: [&str; 20] = [
    "caddy",
    "conmon",
    "docker-proxy",
    "envoy",
    "gvproxy",
    "haproxy",
    "init",
    "kubectl",
    "nginx",
    "pasta",
    "rootlessport",
    "slirp4netns",
    "socat",
    "ssh",
    "sshd",
    "stunnel",
    "stunnel4",
    "systemd",
    "traefik",
    "varnishd",
];

impl Process {
    /// Whether a profile of `program` (file name of the main program, where the profile tells) can be of this process. One that was found
    /// by its port may be a proxy, or whoever opened the socket for the service.
    pub fn may_be(&self, program: Option<&str>) -> bool {
        let own = self.program.as_deref().or_else(|| {
            let command = self.command.as_deref()?;
            command.rsplit('/').next()
        });
        match (own, program) {
            (Some(own), Some(program)) => own == program,
            (Some(own), None) => !FORWARDERS.contains(&own),
            (None, _) => false,
        }
    }
}

/// The name of this machine.
pub fn hostname(root: &Path) -> Option<String> {
    let text = proc_file::read(&root.join("proc/sys/kernel/hostname")).ok()?;
    let name = text.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[derive(Debug, Default)]
struct Stat {
    minor_faults: Option<u64>,
    major_faults: Option<u64>,
    start_ticks: Option<u64>,
}

impl Stat {
    /// The name of the program stands in parentheses and may hold any, so fields are counted from the last one (proc_pid_stat(5)).
    fn parse(text: &str) -> Stat {
        let after = text.rsplit_once(')').map_or("", |(_, after)| after);
        let fields: Vec<&str> = after.split_ascii_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse().ok();
        Stat {
            minor_faults: field(10),
            major_faults: field(12),
            start_ticks: field(22),
        }
    }
}

fn started_at(root: &Path, stat: &Stat) -> Option<i64> {
    let machine = proc_file::read(&root.join("proc/stat")).ok()?;
    let boot_seconds: i64 = machine
        .lines()
        .find_map(|line| line.strip_prefix("btime "))?
        .trim()
        .parse()
        .ok()?;
    let ticks_per_second = rustix::param::clock_ticks_per_second().max(1);
    let since_boot_ms = stat.start_ticks?.checked_mul(1000)? / ticks_per_second;
    boot_seconds
        .checked_mul(1000)?
        .checked_add(i64::try_from(since_boot_ms).ok()?)
}

fn program(folder: &Path) -> Option<String> {
    let path = std::fs::read_link(folder.join("exe")).ok()?;
    let name = path.file_name()?.to_string_lossy();
    Some(name.trim_end_matches(DELETED).to_owned())
}

fn command(folder: &Path) -> Option<String> {
    let line = proc_file::read(&folder.join("cmdline")).unwrap_or_default();
    // Programs that write their own title put spaces where others have zeros.
    let first = line
        .split(['\0', ' '])
        .find(|word| !word.is_empty())
        .map(|word| word.trim_end_matches(':').to_owned());
    let name = || {
        let name = proc_file::read(&folder.join("comm")).ok()?;
        Some(name.trim().to_owned())
    };
    first.or_else(name).filter(|command| !command.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::proc_file::machine;

    const STAT: &str = "17 (a) b (c) S 1 17 17 0 -1 4194560 1234 0 56 0 7 8 0 0 20 0 4 0 250 1 2 3";

    #[test]
    fn a_process_is_read_below_any_root() {
        let root = machine(&[
            ("proc/stat", "cpu 1 2\nbtime 1700000000\n"),
            ("proc/sys/kernel/hostname", "box\n"),
            ("proc/17/stat", STAT),
            ("proc/17/cmdline", "/usr/bin/web\0--password\0hunter2\0"),
            (
                "proc/17/status",
                "Name:\tweb\nVmRSS:\t  2048 kB\nRssAnon:\t 1024 kB\nRssFile:\t 512 kB\nVmSwap:\t 0 kB\n",
            ),
            (
                "proc/17/smaps_rollup",
                "x\nRss: 1 kB\nPss:  1500 kB\nPss_Anon: 9 kB\n",
            ),
            (
                "proc/17/cgroup",
                "1:name=x:/old\n0::/system.slice/web.service\n",
            ),
            (
                "sys/fs/cgroup/system.slice/web.service/memory.current",
                "3000\n",
            ),
            (
                "sys/fs/cgroup/system.slice/web.service/memory.high",
                "max\n",
            ),
            (
                "sys/fs/cgroup/system.slice/web.service/memory.max",
                "4000\n",
            ),
            (
                "sys/fs/cgroup/system.slice/web.service/memory.events",
                "low 0\noom_kill 2\n",
            ),
        ]);
        let found = Process::read(root.path(), 17).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found.started_at_ms, Some(1_700_000_002_500));
        assert_eq!(found.started_at_ms, Process::started_at(root.path(), 17));
        assert_eq!(found.command.as_deref(), Some("/usr/bin/web"));
        let memory = found.memory;
        assert_eq!(memory.resident_bytes, Some(2048 * 1024));
        assert_eq!(memory.proportional_bytes, Some(1500 * 1024));
        assert_eq!(memory.swap_bytes, Some(0));
        assert_eq!(
            (memory.minor_faults, memory.major_faults),
            (Some(1234), Some(56))
        );
        let cgroup = found.cgroup.unwrap_or_default();
        assert_eq!(cgroup.path.as_deref(), Some("/system.slice/web.service"));
        assert_eq!(
            (cgroup.current_bytes, cgroup.high_bytes),
            (Some(3000), None)
        );
        assert_eq!(cgroup.max_bytes, Some(4000));
        assert_eq!(cgroup.events.get("oom_kill"), Some(&2));
        assert_eq!(hostname(root.path()).as_deref(), Some("box"));
    }

    #[test]
    fn a_proxy_is_not_the_service() {
        let process = |program: &str| Process {
            program: Some(program.to_owned()),
            ..Process::default()
        };
        assert!(process("web").may_be(Some("web")) && process("node").may_be(None));
        assert!(!process("docker-proxy").may_be(Some("web")));
        assert!(!process("docker-proxy").may_be(None));
        assert!(process("caddy").may_be(Some("caddy")));
        let unseen = Process {
            command: Some("/usr/bin/web".to_owned()),
            ..Process::default()
        };
        assert!(unseen.may_be(Some("web")) && !Process::default().may_be(None));
    }

    #[test]
    fn what_cannot_be_seen_is_missing() {
        let root = machine(&[
            ("proc/18/stat", "18 (kworker/0:1)"),
            ("proc/18/comm", "kworker/0:1\n"),
            ("proc/18/cgroup", "0::/../other\n"),
        ]);
        let found = Process::read(root.path(), 18).unwrap_or_else(|error| panic!("{error}"));
        let expected = Process {
            pid: 18,
            command: Some("kworker/0:1".to_owned()),
            ..Process::default()
        };
        assert_eq!(found, expected);
        let missing = Process::read(root.path(), 19);
        assert!(matches!(missing, Err(CaptureErrorKind::NoProcess)));
    }

    #[test]
    fn this_process_is_there() {
        let found = Process::read(Path::new("/"), std::process::id());
        let found = found.unwrap_or_else(|error| panic!("{error}"));
        assert!(found.memory.resident_bytes > Some(100_000));
        assert!(found.memory.proportional_bytes <= found.memory.resident_bytes);
        assert!(found.started_at_ms > Some(1_600_000_000_000));
    }
}
