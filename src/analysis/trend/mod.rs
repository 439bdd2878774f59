//! Snapshots of one service over time -> does it leak, where, how fast, since when?
//!
//! The way of the data: profiles are entered into a [`PathTable`] one by one ([`PathSums`]), and what stays of each is its
//! [`SnapshotValues`]. The series is cut where the process restarted ([`Runs`]). Each call path is compared with the courses that
//! memory takes, under every kind of noise between sampling error and wandering, and the load that many paths share is told apart.
//! Functions that leak in many paths, each too little to see, are found by judging them together. [`trend`] does all of it.

mod course_fit;
mod court;
mod evidence;
mod judge;
mod judgement;
mod load_course;
mod local_level;
mod off_heap;
mod owners;
mod path_series;
mod path_table;
mod projection;
mod recommendations;
mod reset;
mod runs;
mod sawtooth;
mod series;
mod shapes;
mod suspect;
mod verdict;

pub use evidence::may_go_unseen;
pub use judge::{FEWEST_SNAPSHOTS, trend};
pub use judgement::{Estimate, Pattern};
pub use off_heap::OffHeap;
pub use path_table::{PathHasher, PathSums, PathTable, SnapshotValues};
pub use projection::{Ceiling, Limit, Projection};
pub use runs::{RestartSign, Runs};
pub use series::{Circumstances, Series};
pub use suspect::{PathRow, Suspect};
pub use verdict::{SeriesAssessment, Trend};
