//! More files, longer lines and more bytes than there is room for.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use fabric::serve::tail::{LineSink, Place, TailOptions, Tailer, Turn, Woken};
use fabric::serve::time::{EventTime, WallTime};

/// Counts, and remembers the order of files.
#[derive(Default)]
struct Counter {
    lines: u64,
    files: Vec<String>,
    too_long: Vec<(u64, u64, usize)>,
    hand_overs: u64,
}

impl LineSink for Counter {
    fn line(&mut self, place: Place<'_>, _: &[u8]) {
        self.lines += 1;
        if self.files.last().is_none_or(|last| last != place.file) {
            self.files.push(place.file.to_owned());
        }
    }

    fn too_long(&mut self, place: Place<'_>, start: &[u8], bytes: u64) {
        self.too_long.push((place.offset, bytes, start.len()));
    }

    fn hand_over(&mut self) -> bool {
        self.hand_overs += 1;
        true
    }
}

fn line_time(line: &[u8]) -> Option<EventTime> {
    let text = std::str::from_utf8(line.get(..13)?).ok()?;
    Some(EventTime(text.parse().ok()?))
}

fn options(folder: &Path) -> TailOptions {
    TailOptions::new(folder.to_owned(), line_time)
}

/// A line of that time.
fn line(time: i64) -> String {
    format!("{time:013} event\n")
}

fn append(path: &Path, text: &str) {
    let file = File::options().append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.expect("it can be written");
}

/// Turns until nothing is left to do; how many.
fn drain(tailer: &mut Tailer, now: &mut i64, sink: &mut Counter) -> u64 {
    for turns in 1..100_000 {
        *now += 300;
        if tailer.turn(WallTime(*now), None, sink) == Turn::Idle {
            return turns;
        }
    }
    panic!("it comes to no end: {:?}", tailer.report());
}

#[test]
fn three_hundred_files_are_read_with_ten_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = options(folder.path());
    options.files_followed = 10;
    let mut now = WallTime::now().0;
    let mut tailer = Tailer::open(options, WallTime(now));
    let mut sink = Counter::default();
    for round in 1..=3 {
        for file in 0..300 {
            let path = folder.path().join(format!("{file}.jsonl"));
            // Partial lines too: the place that is kept is where the line begins.
            append(
                &path,
                &format!("{}{}", line(now).repeat(5), &line(now)[..9]),
            );
            append(&path, &line(now)[9..]);
            append(&path, "{\"unfinished");
        }
        tailer.look_again(Woken::everything());
        drain(&mut tailer, &mut now, &mut sink);
        assert_eq!(sink.lines, round * 300 * 6);
        let report = tailer.report();
        assert_eq!((report.files_followed, report.files_known), (10, 300));
        let followed = report.bounds[0];
        assert_eq!(followed.bound.cap_entries, Some(10));
        assert_eq!(followed.usage.high_water_length, 10);
        // Those that were open stay so until others need the room.
        assert!((290 * round..=300 * round).contains(&followed.usage.evictions));
        assert!(followed.usage.bytes < 300_000, "{followed:?}");
    }
}

#[test]
fn of_five_thousand_files_the_newest_thousand_are_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = options(folder.path());
    options.files_known = 1000;
    options.poll = Duration::from_millis(100);
    options.files_followed = 10;
    let began = SystemTime::now() - Duration::from_secs(6000);
    let mut now = WallTime::now().0;
    for number in 0..5000_u64 {
        // Not in the order of their names.
        let path = folder
            .path()
            .join(format!("{}.jsonl", number * 7919 % 5000));
        append(
            &path,
            &line(now - 6_000_000 + i64::try_from(number).expect("small") * 1000),
        );
        let file = File::options()
            .write(true)
            .open(&path)
            .expect("it is there");
        file.set_modified(began + Duration::from_secs(number))
            .expect("it is ours");
    }
    let mut tailer = Tailer::open(options, WallTime(now));
    let mut sink = Counter::default();
    drain(&mut tailer, &mut now, &mut sink);
    assert_eq!(sink.lines, 1000);
    let known = tailer.report().bounds[1];
    assert_eq!(
        (known.usage.length, known.usage.high_water_length),
        (1000, 1000)
    );
    assert_eq!(known.usage.evictions, 4000);
    assert!(known.usage.bytes < 1 << 20, "{known:?}");
    let problems = tailer.report().problems;
    assert!(
        problems
            .iter()
            .any(|told| told.problem.contains("more logs than are remembered"))
    );

    // One that is not known is written to: what is new in it is read, and not what was there when it was passed over. When files are
    // born is told by the clock of the file system, so time is that of the clock here.
    let mut look = |sink: &mut Counter| {
        std::thread::sleep(Duration::from_millis(300));
        tailer.look_again(Woken::everything());
        while tailer.turn(WallTime::now(), None, sink) == Turn::More {}
        std::thread::sleep(Duration::from_millis(300));
        tailer.report().bounds[1].usage
    };
    look(&mut sink);
    append(&folder.path().join("0.jsonl"), &line(WallTime::now().0));
    look(&mut sink);
    assert_eq!(sink.lines, 1001);
    assert_eq!(sink.files.last().map(String::as_str), Some("0.jsonl"));
    // A new one is read from its start, whatever the time of its lines.
    append(&folder.path().join("new.jsonl"), &line(1).repeat(3));
    let known = look(&mut sink);
    assert_eq!(
        (sink.lines, known.length, known.evictions),
        (1004, 1000, 4002)
    );
}

#[test]
fn when_as_many_are_known_as_are_followed_the_oldest_makes_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = options(folder.path());
    options.files_followed = 3;
    options.files_known = 1;
    options.poll = Duration::from_millis(10);
    let mut tailer = Tailer::open(options, WallTime::now());
    let mut sink = Counter::default();
    for file in 0..8 {
        // When files are born is told by the clock of the file system.
        std::thread::sleep(Duration::from_millis(30));
        append(&folder.path().join(format!("{file}.jsonl")), &line(1));
        std::thread::sleep(Duration::from_millis(30));
        tailer.look_again(Woken::everything());
        while tailer.turn(WallTime::now(), None, &mut sink) == Turn::More {}
        assert_eq!(sink.lines, file + 1);
        let report = tailer.report();
        assert_eq!(report.files_known, (file + 1).min(3));
        assert_eq!(report.files_followed, report.files_known);
    }
    assert_eq!(tailer.report().bounds[1].usage.evictions, 5);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_passed_over_in_one_buffer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.jsonl");
    let mut now = WallTime::now().0;
    let state = folder.path().join("state");
    let mut options = options(folder.path());
    options.state_file = Some(state.clone());
    options.history = Duration::ZERO;
    let mut tailer = Tailer::open(options.clone(), WallTime(now));
    let mut sink = Counter::default();
    append(&path, "first\n");
    let piece = "x".repeat(1 << 20);
    for _ in 0..50 {
        append(&path, &piece);
    }
    tailer.look_again(Woken::everything());
    drain(&mut tailer, &mut now, &mut sink);
    assert_eq!((sink.lines, sink.too_long.len()), (1, 0));
    assert!(tailer.report().bytes_read >= 50 << 20);
    // All that is open, the buffer included.
    assert!(tailer.report().bounds[0].usage.high_water_bytes < 300_000);

    // Half of it was passed over when the next run begins; the other half is no line of its own.
    tailer.save(WallTime(now));
    drop(tailer);
    for _ in 0..50 {
        append(&path, &piece);
    }
    append(&path, "\r\nlast\n");
    now += 5000;
    let mut tailer = Tailer::open(options, WallTime(now));
    drain(&mut tailer, &mut now, &mut sink);
    assert_eq!(sink.too_long, [(6, 100 << 20, 256)]);
    assert_eq!(sink.lines, 2);
}

#[test]
fn a_huge_file_does_not_hold_up_small_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut now = WallTime::now().0;
    let mut tailer = Tailer::open(options(folder.path()), WallTime(now));
    append(
        &folder.path().join("huge.jsonl"),
        &line(now).repeat(1_000_000),
    );
    for file in 0..100 {
        append(&folder.path().join(format!("{file}.jsonl")), &line(now));
    }
    tailer.look_again(Woken::everything());
    let mut sink = Counter::default();
    for _ in 0..4 {
        now += 300;
        assert_eq!(tailer.turn(WallTime(now), None, &mut sink), Turn::More);
    }
    let mut small = sink.files.clone();
    small.retain(|file| file != "huge.jsonl");
    small.sort();
    small.dedup();
    assert_eq!(small.len(), 100, "all small ones had their turn");
    assert_eq!(sink.hand_overs, 4);
    assert!(
        sink.lines < 5 * (1 << 20) / 20,
        "a turn is bounded: {} lines",
        sink.lines
    );
    drain(&mut tailer, &mut now, &mut sink);
    assert_eq!(sink.lines, 1_000_100);
}

#[test]
fn many_busy_files_take_turns_with_few_descriptors() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = options(folder.path());
    options.files_followed = 2;
    let mut now = WallTime::now().0;
    let mut tailer = Tailer::open(options, WallTime(now));
    for file in 0..8 {
        let path = folder.path().join(format!("{file}.jsonl"));
        append(&path, &line(now).repeat(100_000));
    }
    tailer.look_again(Woken::everything());
    let mut sink = Counter::default();
    // Eight quarters of a megabyte are two turns, and one for the look.
    for _ in 0..3 {
        now += 300;
        tailer.turn(WallTime(now), None, &mut sink);
    }
    sink.files.sort();
    sink.files.dedup();
    assert_eq!(sink.files.len(), 8);
    drain(&mut tailer, &mut now, &mut sink);
    assert_eq!(sink.lines, 800_000);
}

#[test]
fn names_that_come_and_go_leave_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut now = WallTime::now().0;
    let mut tailer = Tailer::open(options(folder.path()), WallTime(now));
    let mut sink = Counter::default();
    for round in 0..30 {
        for file in 0..50 {
            append(
                &folder.path().join(format!("{round}-{file}.jsonl")),
                &line(now),
            );
        }
        tailer.look_again(Woken::everything());
        drain(&mut tailer, &mut now, &mut sink);
        for file in 0..50 {
            let path = folder.path().join(format!("{round}-{file}.jsonl"));
            fs::remove_file(path).expect("it is there");
        }
        for _ in 0..3 {
            tailer.look_again(Woken::everything());
            drain(&mut tailer, &mut now, &mut sink);
        }
        let report = tailer.report();
        assert_eq!((report.files_known, report.files_followed), (0, 0));
    }
    assert_eq!(sink.lines, 1500);
    assert_eq!(tailer.report().vanished, 1500);
    assert!(tailer.report().bounds[1].usage.bytes < 64 << 10);
}
