//! Questions about a view, and their answers.
