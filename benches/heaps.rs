//! What a heap snapshot costs: beside memlab, beside a scan of its integers, and in memory beside its size.
//!
//! `FABRIC_HEAP` names a snapshot of a real program, as those in `heap_programs/` write them, `FABRIC_MEMLAB` memlab's own script.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{best, fabric, inputs, line, peak_kib, run};

pub(super) fn compare() -> io::Result<()> {
    let small = inputs("heap", "1000000")?.join("heap.heapsnapshot");
    let large = inputs("heap", "4000000")?.join("heap.heapsnapshot");
    for path in [&small, &large] {
        against_scan(path)?;
        against_size(path)?;
    }
    let mut files = vec![large];
    files.extend(std::env::var_os("FABRIC_HEAP").map(PathBuf::from));
    if std::env::var_os("FABRIC_LARGE_HEAP").is_some() {
        let path = inputs("heap", "23000000")?.join("heap.heapsnapshot");
        against_scan(&path)?;
        against_size(&path)?;
    }
    for path in &files {
        against_memlab(path)?;
    }
    Ok(())
}

fn name(path: &Path) -> io::Result<String> {
    let megabytes = std::fs::metadata(path)?.len() / 1_000_000;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(format!("{megabytes} MB {name}"))
}

fn show(path: &Path) -> impl FnMut() -> io::Result<()> {
    let path = path.to_owned();
    move || run(fabric().args(["show", "--format", "json"]).arg(&path))
}

/// Reads every integer of the file and adds them up: what parsing costs at the least.
fn scan(path: &Path) -> io::Result<()> {
    let mut input = File::open(path)?;
    let mut buffer = vec![0; 256 * 1024];
    let (mut sum, mut value) = (0u64, 0u64);
    loop {
        let read = input.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        for &byte in &buffer[..read] {
            let digit = byte.wrapping_sub(b'0');
            if digit < 10 {
                value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            } else {
                sum = sum.wrapping_add(std::mem::take(&mut value));
            }
        }
    }
    std::hint::black_box(sum);
    Ok(())
}

fn against_scan(path: &Path) -> io::Result<()> {
    let (ours, theirs) = best(2, show(path), || scan(path))?;
    line(
        &format!("show of {} / scanning its integers", name(path)?),
        ours,
        theirs,
    );
    Ok(())
}

fn against_size(path: &Path) -> io::Result<()> {
    let size = std::fs::metadata(path)?.len() as f64 / 1024.0;
    let arguments = [
        "show".as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
        path.as_ref(),
    ];
    match peak_kib(env!("CARGO_BIN_EXE_fabric").as_ref(), &arguments)? {
        Some(peak) => println!(
            "{:<58} {:>7.0}MiB {:>7.0}MiB {:>7.2}x",
            "the same, peak memory / size of the file",
            peak / 1024.0,
            size / 1024.0,
            peak / size
        ),
        None => println!("SKIPPED: peak memory (GNU time is not installed)"),
    }
    Ok(())
}

fn against_memlab(path: &Path) -> io::Result<()> {
    let Some(memlab) = std::env::var_os("FABRIC_MEMLAB") else {
        println!("SKIPPED: memlab analyze object-size (FABRIC_MEMLAB is not set)");
        return Ok(());
    };
    let reference = || {
        run(Command::new("node")
            .arg("--max-old-space-size=8000")
            .arg(&memlab)
            .args(["analyze", "object-size", "--snapshot"])
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null()))
    };
    let (ours, theirs) = best(2, show(path), reference)?;
    line(
        &format!("show of {} / memlab analyze object-size", name(path)?),
        ours,
        theirs,
    );
    Ok(())
}
