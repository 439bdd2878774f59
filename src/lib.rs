//! Tells whether, where and how fast a long-lived service leaks memory, from heap profiles in files.
//!
//! A heap profile is a sample: of two profiles of a service that stands still, no two numbers agree. So fabric keeps with every number how
//! sure it is, tells growth from noise, and a leak from a cache that fills, a step, a cycle or the load of the day; where the data cannot
//! tell, that is the answer. Two profiles and what changed between them, in ten lines:
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
//! A folder of profiles, which can show that growth goes on, is judged by [`judge::judge`]; what it says is a [`report::TrendReport`], and
//! [`render`] writes that for a terminal, as JSON, Markdown or HTML. The program `fabric` is these calls with arguments in front and exit
//! codes behind; `fabric serve` is [`serve::Server`].
//!
//! # Architecture
//!
//! This is the way of a profile, from bytes to the table, and the order in which the rooms read best. A room imports only from rooms of a
//! lower rank (a test reads the source and holds that, and the few exceptions are listed there):
//!
//! | rank | room | what happens |
//! |---|---|---|
//! | 0 | [`units`], [`limits`], [`notes`], [`escape`] | how numbers are printed, what is too much, remarks as values, foreign text made safe |
//! | 1 | [`model`] | one immutable [`Profile`](model::Profile) for every format, made by one builder and checked once |
//! | 2 | [`object_graph`] | heaps whose every object is known: dominators, retained sizes, holders; lowered to a `Profile` |
//! | 3 | [`formats`] | bytes -> `Profile`, found out by content; writers for pprof and folded stacks |
//! | 4 | [`symbolize`] | names for addresses, from bytes of object files |
//! | 4 | [`load`] | open, unwrap, read, name; a folder of profiles put in order |
//! | 4 | [`capture`] | a profile fetched from a running process, and what the kernel says of that process |
//! | 4 | [`archive`] | the folder that keeps the snapshots of one service |
//! | 5 | [`keep`] | what was captured -> a snapshot in that folder, and older ones out of it |
//! | 5 | [`analysis`] | profiles -> plain results: hot spots, differences, significance, trends, verdict |
//! | 6 | [`report`] | results -> everything there is to say, in no output format |
//! | 7 | [`render`] | what is to be said -> terminal, JSON, Markdown, HTML, flame graphs, charts |
//! | 7 | [`judge`] | files in, a complete statement out: what the commands and the live half have in common |
//! | 8 | [`serve`] | the live half: log lines -> a bounded store -> HTTP and WebSocket; heaps watched and judged |
//!
//! The binary in `src/bin/fabric` has the arguments, the exit codes and one file for each command.
//!
//! **The world outside.** Files, processes and sockets are touched in [`load`], [`capture`], [`archive`], [`keep`] and at the edges of
//! [`serve`]; [`judge`] asks [`load`]. All other rooms take values and return values, and are told what time it is (a test holds that).
//!
//! **Remarks are values.** Nothing here prints. What is skipped, estimated or recovered on the way is a counted [note](notes) on the
//! profile and appears in every output.
//!
//! **Foreign text** (names in profiles, paths, log lines) is data until the last step: [`render`] escapes it once for its destination, and
//! the pages and answers of [`serve`] do the same.
//!
//! **Hostile input.** Whatever the bytes: no panic, no recursion over the depth of the input, no memory out of proportion to it. Each cap
//! stands in [`limits`] with the reason for its number; those of the live half in [`serve::bounds`].
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
