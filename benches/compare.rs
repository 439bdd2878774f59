//! Whole commands on large inputs, beside what people use now, and beside the bare cost of reading the input. Prints the rows of
//! the table in README.md; asserts no time.
//!
//! `cargo bench --bench compare` makes its inputs in `target/bench-inputs` (some 1 GB, once) and runs for about five minutes; a word
//! behind it (`pprof`, `jemalloc`, `series`, `snapshot`, `heaps`, `small`) measures these alone. The other tools are used where they are named:
//!
//! ```sh
//! mkdir -p /tmp/tools && cd /tmp/tools        # nothing of this is installed
//! apt-get download golang-1.19-go libjemalloc-dev && for deb in *.deb; do dpkg -x "$deb" .; done
//! npm install memlab@2.0.5 typescript@5.9.3 --ignore-scripts
//! # The heaps of real programs: see benches/heap_programs.
//! node $FABRIC/benches/heap_programs/sessions.js sessions.heapsnapshot
//! HEAP=typescript.heapsnapshot node --max-old-space-size=12000 -r $FABRIC/benches/heap_programs/at_exit.cjs \
//!     node_modules/typescript/lib/tsc.js --allowJs --noEmit --target esnext node_modules/typescript/lib/_tsc.js
//!
//! export FABRIC_GO_PPROF=/tmp/tools/usr/lib/go-1.19/pkg/tool/linux_amd64/pprof
//! export FABRIC_JEPROF=/tmp/tools/usr/bin/jeprof
//! export FABRIC_MEMLAB=/tmp/tools/node_modules/.bin/memlab
//! export FABRIC_HEAPS=/tmp/tools/sessions.heapsnapshot:/tmp/tools/typescript.heapsnapshot
//! ```
//!
//! `FABRIC_LARGE_HEAP=1` adds a heap snapshot of 2 GB. Each figure is the best of a few runs in turn with its references, so that whatever
//! else the machine does falls on all. Peak memory is what GNU time says, where it is installed.

/// What a run of a command cost.
mod cost;
/// V8 heap snapshots.
mod heaps;
/// A row of the table.
mod row;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cost::Cost;

const RUNS: usize = 5;

fn main() -> io::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    // Cargo adds `--bench`.
    let parts: Vec<&String> = wanted.iter().filter(|it| !it.starts_with('-')).collect();
    let asked = |part: &str| parts.is_empty() || parts.iter().any(|it| *it == part);
    row::cells("work", "fabric", "what people use now", "the input alone");
    row::cells("---", "---", "---", "---");
    if asked("pprof") {
        pprof(
            "200000",
            "200,000 samples",
            std::env::var_os("FABRIC_GO_PPROF"),
        )?;
        pprof("1000000", "1,000,000 samples", None)?;
    }
    if asked("jemalloc") {
        jemalloc_with_names()?;
        jemalloc_without_names()?;
    }
    if asked("series") {
        series()?;
    }
    if asked("snapshot") {
        snapshot()?;
    }
    if asked("heaps") {
        heaps::compare()?;
    }
    if asked("small") {
        small()?;
    }
    Ok(())
}

/// The folder with generated inputs, made if it is not there.
fn inputs(kind: &str, count: &str) -> io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/bench-inputs")
        .join(format!("{kind}-{count}"));
    if folder.exists() {
        return Ok(folder);
    }
    // Made beside its place and then moved there: a run that is stopped leaves nothing that looks finished.
    let unfinished = folder.with_extension("unfinished");
    std::fs::create_dir_all(&unfinished)?;
    let make_large = "run --quiet --release --example make_large --".split(' ');
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(make_large).args([kind, count]).arg(&unfinished);
    run(&mut cargo)?;
    std::fs::rename(&unfinished, &folder)?;
    Ok(folder)
}

fn fabric(arguments: &[&OsStr]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fabric"));
    command.args(arguments).stdout(Stdio::null());
    command
}

fn run(command: &mut Command) -> io::Result<()> {
    match command.status()?.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{command:?} failed"))),
    }
}

fn timed(work: impl FnOnce() -> io::Result<()>) -> io::Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

/// The best time of a command, and the most memory it took.
fn cost_of(runs: usize, command: impl Fn() -> Command) -> io::Result<Cost> {
    let mut time = Duration::MAX;
    for _ in 0..runs {
        time = time.min(timed(|| run(&mut command()))?);
    }
    Ok(Cost {
        time,
        peak_kib: peak_kib(&command())?,
    })
}

/// The cost of a command of fabric and the best time of what its input costs alone, run in turn.
fn beside(
    runs: usize,
    command: impl Fn() -> Command,
    bare: impl Fn() -> io::Result<()>,
) -> io::Result<(Cost, Duration)> {
    let (mut ours, mut alone) = (Duration::MAX, Duration::MAX);
    for _ in 0..runs {
        ours = ours.min(timed(|| run(&mut command()))?);
        alone = alone.min(timed(&bare)?);
    }
    let peak_kib = peak_kib(&command())?;
    Ok((
        Cost {
            time: ours,
            peak_kib,
        },
        alone,
    ))
}

/// Peak resident set in KiB, as GNU time reports it.
fn peak_kib(command: &Command) -> io::Result<Option<f64>> {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%M"])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output();
    Ok(output.ok().and_then(|output| {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        text.lines().last()?.trim().parse().ok()
    }))
}

/// Inflates as fabric does: streamed, in pieces that stay in the cache.
fn inflate(path: &Path) -> io::Result<()> {
    let mut input = flate2::read::MultiGzDecoder::new(File::open(path)?);
    let mut buffer = vec![0; 256 * 1024];
    while input.read(&mut buffer)? > 0 {}
    Ok(())
}

/// Reads a file and finds the ends of its lines.
fn scan_lines(path: &Path) -> io::Result<()> {
    let text = std::fs::read(path)?;
    // The count is used, so that the scan is not optimised away.
    std::hint::black_box(memchr::memchr_iter(b'\n', &text).count());
    Ok(())
}

fn pprof(count: &str, samples: &str, tool: Option<std::ffi::OsString>) -> io::Result<()> {
    let folder = inputs("pprof", count)?;
    let (a, b) = (folder.join("a.pb.gz"), folder.join("b.pb.gz"));
    let ours = || fabric(&["diff".as_ref(), a.as_ref(), b.as_ref()]);
    let (ours, alone) = beside(RUNS, ours, || inflate(&a).and_then(|()| inflate(&b)))?;
    let mut base = std::ffi::OsString::from("-diff_base=");
    base.push(&a);
    let theirs = tool.map(|tool| {
        cost_of(1, || {
            let mut command = Command::new(&tool);
            command.args(["-top", "-symbolize=none"]).arg(&base).arg(&b);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        })
    });
    let theirs = theirs.transpose()?;
    cost::print(
        &format!("`diff` of two pprof files of {samples}"),
        ours,
        theirs.map(|theirs| ("`go tool pprof -top -diff_base`", theirs)),
        Some(("inflating both on one core", alone)),
    );
    Ok(())
}

fn jemalloc_with_names() -> io::Result<()> {
    let folder = inputs("jemalloc", "5000")?;
    let (a, b) = (
        folder.join("a.symbolized.heap"),
        folder.join("b.symbolized.heap"),
    );
    let ours = || fabric(&["diff".as_ref(), a.as_ref(), b.as_ref()]);
    let (ours, alone) = beside(RUNS, ours, || scan_lines(&a).and_then(|()| scan_lines(&b)))?;
    let tool = std::env::var_os("FABRIC_JEPROF").map(|jeprof| {
        cost_of(1, || {
            let mut base = std::ffi::OsString::from("--base=");
            base.push(&a);
            // Debian installs it without the bit that makes it a program.
            let mut command = Command::new("perl");
            command.arg(&jeprof).arg("--text").arg(base).arg(&b);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        })
    });
    cost::print(
        "`diff` of two jemalloc dumps of 8 MB with symbols",
        ours,
        tool.transpose()?.map(|it| ("`jeprof --text --base`", it)),
        Some(("finding their lines", alone)),
    );
    Ok(())
}

fn jemalloc_without_names() -> io::Result<()> {
    let folder = inputs("jemalloc", "50000")?;
    let (a, b) = (folder.join("a.heap"), folder.join("b.heap"));
    let ours = || {
        fabric(&[
            "diff".as_ref(),
            "--no-symbolize".as_ref(),
            a.as_ref(),
            b.as_ref(),
        ])
    };
    let (ours, alone) = beside(RUNS, ours, || scan_lines(&a).and_then(|()| scan_lines(&b)))?;
    cost::print(
        "`diff` of two jemalloc dumps of 58 MB",
        ours,
        None,
        Some(("finding their lines", alone)),
    );
    Ok(())
}

fn series() -> io::Result<()> {
    let folder = inputs("series", "10000")?;
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    let inflate_all = || files.iter().try_for_each(|file| inflate(file));
    for (work, arguments) in [
        (
            "`trend` of 100 pprof files of 10,000 samples (1.1 MB)",
            &["trend"][..],
        ),
        ("`report --html` of the same", &["report", "--html"]),
    ] {
        let ours = || {
            let mut command = fabric(&[]);
            command.args(arguments).arg(&folder);
            command
        };
        let (ours, alone) = beside(3, ours, inflate_all)?;
        cost::print(work, ours, None, Some(("inflating all on one core", alone)));
    }
    Ok(())
}

/// Into a new folder each time: a snapshot that is there already would be found.
fn snapshot() -> io::Result<()> {
    let file = inputs("pprof", "1000000")?.join("a.pb.gz");
    let folders = tempfile::tempdir()?;
    let next = std::cell::Cell::new(0);
    let ours = || {
        next.set(next.get() + 1);
        let folder = folders.path().join(next.get().to_string());
        fabric(&[
            "snapshot".as_ref(),
            file.as_ref(),
            "--dir".as_ref(),
            folder.as_ref(),
        ])
    };
    let (ours, alone) = beside(3, ours, || inflate(&file))?;
    cost::print(
        "`snapshot` of a pprof file of 1,000,000 samples",
        ours,
        None,
        Some(("inflating it", alone)),
    );
    Ok(())
}

fn small() -> io::Result<()> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pprof/go-1.27/goleak");
    let (a, b) = (
        fixtures.join("heap.007.pb.gz"),
        fixtures.join("heap.019.pb.gz"),
    );
    let diff = cost_of(20, || fabric(&["diff".as_ref(), a.as_ref(), b.as_ref()]))?;
    cost::print("`diff` of two small Go profiles", diff, None, None);
    let start = cost_of(20, || fabric(&["--version".as_ref()]))?;
    cost::print("start (`--version`)", start, None, None);
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_fabric"))?.len();
    let size = format!("{:.1} MB", size as f64 / 1e6);
    row::cells(
        "the program, with the names that its own heap snapshots need",
        &size,
        "",
        "",
    );
    Ok(())
}
