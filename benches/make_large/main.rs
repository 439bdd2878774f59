//! Writes profiles too large to keep, for the benchmarks: pairs of which the second has grown.
//!
//! `cargo run --release --example make_large -- pprof 200000 FOLDER` writes `FOLDER/a.pb.gz` and `b.pb.gz`;
//! `... -- jemalloc 50000 FOLDER` writes `a.heap`, `b.heap`, `c.heap` of another process, and `a.symbolized.heap` and
//! `b.symbolized.heap` with names; `... -- series 10000 FOLDER` writes `heap.000.pb.gz` to `heap.099.pb.gz`; `... -- heap 4000000 FOLDER`
//! writes `heap.heapsnapshot`. The number is that of the samples, stacks or nodes; the same number gives the same files.
#![expect(clippy::print_stderr, reason = "it talks to who started it")]

/// Call paths as a large Go service has them.
mod call_paths;
/// Heap snapshots.
mod large_heap;
/// jemalloc dumps of them.
mod large_jemalloc;
/// pprof profiles of them.
mod large_pprof;
/// The tests' random numbers.
#[expect(dead_code, reason = "the tests draw from more distributions")]
#[path = "../../tests/integration/support/random_draws.rs"]
mod random_draws;
/// The tests' jemalloc writer.
#[expect(dead_code, reason = "the tests write threads as well")]
#[path = "../../tests/integration/support/synth_jemalloc.rs"]
mod synth_jemalloc;
/// The tests' pprof writer.
#[expect(dead_code, reason = "the tests write more fields")]
#[path = "../../tests/integration/support/synth_pprof.rs"]
mod synth_pprof;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let written = match arguments[..] {
        [
            kind @ ("pprof" | "series" | "heap" | "jemalloc"),
            count,
            folder,
        ] => match count.parse() {
            Ok(count) if kind == "pprof" => large_pprof::write(count, Path::new(folder)),
            Ok(count) if kind == "series" => large_pprof::write_series(count, Path::new(folder)),
            Ok(count) if kind == "heap" => large_heap::write(count as u64, Path::new(folder)),
            Ok(count) => large_jemalloc::write(count, Path::new(folder)),
            Err(_) => return usage(),
        },
        _ => return usage(),
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("make_large: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: make_large pprof|series|heap|jemalloc COUNT FOLDER");
    ExitCode::from(2)
}
