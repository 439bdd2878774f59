//! What fabric costs beside what people use now, and beside the bare cost of reading the input. Prints ratios; asserts no time.
//!
//! `cargo bench --bench compare` makes its inputs in `target/bench-inputs` (some 600 MB, once) and runs for about two minutes.
//! `FABRIC_GO_PPROF=/path/to/pprof` adds `pprof -top -diff_base` (give the `pprof` of a Go toolchain; it takes most of a minute);
//! `cargo bench --bench compare heaps` is about V8 heap snapshots alone.
//! `FABRIC_MEMLAB=/path/to/node_modules/.bin/memlab` adds `memlab analyze object-size` on a heap snapshot of 350 MB, `FABRIC_HEAP=/path/to/x.heapsnapshot`
//! the same on a real one; `FABRIC_LARGE_HEAP=1` adds a snapshot of 2 GB (which takes that much disk).
//! `jeprof` is used where it is on the PATH. Each figure is the best of a few runs in turn with its reference, so that
//! whatever else the machine does falls on both.
#![expect(clippy::print_stdout, reason = "it talks to who started it")]

/// V8 heap snapshots.
mod heaps;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 5;

fn main() -> io::Result<()> {
    if std::env::args().any(|argument| argument == "heaps") {
        return heaps::compare();
    }
    println!(
        "{:<58} {:>10} {:>10} {:>8}",
        "work against reference", "fabric", "reference", "ratio"
    );
    for samples in ["200000", "1000000"] {
        let folder = inputs("pprof", samples)?;
        against_inflation(samples, &folder)?;
    }
    series_against_inflation(&inputs("series", "10000")?)?;
    against_line_scan(&inputs("jemalloc", "50000")?)?;
    small()?;
    against_go_pprof(&inputs("pprof", "200000")?)?;
    against_jeprof(&inputs("jemalloc", "5000")?)?;
    heaps::compare()
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
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([
            "run",
            "--quiet",
            "--release",
            "--example",
            "make_large",
            "--",
            kind,
            count,
        ])
        .arg(&unfinished);
    if !cargo.status()?.success() {
        return Err(io::Error::other("make_large failed"));
    }
    std::fs::rename(&unfinished, &folder)?;
    Ok(folder)
}

fn fabric() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fabric"));
    command.stdout(Stdio::null());
    command
}

/// The best time of each, run in turn.
fn best(
    runs: usize,
    mut first: impl FnMut() -> io::Result<()>,
    mut second: impl FnMut() -> io::Result<()>,
) -> io::Result<(Duration, Duration)> {
    let mut times = (Duration::MAX, Duration::MAX);
    for _ in 0..runs {
        let start = Instant::now();
        first()?;
        times.0 = times.0.min(start.elapsed());
        let start = Instant::now();
        second()?;
        times.1 = times.1.min(start.elapsed());
    }
    Ok(times)
}

fn line(work: &str, fabric: Duration, reference: Duration) {
    let (ours, theirs) = (fabric.as_secs_f64(), reference.as_secs_f64());
    let ratio = if ours < theirs {
        format!("{:.0}x less", theirs / ours)
    } else {
        format!("{:.1}x", ours / theirs)
    };
    println!(
        "{work:<58} {:>8.0}ms {:>8.0}ms {ratio:>8}",
        ours * 1e3,
        theirs * 1e3
    );
}

fn run(command: &mut Command) -> io::Result<()> {
    match command.status()?.success() {
        true => Ok(()),
        false => Err(io::Error::other("a command failed")),
    }
}

/// Inflates as fabric does: streamed, in pieces that stay in the cache.
fn inflate(path: &Path) -> io::Result<()> {
    let mut input = flate2::read::MultiGzDecoder::new(File::open(path)?);
    let mut buffer = vec![0; 256 * 1024];
    while input.read(&mut buffer)? > 0 {}
    Ok(())
}

/// A trend over a hundred snapshots of ten thousand samples, about a megabyte each.
fn series_against_inflation(folder: &Path) -> io::Result<()> {
    let files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    let trend = || run(fabric().args(["trend", "--format", "json"]).arg(folder));
    let inflate_all = || files.iter().try_for_each(|file| inflate(file));
    let (ours, one_core) = best(3, trend, inflate_all)?;
    line(
        "trend of 100 x 10k samples against inflating, on one core",
        ours,
        one_core,
    );
    Ok(())
}

fn against_inflation(samples: &str, folder: &Path) -> io::Result<()> {
    let (a, b) = (folder.join("a.pb.gz"), folder.join("b.pb.gz"));
    let diff = || run(fabric().args(["diff", "--format", "json"]).arg(&a).arg(&b));
    let (ours, one_core) = best(RUNS, diff, || inflate(&a).and_then(|()| inflate(&b)))?;
    line(
        &format!("diff of 2 x {samples} samples / inflating both"),
        ours,
        one_core,
    );
    let (ours, two_cores) = best(RUNS, diff, || {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| inflate(&b));
            inflate(&a)?;
            other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    line(
        &format!("diff of 2 x {samples} samples / inflating both, 2 threads"),
        ours,
        two_cores,
    );
    Ok(())
}

fn against_line_scan(folder: &Path) -> io::Result<()> {
    let (a, b) = (folder.join("a.heap"), folder.join("b.heap"));
    let parse = || {
        let mut input = File::open(&a)?;
        fabric::formats::read(&mut input)
            .map(drop)
            .map_err(io::Error::other)
    };
    let scan = |path: &Path| {
        let text = std::fs::read(path)?;
        // The count is used, so that the scan is not optimised away.
        std::hint::black_box(memchr::memchr_iter(b'\n', &text).count());
        Ok(())
    };
    let (ours, reference) = best(RUNS, parse, || scan(&a))?;
    line(
        "parsing a 58 MB jemalloc dump / reading it line by line",
        ours,
        reference,
    );
    let diff = || {
        run(fabric()
            .args(["diff", "--no-symbolize", "--format", "json"])
            .arg(&a)
            .arg(&b))
    };
    let (ours, reference) = best(RUNS, diff, || scan(&a).and_then(|()| scan(&b)))?;
    line(
        "diff of two of them / reading both line by line",
        ours,
        reference,
    );
    Ok(())
}

fn small() -> io::Result<()> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pprof/go-1.27/goleak");
    let (version, diff) = best(
        20,
        || run(fabric().arg("--version")),
        || {
            let (a, b) = (
                fixtures.join("heap.007.pb.gz"),
                fixtures.join("heap.019.pb.gz"),
            );
            run(fabric().arg("diff").arg(a).arg(b))
        },
    )?;
    println!(
        "{:<58} {:>8.1}ms",
        "fabric --version",
        version.as_secs_f64() * 1e3
    );
    println!(
        "{:<58} {:>8.1}ms",
        "diff of two small Go profiles",
        diff.as_secs_f64() * 1e3
    );
    Ok(())
}

fn against_go_pprof(folder: &Path) -> io::Result<()> {
    let (a, b) = (folder.join("a.pb.gz"), folder.join("b.pb.gz"));
    let Some(pprof) = std::env::var_os("FABRIC_GO_PPROF") else {
        println!("SKIPPED: pprof -top -diff_base (FABRIC_GO_PPROF is not set)");
        return Ok(());
    };
    let reference = || {
        run(Command::new(&pprof)
            .args(["-top", "-symbolize=none"])
            .arg(format!("-diff_base={}", a.display()))
            .arg(&b)
            .stdout(Stdio::null())
            .stderr(Stdio::null()))
    };
    let (ours, theirs) = best(1, || run(fabric().arg("diff").arg(&a).arg(&b)), reference)?;
    line(
        "diff of 2 x 200000 samples / pprof -top -diff_base",
        ours,
        theirs,
    );
    let ours = peak_kib(
        env!("CARGO_BIN_EXE_fabric").as_ref(),
        &["diff".as_ref(), a.as_ref(), b.as_ref()],
    )?;
    let base = format!("-diff_base={}", a.display());
    let theirs = peak_kib(
        &pprof,
        &[
            "-top".as_ref(),
            "-symbolize=none".as_ref(),
            base.as_ref(),
            b.as_ref(),
        ],
    )?;
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => println!(
            "{:<58} {:>7.0}MiB {:>7.0}MiB {:>7.2}x",
            "the same, peak memory",
            ours / 1024.0,
            theirs / 1024.0,
            ours / theirs
        ),
        _ => println!("SKIPPED: peak memory (GNU time is not installed)"),
    }
    Ok(())
}

/// Peak resident set in KiB, as GNU time reports it.
fn peak_kib(program: &std::ffi::OsStr, arguments: &[&std::ffi::OsStr]) -> io::Result<Option<f64>> {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%M"])
        .arg(program)
        .args(arguments)
        .stdout(Stdio::null())
        .output();
    Ok(output.ok().and_then(|output| {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        text.lines().last()?.trim().parse().ok()
    }))
}

fn against_jeprof(folder: &Path) -> io::Result<()> {
    let (a, b) = (
        folder.join("a.symbolized.heap"),
        folder.join("b.symbolized.heap"),
    );
    let jeprof = || {
        Command::new("jeprof")
            .arg("--text")
            .arg(format!("--base={}", a.display()))
            .arg(&b)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
    };
    if jeprof().is_err() {
        println!("SKIPPED: jeprof --text --base (jeprof is not installed)");
        return Ok(());
    }
    let ours = || run(fabric().arg("diff").arg(&a).arg(&b));
    let (_, theirs) = best(1, ours, || jeprof().map(drop))?;
    let (ours, _) = best(RUNS, ours, || Ok(()))?;
    line(
        "diff of two 8 MB jemalloc dumps / jeprof --text --base",
        ours,
        theirs,
    );
    Ok(())
}
