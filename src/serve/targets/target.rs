//! A service whose heap is judged.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::serve::store::SELF;

/// A service whose heap is judged: this server itself, or one that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `self`, or the name that was given to it.
    pub name: Arc<str>,
    /// Where its snapshots come from, without secrets; nothing for this server itself.
    pub url: Option<String>,
    /// The folder of its snapshots, absolute. It need not be there.
    pub folder: Option<PathBuf>,
    /// The memory ceiling to project to, in bytes; without one, what the snapshots tell.
    pub limit_bytes: Option<u64>,
}

impl Target {
    /// This server, with the folder of its own snapshots.
    pub fn own(folder: Option<&Path>, limit_bytes: Option<u64>) -> Target {
        Target {
            name: SELF.into(),
            url: None,
            folder: folder.map(|folder| {
                // Without a current folder, the path as it was given is as good as any.
                std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
            }),
            limit_bytes,
        }
    }

    /// The folder as text; empty where there is none.
    pub fn folder_text(&self) -> String {
        let folder = self.folder.as_deref();
        folder.map_or_else(String::new, |folder| folder.to_string_lossy().into_owned())
    }
}
