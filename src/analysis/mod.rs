//! Profiles -> plain results: the questions fabric answers.
//!
//! What comes in: profiles and options. What goes out: numbers, verdicts and the sentences that give their reasons, laid out for no
//! output. Nothing here reads a file, a clock or a terminal; where a decision rests on statistics, the source is named beside it.
//!
//! The questions:
//!
//! * [`hot_spots`]: where is the memory of one profile?
//! * [`health`]: can this profile be trusted?
//! * [`diff`]: what changed between two, and is it more than sampling noise?
//! * [`verdict`]: does that look like a leak?
//! * [`gate`]: is that more growth than is allowed?
//! * [`trend`]: does a series of snapshots leak, where, how fast, since when?
//! * [`heap`]: what is in a heap whose every object is known, and who holds it?
//! * [`call_tree`]: the stacks as a tree, for pictures.
//!
//! What they rest on:
//!
//! * [`value_choice`] and [`frame_filter`]: which value is looked at, and which stacks and frames are seen; a
//!   [`View`](frame_filter::View) is a profile through a filter, and everything above takes one;
//! * [`frame_class`] and [`call_path`]: whose code a frame is, and so which frame of a stack is to blame; [`granularity`]: what it is called;
//! * [`stack_key`]: which stack of one profile is which of another; [`same_process`]: whether a restart lies between them;
//! * [`sampling_error`] and [`significance`]: how far a number may be from the truth, and whether a change is more than that.

pub mod call_path;
pub mod call_tree;
pub mod diff;
pub mod frame_class;
pub mod frame_filter;
pub mod gate;
pub mod granularity;
mod halves;
pub mod health;
pub mod heap;
pub mod hot_spots;
mod process_marks;
pub mod same_process;
pub mod sampling_error;
pub mod significance;
pub mod stack_key;
pub(crate) mod stack_values;
pub mod trend;
pub mod value_choice;
pub mod verdict;
