//! The memory of this process in its surroundings: what it holds, what its control groups allow, and whether that runs short.

use std::path::Path;

use serde::Serialize;

use crate::capture::{MemoryGroup, Resident};
use crate::serve::store::{Pressure, PressureLevel};

/// What the kernel says of a process and of the control groups it is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::serve) struct Surroundings {
    pub(in crate::serve) resident: Option<Resident>,
    /// Its own first, then those above it.
    pub(in crate::serve) groups: Vec<MemoryGroup>,
}

/// What this process may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::serve) struct MemoryLimit {
    pub(in crate::serve) bytes: u64,
    pub(in crate::serve) from: LimitFrom,
}

/// Who set the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(in crate::serve) enum LimitFrom {
    /// Whoever started it.
    #[serde(rename = "--limit")]
    Option,
    /// A control group: beyond it the kernel kills.
    #[serde(rename = "memory.max")]
    Max,
    /// A control group: beyond it the kernel slows down.
    #[serde(rename = "memory.high")]
    High,
}

/// Above this share of the limit memory runs short, in percent.
const PRESSURE_PERCENT: u64 = 80;
/// At this share of what a control group may use, and above it, the kernel is about to kill, in percent.
const OOM_PERCENT: u64 = 95;

impl Surroundings {
    /// Reads `proc` and `sys` below `root`.
    pub(in crate::serve) fn read(root: &Path, pid: u32) -> Surroundings {
        Surroundings {
            resident: Resident::read(root, pid),
            groups: MemoryGroup::of_process(root, pid),
        }
    }

    /// The limit that was given, else the lowest at which a control group is killed, else the lowest at which one is slowed down.
    pub(in crate::serve) fn limit(&self, given: Option<u64>) -> Option<MemoryLimit> {
        let lowest = |of: fn(&MemoryGroup) -> Option<u64>| self.groups.iter().filter_map(of).min();
        let max = || lowest(|group| group.cgroup.max_bytes).map(|bytes| (bytes, LimitFrom::Max));
        let high = || lowest(|group| group.cgroup.high_bytes).map(|bytes| (bytes, LimitFrom::High));
        let (bytes, from) = given
            .map(|bytes| (bytes, LimitFrom::Option))
            .or_else(max)
            .or_else(high)?;
        Some(MemoryLimit { bytes, from })
    }

    /// Whether memory runs short. `given` is the limit that was given.
    pub(in crate::serve) fn pressure(&self, given: Option<u64>) -> Option<Pressure> {
        let resident_bytes = self.resident.map_or(0, |it| it.bytes);
        let limit = self.limit(given).map(|limit| limit.bytes);
        let fullest = self.fullest();
        let is_full = fullest.is_some_and(|(used, max)| share(used, max) >= share_of(OOM_PERCENT));
        let is_large =
            limit.is_some_and(|limit| share(resident_bytes, limit) > share_of(PRESSURE_PERCENT));
        let level = match (is_full, is_large) {
            (true, _) => PressureLevel::OomRisk,
            (false, true) => PressureLevel::MemoryPressure,
            (false, false) => return None,
        };
        Some(Pressure {
            level,
            resident_bytes,
            limit_bytes: limit,
            working_set_bytes: fullest.map(|(used, _)| used),
            max_bytes: fullest.map(|(_, max)| max),
        })
    }

    /// Working set and limit of the control group that is nearest to being killed.
    fn fullest(&self) -> Option<(u64, u64)> {
        let used = self
            .groups
            .iter()
            .filter_map(|group| Some((group.working_set_bytes()?, group.cgroup.max_bytes?)));
        used.max_by(|(used, max), (other, other_max)| {
            share(*used, *max).total_cmp(&share(*other, *other_max))
        })
    }
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn share_of(percent: u64) -> f64 {
    percent as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const MIB: u64 = 1 << 20;

    /// A machine of which files say so much, in MiB.
    fn surroundings(resident: u64, group: &[(&str, &str)], above: &[(&str, &str)]) -> Surroundings {
        let root = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            assert!(
                path.parent()
                    .is_some_and(|it| fs::create_dir_all(it).is_ok())
            );
            assert!(fs::write(path, text).is_ok());
        };
        write(
            "proc/7/status",
            &format!("VmRSS:\t{} kB\n", resident * 1024),
        );
        write("proc/7/cgroup", "0::/a.slice/fabric.service\n");
        write("sys/fs/cgroup/cgroup.controllers", "memory");
        for (name, text) in group {
            write(
                &format!("sys/fs/cgroup/a.slice/fabric.service/{name}"),
                text,
            );
        }
        for (name, text) in above {
            write(&format!("sys/fs/cgroup/a.slice/{name}"), text);
        }
        // The group counts where it is looked for.
        write(
            "sys/fs/cgroup/a.slice/fabric.service/cgroup.controllers",
            "memory",
        );
        Surroundings::read(root.path(), 7)
    }

    fn mib(count: u64) -> String {
        format!("{}\n", count * MIB)
    }

    #[test]
    fn the_limit_is_the_given_one_else_where_the_kernel_kills_else_where_it_slows_down() {
        let current = mib(100);
        let (high, max, slice) = (mib(1200), mib(1536), mib(1024));
        let limit = |it: &Surroundings, given| it.limit(given).map(|it| (it.bytes / MIB, it.from));
        let both = surroundings(
            100,
            &[
                ("memory.current", &current),
                ("memory.high", &high),
                ("memory.max", &max),
            ],
            &[("memory.current", &current), ("memory.max", &slice)],
        );
        assert_eq!(limit(&both, Some(MIB)), Some((1, LimitFrom::Option)));
        assert_eq!(limit(&both, None), Some((1024, LimitFrom::Max)));
        let slowed = surroundings(
            100,
            &[
                ("memory.current", &current),
                ("memory.high", &high),
                ("memory.max", "max\n"),
            ],
            &[],
        );
        assert_eq!(limit(&slowed, None), Some((1200, LimitFrom::High)));
        assert_eq!(limit(&surroundings(100, &[], &[]), None), None);
    }

    #[test]
    fn memory_runs_short_above_four_fifths_of_the_limit() {
        let level = |resident: u64| {
            let pressure = surroundings(resident, &[], &[]).pressure(Some(1000 * MIB));
            pressure.map(|it| it.level)
        };
        assert_eq!(level(800), None);
        assert_eq!(level(801), Some(PressureLevel::MemoryPressure));
        assert_eq!(surroundings(5000, &[], &[]).pressure(None), None);
    }

    #[test]
    fn a_group_is_about_to_be_killed_by_what_the_kernel_cannot_drop() {
        let max = mib(1000);
        let level = |current: u64, inactive: u64| {
            let current = mib(current);
            let stat = format!("inactive_file {}\n", inactive * MIB);
            let group = [
                ("memory.current", current.as_str()),
                ("memory.max", max.as_str()),
                ("memory.stat", stat.as_str()),
            ];
            surroundings(100, &group, &[])
                .pressure(None)
                .map(|it| it.level)
        };
        assert_eq!(level(1000, 900), None);
        assert_eq!(level(1000, 51), None);
        assert_eq!(level(1000, 50), Some(PressureLevel::OomRisk));
        // One above it is killed with everything in it.
        let (small, full, large) = (mib(10), mib(960), mib(5000));
        let above = surroundings(
            100,
            &[("memory.current", &small), ("memory.max", &large)],
            &[("memory.current", &full), ("memory.max", &max)],
        );
        let pressure = above.pressure(None);
        assert_eq!(
            pressure.map(|it| (it.level, it.working_set_bytes, it.max_bytes)),
            Some((PressureLevel::OomRisk, Some(960 * MIB), Some(1000 * MIB)))
        );
    }
}
