//! Something told under a heading of its own: a suspect, or a list of sentences.

use super::{Fact, Tone};

/// A titled block of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Heading, like `leaking, +14.7 MiB/h`.
    pub title: String,
    /// The function it is about, where it is about one: shown beside the heading, as code.
    pub subject: Option<String>,
    /// How it is coloured.
    pub tone: Tone,
    /// Facts in one line each.
    pub facts: Vec<Fact>,
    /// Values over time, for a small picture; empty where there are none.
    pub course: Vec<f64>,
    /// A call path from the root down to the frame to blame, a line for each frame; empty where there is none.
    pub path: Vec<String>,
    /// Sentences.
    pub points: Vec<String>,
}

impl Section {
    /// A list of sentences under a heading.
    pub fn list(title: &str, points: Vec<String>) -> Section {
        Section {
            title: title.to_owned(),
            subject: None,
            tone: Tone::Plain,
            facts: Vec::new(),
            course: Vec::new(),
            path: Vec::new(),
            points,
        }
    }
}
