//! What the control group of a process says of its memory.

use std::path::Path;

use super::proc_file;
use crate::load::series::Cgroup;

/// Where the second version is mounted: alone, or beside the first.
const HIERARCHIES: [&str; 2] = ["sys/fs/cgroup", "sys/fs/cgroup/unified"];

/// Reads the group of a process, of cgroup v2, below `root`; `None` where there is none, or none that can be seen from here.
pub(super) fn of_process(root: &Path, pid: u32) -> Option<Cgroup> {
    let text = proc_file::read(&root.join(format!("proc/{pid}/cgroup"))).ok()?;
    let path = text.lines().find_map(|line| line.strip_prefix("0::"))?;
    // From inside a container, a process of another one has a path that begins with "/..": there is no file for it here.
    let inside = path.strip_prefix('/')?;
    if inside.split('/').any(|part| part == "..") {
        return None;
    }
    let folder = HIERARCHIES
        .iter()
        .map(|hierarchy| root.join(hierarchy).join(inside))
        .find(|folder| {
            folder.join("cgroup.controllers").exists() || folder.join("memory.current").exists()
        })?;
    let number = |name: &str| proc_file::number(&folder.join(name));
    let events = proc_file::read(&folder.join("memory.events")).unwrap_or_default();
    let events = events
        .lines()
        .filter_map(|line| {
            let (name, count) = line.split_once(' ')?;
            Some((name.to_owned(), count.trim().parse().ok()?))
        })
        .collect();
    Some(Cgroup {
        path: Some(path.to_owned()),
        current_bytes: number("memory.current"),
        high_bytes: number("memory.high"),
        max_bytes: number("memory.max"),
        events,
    })
}
