//! What a heap snapshot costs: beside memlab, beside a scan of its integers, and in memory beside its size.
//!
//! `FABRIC_HEAPS` names snapshots of real programs, as those in `heap_programs/` write them, `FABRIC_MEMLAB` memlab's own script.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{beside, cost, cost_of, fabric, inputs};

pub(super) fn compare() -> io::Result<()> {
    let mut files = Vec::new();
    if let Some(real) = std::env::var_os("FABRIC_HEAPS") {
        for path in std::env::split_paths(&real) {
            let name = path.file_stem().unwrap_or_default();
            files.push((format!("({})", name.to_string_lossy()), path));
        }
    }
    let lead_anywhere = "whose references lead anywhere".to_owned();
    let generated = inputs("heap", "4000000")?.join("heap.heapsnapshot");
    files.push((lead_anywhere, generated));
    if std::env::var_os("FABRIC_LARGE_HEAP").is_some() {
        let path = inputs("heap", "23000000")?.join("heap.heapsnapshot");
        files.push(("of the same kind".to_owned(), path));
    }
    files.iter().try_for_each(|(which, path)| show(which, path))
}

fn show(which: &str, path: &Path) -> io::Result<()> {
    let ours = || fabric(&["show".as_ref(), path.as_ref()]);
    let (ours, alone) = beside(3, ours, || scan(path))?;
    let tool = std::env::var_os("FABRIC_MEMLAB").map(PathBuf::from);
    let tool = tool.map(|memlab| {
        cost_of(1, || {
            let mut command = Command::new("node");
            command.arg("--max-old-space-size=8000").arg(&memlab);
            command.args(["analyze", "object-size", "--snapshot"]);
            command.arg(path).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        })
    });
    let tool = tool.transpose()?;
    let megabytes = std::fs::metadata(path)?.len() / 1_000_000;
    cost::print(
        &format!("`show` of a V8 heap snapshot of {megabytes} MB {which}"),
        ours,
        tool.map(|it| ("`memlab analyze object-size`", it)),
        Some(("adding up its numbers", alone)),
    );
    Ok(())
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
