//! Writes the logs of a day of a fleet of workers, as fast as it is told: `day_of_logs FOLDER EVENTS SECONDS`.
//!
//! Eight logs grow at once and evenly. When one is long enough it makes room as logs do: half of them are renamed, as logrotate does, and
//! half go on under a new name, as workers do that begin a session. What is older than two turns is deleted.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "what it writes is its own, and it talks to the script that started it"
)]

/// Lines of a fleet of workers.
mod worker_logs;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use worker_logs::WorkerLogs;

const LOGS: u64 = 8;

/// Lines of one log; then it makes room.
const LINES_OF_A_LOG: u64 = 10_000;

/// From one write to the next.
const TICK: Duration = Duration::from_millis(5);

const DAY_MS: i64 = 86_400_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, events, seconds] = arguments.as_slice() else {
        eprintln!("usage: day_of_logs FOLDER EVENTS SECONDS");
        return ExitCode::from(2);
    };
    let (Ok(events), Ok(seconds)) = (events.parse(), seconds.parse()) else {
        eprintln!("EVENTS and SECONDS are whole numbers");
        return ExitCode::from(2);
    };
    match write_day(Path::new(folder), events, Duration::from_secs(seconds)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("{folder}: cannot write logs: {failed}");
            ExitCode::FAILURE
        }
    }
}

fn write_day(folder: &Path, events: u64, time: Duration) -> io::Result<()> {
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let step_us = DAY_MS.saturating_mul(1000) / i64::try_from(events.max(1)).unwrap_or(i64::MAX);
    let mut lines = WorkerLogs::new(1, now_ms - DAY_MS, step_us);
    let mut logs = (0..LOGS)
        .map(|number| Log::open(folder, number))
        .collect::<io::Result<Vec<Log>>>()?;
    let began = Instant::now();
    let (mut written, mut text) = (0, String::new());
    while written < events {
        for log in &mut logs {
            let passed = began.elapsed().as_secs_f64() / time.as_secs_f64().max(0.001);
            let due = ((events as f64 * passed) as u64).min(events);
            text.clear();
            let count = due.saturating_sub(written);
            for _ in 0..count {
                lines.write_line(&mut text);
            }
            log.append(&text, count)?;
            written += count;
            std::thread::sleep(TICK);
        }
    }
    Ok(())
}

/// One log of several.
struct Log {
    folder: PathBuf,
    number: u64,
    turn: u64,
    lines: u64,
    file: File,
}

impl Log {
    fn open(folder: &Path, number: u64) -> io::Result<Log> {
        Ok(Log {
            folder: folder.to_owned(),
            number,
            turn: 0,
            lines: 0,
            file: File::create(folder.join(name(number, 0)))?,
        })
    }

    fn append(&mut self, text: &str, lines: u64) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.lines += lines;
        if self.lines >= LINES_OF_A_LOG {
            self.lines = 0;
            self.make_room()?;
        }
        Ok(())
    }

    fn make_room(&mut self) -> io::Result<()> {
        let path = |turn| self.folder.join(name(self.number, turn));
        let current = if self.is_renamed() {
            let old = |age| self.folder.join(format!("{}.{age}", name(self.number, 0)));
            if self.turn > 0 {
                std::fs::rename(old(1), old(2))?;
            }
            std::fs::rename(path(0), old(1))?;
            self.turn += 1;
            path(0)
        } else {
            self.turn += 1;
            if let Some(oldest) = self.turn.checked_sub(3) {
                std::fs::remove_file(path(oldest))?;
            }
            path(self.turn)
        };
        self.file = File::create(current)?;
        Ok(())
    }

    fn is_renamed(&self) -> bool {
        self.number.is_multiple_of(2)
    }
}

fn name(number: u64, turn: u64) -> String {
    format!("fleet-{number}-{turn}.jsonl")
}
