//! What a worker did lately.

use std::collections::VecDeque;

use super::event_log::EventLog;
use super::path_name::clip;
use super::view::Stuck;
use crate::serve::bounds::WINDOW_PER_WORKER;
use crate::serve::event::LogEvent;
use crate::serve::time::EventTime;

/// How far back a worker is looked at, on its own clock.
const SPAN_MS: i64 = 5 * 60_000;

/// What a worker did lately: enough to see whether it gets nowhere.
#[derive(Debug)]
pub(super) struct Window {
    acts: VecDeque<Act>,
    newest: EventTime,
    /// Times of its two newest completions.
    completions: [Option<EventTime>; 2],
}

/// One event, without its text, which is looked up in the event log when it is wanted.
#[derive(Debug, Clone, Copy)]
struct Act {
    ts: EventTime,
    seq: u64,
    /// Of tool and path; 0 where no tool was used.
    tool: u64,
    /// Of the file that was edited; 0 where none was.
    edited: u32,
}

/// How long a worker has been silent and known, on the clock of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) silent_ms: i64,
    pub(super) known_ms: i64,
}

impl Standing {
    /// Whether the same is to be said of silence: 0 nothing, 1 a warning, 2 that it is critical.
    pub(super) fn silence(self) -> u8 {
        u8::from(self.silent_ms > 2 * 60_000) + u8::from(self.silent_ms > 10 * 60_000)
    }
}

impl Window {
    pub(super) fn new() -> Window {
        Window {
            acts: VecDeque::new(),
            newest: EventTime(0),
            completions: [None, None],
        }
    }

    pub(super) fn len(&self) -> usize {
        self.acts.len()
    }

    pub(super) fn room(&self) -> usize {
        self.acts.capacity() * size_of::<Act>()
    }

    /// Adds an event. `hash` is that of its path. Whether the oldest left for it.
    pub(super) fn push(&mut self, event: &LogEvent, seq: u64, hash: impl Fn(&str) -> u64) -> bool {
        let path = event.path().map_or(0, &hash);
        let tool = event.tool().map_or(0, |tool| {
            // Never 0, which says that there is no tool.
            (hash(tool).rotate_left(5) ^ path) | 1
        });
        let edited = match event.tool() {
            Some("Edit") if event.path().is_some() => path as u32 | 1,
            _ => 0,
        };
        let is_full = self.acts.len() == WINDOW_PER_WORKER;
        if is_full {
            self.acts.pop_front();
        } else if self.acts.len() == self.acts.capacity() {
            self.acts
                .reserve_exact((WINDOW_PER_WORKER - self.acts.len()).min(16));
        }
        self.acts.push_back(Act {
            ts: event.ts(),
            seq,
            tool,
            edited,
        });
        self.newest = event.ts();
        if contains_complete(event.message()) {
            self.completions = [self.completions[1], Some(event.ts())];
        }
        is_full
    }

    /// Why the worker seems to get nowhere; the first of the reasons that holds.
    pub(super) fn stuck(&self, standing: Standing, log: &EventLog) -> Option<Stuck> {
        // Around the newest event and not up to the latest time: one event with a wrong clock does not blind it.
        let is_near = |ts: EventTime| ts.since(self.newest).saturating_abs() <= SPAN_MS;
        let near = || self.acts.iter().filter(|act| is_near(act.ts));
        let completions = self.completions.iter().flatten().filter(|ts| is_near(**ts));
        let completions = completions.count();
        self.repeated_tool(near().map(|act| (act.tool, act.seq)), log)
            .or_else(|| no_progress(standing, near().count(), completions))
            .or_else(|| self.circular_edit(near().map(|act| (act.edited.into(), act.seq)), log))
            .or_else(|| long_running(standing, completions))
    }

    fn repeated_tool(
        &self,
        acts: impl Iterator<Item = (u64, u64)>,
        log: &EventLog,
    ) -> Option<Stuck> {
        let Most { times, seq, .. } = most_frequent(acts);
        let event = (times >= 5).then(|| log.get(seq))?;
        let tool = event.map_or("one tool", |event| event.tool().unwrap_or("one tool"));
        let tool = clip(tool, 100);
        let path = event.and_then(|event| event.path());
        let on = path.map_or(String::new(), |path| format!(" on {}", clip(path, 200)));
        Some(Stuck {
            kind: "repeated_tool",
            reason: format!("{tool}{on} was used {times} times in five minutes"),
            severity: if times >= 10 { "critical" } else { "warning" },
            evidence: vec![format!("{times} times {tool}{on}")],
            suggestion: "see whether the tool fails in the same way each time",
        })
    }

    fn circular_edit(
        &self,
        acts: impl Iterator<Item = (u64, u64)>,
        log: &EventLog,
    ) -> Option<Stuck> {
        let Most { times, seq, all } = most_frequent(acts);
        let event = (times >= 4 && all >= 3).then(|| log.get(seq))?;
        let path = event.and_then(|event| event.path()).unwrap_or("one file");
        let path = clip(path, 200);
        Some(Stuck {
            kind: "circular_edit",
            reason: format!("{path} was edited {times} times in five minutes"),
            severity: if times >= 6 { "critical" } else { "warning" },
            evidence: vec![format!("{times} of {all} edits are of {path}")],
            suggestion: "see whether the edits undo each other",
        })
    }
}

struct Most {
    times: usize,
    /// Of its newest event.
    seq: u64,
    /// How many there are of all.
    all: usize,
}

/// The value that is there most often; 0 is none.
fn most_frequent(acts: impl Iterator<Item = (u64, u64)>) -> Most {
    let mut sorted = [(0_u64, 0_u64); WINDOW_PER_WORKER];
    let mut all = 0;
    for (place, act) in sorted.iter_mut().zip(acts.filter(|(value, _)| *value != 0)) {
        *place = act;
        all += 1;
    }
    let sorted = sorted.get_mut(..all).unwrap_or_default();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a.0 == b.0);
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
    Most {
        times: longest.len(),
        seq: longest.last().map_or(0, |(_, seq)| *seq),
        all,
    }
}

fn no_progress(standing: Standing, events: usize, completions: usize) -> Option<Stuck> {
    let minutes = match standing.silence() {
        0 => None,
        1 => Some(2),
        _ => Some(10),
    };
    let (reason, evidence) = if let Some(minutes) = minutes {
        (
            format!("it has not been heard of for more than {minutes} minutes"),
            "no event".to_owned(),
        )
    } else if events > 10 && completions == 0 {
        (
            "it is busy, and nothing was completed in five minutes".to_owned(),
            "more than 10 events, none of which says that something is complete".to_owned(),
        )
    } else {
        return None;
    };
    Some(Stuck {
        kind: "no_progress",
        reason,
        severity: if standing.silence() == 2 {
            "critical"
        } else {
            "warning"
        },
        evidence: vec![evidence],
        suggestion: "see whether the worker still runs and what it waits for",
    })
}

fn long_running(standing: Standing, completions: usize) -> Option<Stuck> {
    let minutes = standing.known_ms / 60_000;
    if standing.known_ms <= 10 * 60_000 || completions >= 2 {
        return None;
    }
    let least = if minutes >= 20 { 20 } else { 10 };
    Some(Stuck {
        kind: "long_running",
        reason: format!(
            "it has been known for {least} minutes and completed {completions} tasks in the last five"
        ),
        severity: if minutes >= 20 { "critical" } else { "warning" },
        evidence: vec![format!("{completions} completions in five minutes")],
        suggestion: "see whether its task is too large and can be split",
    })
}

/// Whether a message says that something is complete, in whatever case.
fn contains_complete(message: &str) -> bool {
    const WORD: &[u8] = b"complete";
    memchr::memchr2_iter(b'c', b'C', message.as_bytes()).any(|at| {
        let found = message.as_bytes().get(at..at + WORD.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(WORD))
    })
}
