//! One binary for all integration tests: the library is linked once.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and talks to whoever runs it"
)]

/// Alerts of a running server, and what Prometheus and Grafana are given.
mod alerts;
/// The command line as the binary has it.
#[path = "../../src/bin/fabric/args/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "only the tree of arguments is used, not what the binary makes of it"
)]
mod args;
/// `fabric snapshot` against servers and folders of every kind.
mod capture;
/// Golden outputs of the binary, named by their arguments; exit codes; destinations.
mod command_line;
/// The dashboard in a real browser.
mod dashboard;
/// The Debian package is whole, and its parts agree.
mod debian_package;
/// A machine that fails: disks, pipes, signals, clocks, crowds, folders of logs.
mod failing_surroundings;
/// Every reader on every mutation of every fixture, all the way to JSON.
mod fuzz_targets;
/// Man pages and completions are those of the command line.
mod generated_files;
/// Expected outputs in files.
mod golden;
/// A hostile day: mutated inputs through every reader and every route, and an environment that fails.
mod hostile_day;
/// Hostile inputs: a clear message or a result, never a panic, within bounded memory.
mod hostile_inputs;
/// The live half over HTTP: routes, guard, posts, hostile clients.
mod http_routes;
/// The JSON contract, seen from outside.
mod json_contract;
/// Verdicts on series whose truth is known.
mod leak_verdicts;
/// `fabric serve` as a process.
mod live;
/// WebSocket clients against a real server: joining, limits, broken frames, storms.
mod live_session;
/// Verdicts on heaps whose truth is known: false alarms and misses.
mod noise;
/// What every reader promises for every fixture.
mod reader_contract;
/// Totals and tables equal to those of pprof and jeprof.
mod reference_tools;
/// Runs the binary.
mod run_fabric;
/// `trend`, `report` and the gate.
mod series_commands;
/// What is typed wrong or is not there is answered with what would be right.
mod slips;
/// The store's memory, counted by the allocator.
mod store_memory;
/// Writers of synthetic profiles, and heaps whose truth is known.
mod support;
/// The tailer against a model of a folder: random writes, rotations, cuts, deletions, restarts.
mod tail_model;
/// Properties of the source itself.
mod tidy;
/// Growth between V8 heap snapshots, by class and holder.
mod v8_heaps;
