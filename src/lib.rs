//! Tells whether, where and how fast a long-lived service leaks memory, from heap profiles in files.
//!
//! ```
//! use fabric::analysis::diff::{DiffOptions, diff};
//! use fabric::load::{Progress, Source, load};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let read = |path| load(&Source::from_argument(path), None, &Progress::default());
//! let before = read("fixtures/pprof/go-1.27/goleak/heap.007.pb.gz")?;
//! let after = read("fixtures/pprof/go-1.27/goleak/heap.019.pb.gz")?;
//! let diff = diff(&before.profile, &after.profile, &DiffOptions::default())?;
//! assert_eq!(diff.assessment.name(), "leaking");
//! assert_eq!(diff.suspects[0].frames[0].name, "main.newSession");
//! # Ok(())
//! # }
//! ```
//!
//! # Architecture
//!
//! Data goes up through layers, imports only point down (a test reads the source and holds that):
//!
//! | rank | rooms | what happens |
//! |---|---|---|
//! | 0 | [`units`], [`limits`], [`notes`], [`escape`] | words that everything may use |
//! | 1 | [`model`] | one immutable [`Profile`](model::Profile) for every format, made by one builder and checked once |
//! | 2 | [`object_graph`] | heaps whose every object is known: dominators, retained sizes, distances; lowered to a `Profile` |
//! | 3 | [`formats`] | bytes -> `Profile`, found out by content; writers for pprof and folded stacks |
//! | 4 | [`symbolize`], [`load`] | names for addresses; open, unwrap, read, name |
//! | 4 | [`capture`], [`archive`] | fetch a profile from a running process; the folder that keeps snapshots |
//! | 5 | [`keep`] | what was captured -> a snapshot in that folder, self-contained, and older ones out of it |
//! | 5 | [`analysis`] | profiles -> plain results: hot spots, differences, significance, trends, verdict |
//! | 6 | [`report`] | results -> everything there is to say, in no output format |
//! | 7 | [`render`] | what is to be said -> terminal, JSON, Markdown, HTML, flame graphs, charts |
//! | 7 | [`judge`] | files in, a complete statement out: what the commands and the live half have in common |
//! | 8 | [`serve`] | the live half: log lines -> a bounded store -> HTTP and WebSocket |
//!
//! The binary in `src/bin/fabric` has the arguments, the exit codes and one file for each command. Only [`load`], [`capture`], [`archive`],
//! [`keep`] and the edges of [`serve`] (its reader of logs, its sockets) touch the world outside; from [`model`] to [`render`] everything takes values
//! and returns values. What is skipped, estimated or recovered on the way is a counted [note](notes) on the profile and appears in every
//! output. Foreign text is escaped once, in [`render`].
//!
//! Where to start reading: [`model`] for what a profile promises, `formats/folded/read.rs` for a whole reader on one screen,
//! `src/bin/fabric/commands/diff.rs` for the whole program.

pub mod analysis;
pub mod archive;
pub mod capture;
pub mod escape;
pub mod formats;
pub mod judge;
pub mod keep;
pub mod limits;
pub mod load;
pub mod model;
pub mod notes;
pub mod object_graph;
pub mod render;
pub mod report;
pub mod serve;
pub mod symbolize;
pub mod units;
