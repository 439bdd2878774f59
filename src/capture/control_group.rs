//! What the control groups of a process say of its memory.

use std::path::{Path, PathBuf};

use super::proc_file;
use crate::load::series::Cgroup;

/// Where the second version is mounted: alone, or beside the first.
const HIERARCHIES: [&str; 2] = ["sys/fs/cgroup", "sys/fs/cgroup/unified"];

/// The memory of a control group of cgroup v2 at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryGroup {
    /// What it uses and may use.
    pub cgroup: Cgroup,
    /// Cached pages of files that nobody has used lately, in bytes.
    pub inactive_file_bytes: Option<u64>,
}

impl MemoryGroup {
    /// Reads the group of a process below `root`, and those above it whose limits hold for it, too: its own first. None where there is
    /// no cgroup v2, or none that can be seen from here.
    pub fn of_process(root: &Path, pid: u32) -> Vec<MemoryGroup> {
        let Some((hierarchy, inside)) = place(root, pid) else {
            return Vec::new();
        };
        let inside = PathBuf::from(inside);
        inside
            .ancestors()
            .filter_map(|inside| {
                let folder = hierarchy.join(inside);
                // The root of the machine is no group: it has no counter.
                folder.join("memory.current").exists().then(|| MemoryGroup {
                    cgroup: read(&folder, format!("/{}", inside.display())),
                    inactive_file_bytes: proc_file::read(&folder.join("memory.stat"))
                        .ok()
                        .and_then(|stat| counter(&stat, "inactive_file")),
                })
            })
            .collect()
    }

    /// What it uses less what the kernel can drop at once, in bytes. A service that reads files fills its group with their cached pages
    /// up to the limit, and nothing is wrong: before the kernel kills, it drops the pages of `inactive_file`, which cost it nothing
    /// (Documentation/admin-guide/cgroup-v2.rst, `memory.max` and `memory.stat`). Kubernetes evicts by this difference, too. Pages that
    /// are dirty have to be written first, so that it is a little too low while much is being written.
    pub fn working_set_bytes(&self) -> Option<u64> {
        let current = self.cgroup.current_bytes?;
        Some(current.saturating_sub(self.inactive_file_bytes.unwrap_or(0)))
    }
}

/// Reads the group of a process, of cgroup v2, below `root`; `None` where there is none, or none that can be seen from here.
pub(super) fn of_process(root: &Path, pid: u32) -> Option<Cgroup> {
    let (hierarchy, inside) = place(root, pid)?;
    Some(read(&hierarchy.join(&inside), format!("/{inside}")))
}

/// The hierarchy, and where in it the process is.
fn place(root: &Path, pid: u32) -> Option<(PathBuf, String)> {
    let text = proc_file::read(&root.join(format!("proc/{pid}/cgroup"))).ok()?;
    let path = text.lines().find_map(|line| line.strip_prefix("0::"))?;
    // From inside a container, a process of another one has a path that begins with "/..": there is no file for it here.
    let inside = path.strip_prefix('/')?;
    if inside.split('/').any(|part| part == "..") {
        return None;
    }
    HIERARCHIES
        .iter()
        .map(|hierarchy| root.join(hierarchy))
        .find(|hierarchy| {
            let folder = hierarchy.join(inside);
            folder.join("cgroup.controllers").exists() || folder.join("memory.current").exists()
        })
        .map(|hierarchy| (hierarchy, inside.to_owned()))
}

fn read(folder: &Path, path: String) -> Cgroup {
    let number = |name: &str| proc_file::number(&folder.join(name));
    let events = proc_file::read(&folder.join("memory.events")).unwrap_or_default();
    let events = events
        .lines()
        .filter_map(|line| {
            let (name, count) = line.split_once(' ')?;
            Some((name.to_owned(), count.trim().parse().ok()?))
        })
        .collect();
    Cgroup {
        path: Some(path),
        current_bytes: number("memory.current"),
        high_bytes: number("memory.high"),
        max_bytes: number("memory.max"),
        events,
    }
}

fn counter(stat: &str, name: &str) -> Option<u64> {
    stat.lines().find_map(|line| {
        let (found, count) = line.split_once(' ')?;
        (found == name).then(|| count.trim().parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::proc_file::machine;

    #[test]
    fn limits_of_the_groups_above_count_and_cached_pages_do_not() {
        let slice = "sys/fs/cgroup/user.slice";
        let root = machine(&[
            ("proc/7/cgroup", "0::/user.slice/app.scope\n"),
            ("sys/fs/cgroup/cgroup.controllers", "memory\n"),
            (&format!("{slice}/memory.current"), "1000\n"),
            (&format!("{slice}/memory.max"), "1536\n"),
            (&format!("{slice}/app.scope/memory.current"), "900\n"),
            (&format!("{slice}/app.scope/memory.max"), "max\n"),
            (&format!("{slice}/app.scope/memory.high"), "1200\n"),
            (
                &format!("{slice}/app.scope/memory.stat"),
                "anon 100\nfile 700\nactive_file 50\ninactive_file 650\n",
            ),
            (
                &format!("{slice}/app.scope/memory.events"),
                "low 0\noom_kill 2\n",
            ),
        ]);
        let groups = MemoryGroup::of_process(root.path(), 7);
        let told: Vec<_> = groups
            .iter()
            .map(|group| {
                let cgroup = &group.cgroup;
                let path = cgroup.path.as_deref().unwrap_or_default();
                (path, group.working_set_bytes(), cgroup.max_bytes)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("/user.slice/app.scope", Some(250), None),
                ("/user.slice", Some(1000), Some(1536)),
            ]
        );
        assert_eq!(groups[0].cgroup.events.get("oom_kill"), Some(&2));
        assert_eq!(of_process(root.path(), 7).as_ref(), Some(&groups[0].cgroup));
    }

    #[test]
    fn a_container_is_its_own_root_and_other_ones_cannot_be_seen() {
        let root = machine(&[
            ("proc/7/cgroup", "0::/\n"),
            ("proc/8/cgroup", "0::/../other\n"),
            ("proc/9/cgroup", "4:memory:/old\n"),
            ("sys/fs/cgroup/memory.current", "10\n"),
            ("sys/fs/cgroup/memory.max", "20\n"),
        ]);
        let groups = MemoryGroup::of_process(root.path(), 7);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].cgroup.path.as_deref(), Some("/"));
        assert_eq!(groups[0].cgroup.max_bytes, Some(20));
        assert!(MemoryGroup::of_process(root.path(), 8).is_empty());
        assert!(MemoryGroup::of_process(root.path(), 9).is_empty());
    }
}
