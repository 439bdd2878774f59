//! One file per command: options in, load, analyse, say, write, outcome out.

mod completions;
mod diff;
mod dispatch;
mod heap;
mod man;
mod names;
mod report;
mod seen;
mod series;
mod serve;
mod show;
mod snapshot;
mod trend;

pub(crate) use dispatch::run;
