//! Follows a folder: who is read, when, and what is remembered of it.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsString;
use std::time::Duration;

use super::cursor::{Identity, Mark};
use super::known_file::{KnownFile, Serial, Start};
use super::look::Scan;
use super::problems::Problems;
use super::read_turn::{buffer_bytes, catch_up_bytes, read_turn};
use super::roster::Roster;
use super::{LineSink, TailOptions, TailReport, Woken};
use crate::serve::bounds::{
    Bound, BoundReport, FILES_FOLLOWED, TAIL_FILES_IN_ORDER, TAIL_RSS_RESUME_PERCENT,
    TAIL_TURN_BYTES, TAIL_TURN_FILES, Usage,
};
use crate::serve::time::WallTime;

/// Follows a folder. One thread owns it and gives it [turns](Tailer::turn).
#[derive(Debug)]
pub struct Tailer {
    pub(super) options: TailOptions,
    pub(super) roster: Roster,
    /// Who waits for a turn.
    pub(super) queue: VecDeque<Serial>,
    /// Who is followed.
    pub(super) followed: Vec<Serial>,
    pub(super) followed_usage: Usage,
    /// Where those stood whose lines the sink has, but has not handed over.
    pub(super) not_handed_over: HashMap<Serial, (Mark, Start)>,
    pub(super) problems: Problems,
    /// What is counted; what can be seen otherwise is filled in when it is asked for.
    pub(super) counters: TailReport,
    pub(super) buffer: Vec<u8>,
    pub(super) turns: u64,
    /// Whether the first look is not over.
    pub(super) starting: bool,
    /// Whether what was there at start has not all been read.
    catching_up: bool,
    pub(super) scan: Option<Scan>,
    pub(super) scans: u64,
    pub(super) scan_began: Option<WallTime>,
    /// When the last look began that went through the whole folder.
    pub(super) looked_at: Option<WallTime>,
    pub(super) scan_wanted: bool,
    pub(super) woken_names: Vec<OsString>,
    pub(super) folder: Option<Identity>,
    /// Up to when lines of files that are not known were read; see the state file.
    pub(super) unlisted_since: Option<WallTime>,
    /// Whether there are, or were, more files than can be known.
    pub(super) overflowed: bool,
    pub(super) refused: u64,
    closed: bool,
    pub(super) state_changed: bool,
    pub(super) saved_at: Option<WallTime>,
}

/// What came of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// There is more to do at once.
    More,
    /// There is nothing to do until the next look.
    Idle,
    /// The sink takes no more.
    Closed,
}

impl Tailer {
    /// Begins with what is there. What cannot be done is a problem in the report, never a failure to begin.
    pub fn open(options: TailOptions, now: WallTime) -> Tailer {
        let mut tailer = Tailer {
            roster: Roster::new(options.files_known.max(options.files_followed)),
            queue: VecDeque::new(),
            followed: Vec::new(),
            followed_usage: Usage::default(),
            not_handed_over: HashMap::new(),
            problems: Problems::default(),
            counters: TailReport::default(),
            buffer: vec![0; buffer_bytes(options.line_bytes)],
            turns: 0,
            starting: true,
            catching_up: true,
            scan: None,
            scans: 0,
            scan_began: None,
            looked_at: None,
            scan_wanted: true,
            woken_names: Vec::new(),
            folder: None,
            unlisted_since: None,
            overflowed: false,
            refused: 0,
            closed: false,
            state_changed: false,
            saved_at: None,
            options,
        };
        tailer.problems.pass(now, i64::MAX);
        tailer.load(now);
        tailer.look_at_saved(now);
        tailer.scan_step(now);
        while tailer.scan.is_some() {
            tailer.scan_step(now);
        }
        tailer.starting = false;
        tailer
    }

    /// Looks at what was woken for, at the next turn.
    pub fn look_again(&mut self, woken: Woken) {
        self.scan_wanted |= woken.everything;
        self.woken_names.extend(woken.names);
        if woken.reopen {
            self.reopen();
        }
    }

    /// Does a bounded part of what there is to do: looks, reads, hands over. `rss` is the resident memory of the process, where it is known.
    pub fn turn<S: LineSink>(&mut self, now: WallTime, rss: Option<u64>, sink: &mut S) -> Turn {
        if self.closed {
            return Turn::Closed;
        }
        self.turns += 1;
        self.problems.pass(now, self.problem_patience_ms());
        self.weigh(rss);
        for name in std::mem::take(&mut self.woken_names) {
            self.look_at(&name, true, now);
        }
        self.scan_step(now);

        let mut told = false;
        let mut budget = TAIL_TURN_BYTES as u64;
        let mut files = self.queue.len().min(TAIL_TURN_FILES);
        while files > 0 && budget > 0 {
            files -= 1;
            let (bytes, has_told) = self.serve_next(sink);
            told |= has_told;
            budget = budget.saturating_sub(bytes);
        }
        let ready = |serial: &Serial| self.can_be_served(*serial);
        let has_more = self.scan.is_some() || self.queue.iter().any(ready);
        // What cannot be read now must not hold up what is written meanwhile.
        if self.catching_up && (!has_more || self.roster.iter().all(|(_, known)| !known.behind)) {
            self.catching_up = false;
            sink.caught_up();
            told = true;
        }
        if told && !sink.hand_over() {
            self.closed = true;
            return Turn::Closed;
        }
        self.state_changed |= !self.not_handed_over.is_empty();
        self.not_handed_over.clear();
        self.save_if_due(now);
        match has_more {
            true => Turn::More,
            false => Turn::Idle,
        }
    }

    /// How long nothing needs to be done unless something is heard of the folder.
    pub fn patience(&self, now: WallTime) -> Duration {
        let due = self.scan_due_at(now);
        let save = self.save_due_at(now);
        let next = save.map_or(due, |save| due.min(save));
        Duration::from_millis(u64::try_from(next.since(now)).unwrap_or(0))
    }

    /// Closes everything that has a name, and looks at everything anew.
    pub fn reopen(&mut self) {
        for serial in self.followed.clone() {
            if self.roster.get(serial).is_some_and(|known| !known.nameless) {
                self.close(serial);
                self.enqueue(serial);
            }
        }
        self.scan_wanted = true;
    }

    /// The bytes that are open, known and waiting, and what happened since start.
    pub fn report(&mut self) -> TailReport {
        let mut report = self.counters.clone();
        report.files_followed = self.followed.len() as u64;
        report.files_known = self.roster.len() as u64;
        report.bytes_waiting = self.roster.iter().map(|(_, known)| known.waiting()).sum();
        report.caught_up = self.roster.iter().all(|(_, known)| !known.behind);
        report.rotations = self.roster.rotations;
        report.problems = self.problems.list();
        report.bounds = vec![
            BoundReport {
                bound: Bound {
                    cap_entries: Some(self.options.files_followed as u64),
                    ..FILES_FOLLOWED
                },
                usage: self.followed_usage,
            },
            self.roster.report(),
            self.problems.report(),
        ];
        report
    }

    /// Serves the first that waits; the bytes it took, and whether the sink got anything.
    fn serve_next<S: LineSink>(&mut self, sink: &mut S) -> (u64, bool) {
        let Some(serial) = self.next_in_turn() else {
            return (0, false);
        };
        if self.roster.get(serial).is_none() {
            return (0, false);
        }
        if !self.can_be_served(serial) || !self.activate(serial) {
            let waits = self.roster.get(serial).is_some_and(|known| known.queued);
            if waits {
                self.queue.push_back(serial);
            }
            return (0, false);
        }
        let turns = self.turns;
        let Some(known) = self.roster.get_mut(serial) else {
            return (0, false);
        };
        let before = (known.mark, known.start);
        known.active_in = turns;
        known.after = None;
        let wants_time = self.catching_up;
        let part = match wants_time {
            true => catch_up_bytes(self.options.line_bytes).min(self.buffer.len()),
            false => self.buffer.len(),
        };
        let buffer = self.buffer.get_mut(..part).unwrap_or_default();
        let outcome = match read_turn(known, buffer, &self.options, wants_time, sink) {
            Ok(outcome) => outcome,
            Err(error) => {
                self.fail(serial, &format!("cannot be read: {error}"));
                return (0, false);
            }
        };
        known.queued = outcome.more;
        known.recheck |= outcome.bytes > 0 || outcome.cut;
        known.behind &= outcome.more;
        if (known.mark, known.start) != before {
            self.not_handed_over.entry(serial).or_insert(before);
        }
        if outcome.more {
            self.queue.push_back(serial);
        }
        self.roster.set_stamp(serial, outcome.stamp);
        self.counters.truncations += u64::from(outcome.cut);
        self.counters.lines += outcome.lines;
        self.counters.bytes_read += outcome.bytes;
        (outcome.bytes, outcome.told)
    }

    /// A problem that lasts is met at every look, and an error of saving at every second write at the latest.
    fn problem_patience_ms(&self) -> i64 {
        let look = self.scan_rest_ms(i64::MAX);
        look.saturating_mul(3).saturating_add(5_000)
    }

    /// Who waited longest; while what was there at start is read, who is furthest back in time.
    fn next_in_turn(&mut self) -> Option<Serial> {
        if !self.catching_up || self.queue.len() > TAIL_FILES_IN_ORDER {
            return self.queue.pop_front();
        }
        let waiting = self.queue.iter().enumerate();
        let served = waiting.filter(|(_, serial)| self.can_be_served(**serial));
        let reached = |serial: &Serial| self.roster.get(*serial).and_then(|it| it.reached);
        let furthest = served.min_by_key(|(_, serial)| reached(serial));
        let place = furthest.map_or(0, |(place, _)| place);
        self.queue.remove(place)
    }

    /// Whether a turn could do something for it now.
    fn can_be_served(&self, serial: Serial) -> bool {
        let Some(known) = self.roster.get(serial) else {
            return true;
        };
        if known.open.is_none() && self.counters.paused_for_memory {
            return false;
        }
        // What was written under the name before comes first, as long as it is being read or looked for.
        let first = known.after.and_then(|serial| self.roster.get(serial));
        let is_sought =
            |known: &KnownFile| known.nameless && known.open.is_none() && known.missed == 0;
        !first.is_some_and(|first| first.queued || is_sought(first))
    }

    pub(super) fn enqueue(&mut self, serial: Serial) {
        if let Some(known) = self.roster.get_mut(serial)
            && !known.queued
        {
            known.queued = true;
            self.queue.push_back(serial);
        }
    }

    /// Takes it out of the queue until its name is looked at, which is at the next turn.
    pub(super) fn look_soon(&mut self, serial: Serial) {
        if let Some(known) = self.roster.get_mut(serial) {
            known.queued = false;
            known.nameless = true;
            known.recheck = true;
            self.scan_wanted = true;
        }
    }

    /// Takes it out of the queue until the next look.
    pub(super) fn fail(&mut self, serial: Serial, problem: &str) {
        if let Some(known) = self.roster.get_mut(serial) {
            known.queued = false;
            known.failed = true;
            known.behind = false;
            self.problems.tell(&known.name.to_string_lossy(), problem);
        }
    }

    /// Compares the memory of the process with the limit.
    fn weigh(&mut self, rss: Option<u64>) {
        let (Some(rss), Some(limit)) = (rss, self.options.rss_limit) else {
            self.counters.paused_for_memory = false;
            return;
        };
        let resume = limit.saturating_mul(TAIL_RSS_RESUME_PERCENT) / 100;
        let paused = &mut self.counters.paused_for_memory;
        if rss > limit && !*paused {
            *paused = true;
            let folder = self.options.folder.to_string_lossy();
            let problem = "no further files are opened: the process uses more memory than it may";
            self.problems.tell(&folder, problem);
        } else if rss < resume {
            *paused = false;
        }
    }
}
