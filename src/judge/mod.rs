//! Files in, a complete statement out: what the commands and the live half have in common.
//!
//! [`judge`] reads the snapshots of one service and says what [`trend`](crate::analysis::trend) finds in them; [`compare`] says what changed
//! between two profiles that were loaded, and [`change_tree`] is the picture of it; [`nothing`] is the statement about no snapshots at all.
//! What comes out knows no output format and touches no file any more.

mod nothing;
mod pair;
mod question;
mod refusal;
mod seen;
mod series;

pub use nothing::nothing;
pub use pair::{change_tree, compare};
pub use question::{Choice, Moment, SeriesQuestion};
pub use refusal::SeriesRefusal;
pub use series::{JudgedSeries, judge};
