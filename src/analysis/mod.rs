//! Profiles -> plain results.

pub mod call_tree;
