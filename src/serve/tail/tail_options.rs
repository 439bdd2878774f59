//! What to follow, and how much of it.

use std::path::PathBuf;
use std::time::Duration;

use crate::serve::bounds;
use crate::serve::time::EventTime;

/// What to follow, and how much of it.
#[derive(Debug, Clone)]
pub struct TailOptions {
    /// The folder. It may appear later.
    pub folder: PathBuf,
    /// Where places are kept between runs; without it each start is the first.
    pub state_file: Option<PathBuf>,
    /// At most so many files are open at once.
    pub files_followed: usize,
    /// The places of at most so many files are remembered; never fewer than are followed.
    pub files_known: usize,
    /// A line with more bytes is passed over.
    pub line_bytes: usize,
    /// Lines of this age and younger are read at start, whether they were read in an earlier run or not.
    pub history: Duration,
    /// How often the folder is looked through although nothing was heard of it; with tens of thousands of files it is less often.
    pub poll: Duration,
    /// No further file is opened while the process has more resident memory than this, in bytes.
    pub rss_limit: Option<u64>,
    /// When a line happened, if it says so. Lines of a file are taken to be roughly in the order of time.
    pub line_time: fn(&[u8]) -> Option<EventTime>,
}

impl TailOptions {
    /// The usual bounds for a folder.
    pub fn new(folder: PathBuf, line_time: fn(&[u8]) -> Option<EventTime>) -> TailOptions {
        TailOptions {
            folder,
            state_file: None,
            files_followed: bounds::FILES_FOLLOWED_DEFAULT,
            files_known: bounds::FILES_KNOWN_DEFAULT,
            line_bytes: bounds::EVENT_LINE_BYTES,
            history: bounds::TAIL_HISTORY_DEFAULT,
            poll: bounds::TAIL_POLL_DEFAULT,
            rss_limit: Some(bounds::TAIL_RSS_LIMIT_DEFAULT),
            line_time,
        }
    }
}
