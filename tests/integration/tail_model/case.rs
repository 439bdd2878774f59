//! A folder, a tailer, and time that stands still between looks.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use fabric::serve::tail::{LineSink, Place, TailOptions, Tailer, Turn, Woken};
use fabric::serve::time::{EventTime, WallTime};

/// Lines as `<file> <text>`, those of the backlog with `old` before them.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) lines: Vec<String>,
    pub(super) copy: Option<std::sync::mpsc::Sender<String>>,
}

impl LineSink for Lines {
    fn line(&mut self, place: Place<'_>, line: &[u8]) {
        let old = if place.backlog { "old " } else { "" };
        let text = String::from_utf8_lossy(line);
        let line = format!("{old}{} {text}", place.file);
        if let Some(copy) = &self.copy {
            copy.send(line.clone()).expect("the test listens");
        }
        self.lines.push(line);
    }

    fn too_long(&mut self, place: Place<'_>, _: &[u8], bytes: u64) {
        self.lines
            .push(format!("{} is too long: {bytes}", place.file));
    }

    fn hand_over(&mut self) -> bool {
        true
    }
}

fn line_time(line: &[u8]) -> Option<EventTime> {
    let text = std::str::from_utf8(line).ok()?;
    Some(EventTime(text.split(' ').next()?.parse().ok()?))
}

pub(super) struct Case {
    pub(super) root: tempfile::TempDir,
    pub(super) options: TailOptions,
    pub(super) tailer: Tailer,
    pub(super) now: i64,
    pub(super) sink: Lines,
}

impl Case {
    /// A folder that `prepare` has filled, seen for the first time.
    pub(super) fn new(prepare: impl FnOnce(&Path, i64)) -> Case {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("logs");
        let now = WallTime::now().0;
        fs::create_dir(&folder).expect("a folder");
        prepare(&folder, now);
        let mut options = TailOptions::new(folder, line_time);
        options.state_file = Some(root.path().join("state"));
        Case {
            tailer: Tailer::open(options.clone(), WallTime(now)),
            root,
            options,
            now,
            sink: Lines::default(),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.options.folder.join(name)
    }

    pub(super) fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    pub(super) fn settle(&mut self) {
        self.settle_with(None);
    }

    pub(super) fn settle_with(&mut self, rss: Option<u64>) {
        for _ in 0..4 {
            self.tailer.look_again(Woken::everything());
            self.now += 1000;
            while self.tailer.turn(WallTime(self.now), rss, &mut self.sink) == Turn::More {}
        }
    }

    /// What was delivered since this was asked last.
    pub(super) fn new_lines(&mut self) -> Vec<String> {
        self.settle();
        std::mem::take(&mut self.sink.lines)
    }

    pub(super) fn restart(&mut self, seconds_later: i64) {
        self.tailer.save(WallTime(self.now));
        self.now += seconds_later * 1000;
        self.tailer = Tailer::open(self.options.clone(), WallTime(self.now));
    }

    pub(super) fn problems(&mut self) -> Vec<String> {
        let problems = self.tailer.report().problems;
        problems
            .into_iter()
            .map(|told| format!("{} {}", told.file, told.problem))
            .collect()
    }
}

pub(super) fn append(path: &Path, text: &str) {
    let file = File::options().append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.expect("it can be written");
}
