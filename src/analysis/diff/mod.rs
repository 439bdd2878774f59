//! Two profiles -> what appeared, grew, shrank and vanished, and whether it is more than sampling noise.
//!
//! Stacks of the two sides are paired by the strictest identity both have, pairs are put together to rows, and each row is tested
//! against the noise of the sampling. Both sides are kept: a row that appeared is not a row that grew.

mod compare;
mod matching;
mod names;
mod noise_model;
mod options;
mod paths;
mod result;
mod row;

pub use compare::{common_value, diff};
pub use options::{DiffError, DiffOptions};
pub use result::{Change, Comparability, Diff, Suspect, is_significant};
pub use row::{Presence, Rest, Row};
