//! Entries of a folder -> those of one service.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use super::entry::SeriesEntry;
use super::order::modified_along_sequence;
use super::times::recorded;

/// What the user asks for, where a folder holds more than one series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A service: the name of its program, or the beginning of its file names (`--service`).
    pub service: Option<String>,
    /// A process id (`--pid`).
    pub pid: Option<u32>,
}

/// Files that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What selects it: a service or a process id; foreign text.
    pub name: String,
    /// How many files.
    pub files: usize,
}

/// Why no single series could be selected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// Files of several services.
    #[error("{}: choose one with --service NAME", several("services", .0))]
    SeveralServices(Vec<Group>),
    /// Files of several processes that ran at the same time.
    #[error("{}: choose one with --pid N", several("processes that ran at the same time", .0))]
    SeveralProcesses(Vec<Group>),
    /// None is of the service asked for.
    #[error("no snapshot is of service {wanted}: there are {}", Groups(there))]
    NoSuchService {
        /// What was asked for.
        wanted: String,
        /// What there is.
        there: Vec<Group>,
    },
    /// None is of the process asked for.
    #[error("no snapshot is of process {wanted}: there are {}", Groups(there))]
    NoSuchProcess {
        /// What was asked for.
        wanted: u32,
        /// What there is.
        there: Vec<Group>,
    },
}

impl SelectError {
    /// What there is, without the advice for those who have flags.
    pub fn finding(&self) -> String {
        match self {
            SelectError::SeveralServices(groups) => several("services", groups),
            SelectError::SeveralProcesses(groups) => {
                several("processes that ran at the same time", groups)
            }
            SelectError::NoSuchService { .. } | SelectError::NoSuchProcess { .. } => {
                self.to_string()
            }
        }
    }
}

fn several(what: &str, groups: &[Group]) -> String {
    format!("snapshots of {} {what} ({})", groups.len(), Groups(groups))
}

/// More would not be read.
const GROUPS_SHOWN: usize = 8;

struct Groups<'g>(&'g [Group]);

impl fmt::Display for Groups<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none: the files do not tell");
        }
        for (at, group) in self.0.iter().take(GROUPS_SHOWN).enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let plural = if group.files == 1 { "" } else { "s" };
            write!(f, "{comma}{}: {} file{plural}", group.name, group.files)?;
        }
        match self.0.len().saturating_sub(GROUPS_SHOWN) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

/// The indices of the entries of one series: those of the service and process asked for, or all if they are of one service.
///
/// A service is its program, or where that is not known the beginning of the file names. Several processes of one service, one
/// after the other, are restarts and stay together; processes at the same time do not.
///
/// # Errors
/// There are several, or there is none of those asked for.
pub fn select(entries: &[SeriesEntry], wanted: &Wanted) -> Result<Vec<usize>, SelectError> {
    let services = services(entries);
    let pid_name = |&at: &usize| entries[at].pid().map(|pid| pid.to_string());
    let mut selected: Vec<usize> = (0..entries.len()).collect();
    if let Some(pid) = wanted.pid {
        let there = groups(selected.iter().filter_map(pid_name));
        selected.retain(|&at| entries[at].pid() == Some(pid));
        if selected.is_empty() {
            return Err(SelectError::NoSuchProcess { wanted: pid, there });
        }
    }
    let there = groups(selected.iter().map(|&at| services[at].clone()));
    if let Some(service) = &wanted.service {
        selected.retain(|&at| services[at] == *service || entries[at].told.stem == *service);
        if selected.is_empty() {
            let wanted = service.clone();
            return Err(SelectError::NoSuchService { wanted, there });
        }
    } else if there.len() > 1 {
        return Err(SelectError::SeveralServices(there));
    }
    if wanted.pid.is_some() {
        return Ok(selected);
    }
    let mut chosen: Vec<&SeriesEntry> = selected.iter().map(|&at| &entries[at]).collect();
    // A copy under another name is no other service.
    let mut seen = HashSet::new();
    chosen.retain(|entry| seen.insert(entry.fingerprint));
    // A file that does not tell its process says nothing about whether the others overlap.
    let mut known = chosen.clone();
    known.retain(|entry| entry.pid().is_some());
    match known.is_empty() {
        false if are_concurrent(&known) => {
            let pids = selected.iter().filter_map(pid_name);
            Err(SelectError::SeveralProcesses(groups(pids)))
        }
        true if are_several(&chosen) => {
            let stems = chosen.iter().map(|entry| entry.told.stem.clone());
            Err(SelectError::SeveralServices(groups(stems)))
        }
        _ => Ok(selected),
    }
}

/// In the order of their names.
fn groups(names: impl Iterator<Item = String>) -> Vec<Group> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut groups: Vec<Group> = counts
        .into_iter()
        .map(|(name, files)| Group { name, files })
        .collect();
    groups.sort_by(|a, b| super::name_order::compare(&a.name, &b.name));
    groups
}

/// The service of each entry: as stated beside it, else its program, else the beginning of its name.
fn services(entries: &[SeriesEntry]) -> Vec<String> {
    let stated = |entry: &SeriesEntry| entry.sidecar.as_ref()?.service.clone();
    let stems: Vec<&str> = entries.iter().map(|it| it.told.stem.as_str()).collect();
    let programs = filled(
        entries.iter().map(SeriesEntry::any_program).collect(),
        &stems,
    );
    // Of the same beginning may also be the files of a program that states nothing.
    let same: Vec<_> = std::iter::zip(&stems, &programs).collect();
    let stated = filled(entries.iter().map(stated).collect(), &same);
    std::iter::zip(stated, &programs)
        .zip(&stems)
        .map(
            |((stated, program), stem)| match stated.or_else(|| program.clone()) {
                Some(name) => name,
                None if stem.is_empty() => "(no name)".to_owned(),
                None => (*stem).to_owned(),
            },
        )
        .collect()
}

/// Gives those without a name the name of the others with the same key, if these have one and not several.
fn filled<K: Ord>(names: Vec<Option<String>>, keys: &[K]) -> Vec<Option<String>> {
    let mut by_key: BTreeMap<&K, BTreeSet<String>> = BTreeMap::new();
    for (key, name) in std::iter::zip(keys, &names) {
        by_key.entry(key).or_default().extend(name.clone());
    }
    let only = |key: &K| {
        let there = by_key.get(key)?;
        there.first().filter(|_| there.len() == 1).cloned()
    };
    std::iter::zip(names, keys)
        .map(|(name, key)| name.or_else(|| only(key)))
        .collect()
}

/// Whether two processes overlap in time. Without recorded times, modification times serve as long as they follow the numbers:
/// a copy in any other order gives itself away, and one in order makes processes look like restarts.
fn are_concurrent(entries: &[&SeriesEntry]) -> bool {
    let runs = runs(entries, |entry| entry.pid());
    if let Some((_, times)) = recorded(entries) {
        return overlap(&spans(&runs, &times));
    }
    let follows =
        |run: &Vec<usize>| modified_along_sequence(run.iter().map(|&at| entries[at])).is_some();
    let modified: Vec<Option<i64>> = entries.iter().map(|entry| entry.modified_ms).collect();
    runs.iter().all(follows) && overlap(&spans(&runs, &modified))
}

/// Whether files of one program whose names begin differently cannot be one series: they overlap in time, or without recorded
/// times each counts the same numbers for itself.
fn are_several(entries: &[&SeriesEntry]) -> bool {
    // A single file is no series: a snapshot by hand among regular ones, or `before.0.heap` and `after.0.heap`.
    let mut runs = runs(entries, |entry| &entry.told.stem);
    runs.retain(|run| run.len() > 1);
    if let Some((_, times)) = recorded(entries) {
        return overlap(&spans(&runs, &times));
    }
    let mut seen = BTreeSet::new();
    runs.iter()
        .flat_map(|run| {
            let numbers = run.iter().filter_map(|&at| entries[at].told.sequence);
            numbers.collect::<BTreeSet<u64>>()
        })
        .any(|number| !seen.insert(number))
}

/// The places of the entries with the same key, in the order of their numbers.
fn runs<'e, K: Ord>(
    entries: &[&'e SeriesEntry],
    key: impl Fn(&'e SeriesEntry) -> K,
) -> Vec<Vec<usize>> {
    let mut runs: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (at, &entry) in entries.iter().enumerate() {
        runs.entry(key(entry)).or_default().push(at);
    }
    let mut runs: Vec<Vec<usize>> = runs.into_values().collect();
    for run in &mut runs {
        run.sort_by_key(|&at| entries[at].told.sequence);
    }
    runs
}

/// First and last time of each run that has one.
fn spans(runs: &[Vec<usize>], times: &[Option<i64>]) -> Vec<(i64, i64)> {
    let known = |run: &Vec<usize>| -> Vec<i64> { run.iter().filter_map(|&at| times[at]).collect() };
    let span = |times: Vec<i64>| Some((*times.iter().min()?, *times.iter().max()?));
    runs.iter().map(known).filter_map(span).collect()
}

fn overlap(spans: &[(i64, i64)]) -> bool {
    let mut spans = spans.to_vec();
    spans.sort_unstable();
    let mut latest = i64::MIN;
    spans.into_iter().any(|(first, last)| {
        let overlaps = first < latest;
        latest = latest.max(last);
        overlaps
    })
}
