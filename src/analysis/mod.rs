//! Profiles -> plain results: the questions fabric answers.
//!
//! What comes in: profiles and options. What goes out: data without words of an output format. Nothing here reads a file,
//! a clock or a terminal; where a decision rests on statistics, the source is named beside it.
//!
//! * [`hot_spots`]: where is the memory of one profile?
//! * [`health`]: can this profile be trusted?
//! * [`diff`]: what changed between two, and is it more than sampling noise?
//! * [`verdict`]: does that look like a leak?
//! * [`gate`]: is that more growth than is allowed?
//! * [`trend`]: does a series of snapshots leak, where, how fast, since when?
//! * [`heap`]: what is in a heap whose every object is known, and who holds it?
//! * [`call_tree`]: the stacks as a tree, for pictures.

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
