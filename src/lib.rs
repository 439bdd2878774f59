//! Tells whether, where and how fast a long-lived service leaks memory, from heap profiles in files.

pub mod analysis;
pub mod escape;
pub mod formats;
pub mod limits;
pub mod load;
pub mod model;
pub mod notes;
pub mod render;
pub mod report;
pub mod symbolize;
pub mod units;
