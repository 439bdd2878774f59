//! The newest changes, ready to be sent.

use std::sync::Arc;

use crate::serve::store::{Change, View};

/// The newest changes, ready to be sent. The hub writes it, sessions read it.
#[derive(Debug)]
pub struct ChangeLog {}

impl ChangeLog {
    /// Adds what happened up to `view`, which holds it already.
    pub fn publish(&self, changes: &[Change], view: &Arc<View>) {
        let _ = (changes, view);
    }
}
