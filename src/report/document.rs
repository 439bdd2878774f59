//! The statement: what every output for people says, in order.

use super::{Chart, Section, Table};
use crate::notes::Notes;

/// A complete statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is about, like `heap.1.pb.gz -> heap.2.pb.gz`.
    pub title: String,
    /// The verdict, where one is given.
    pub verdict: Option<Verdict>,
    /// Facts in one line each: files, times, totals, precision.
    pub facts: Vec<Fact>,
    /// Tables, charts and sections, in the order in which they are read.
    pub body: Vec<Part>,
    /// What to do next, each a sentence.
    pub recommendations: Vec<String>,
    /// What was skipped, estimated or recovered.
    pub notes: Notes,
}

/// A part of the body.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// A block under its own heading.
    Section(Section),
    /// The place of the flame graph under its heading, for destinations that are given one.
    FlameGraph(String),
}

/// One labelled fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Short label, like `period`.
    pub label: String,
    /// What is to be said.
    pub text: String,
}

impl Fact {
    /// A fact under a label.
    pub fn new(label: &str, text: impl Into<String>) -> Fact {
        Fact {
            label: label.to_owned(),
            text: text.into(),
        }
    }
}

/// The verdict with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The word of the contract: `stable`, `growing`, `leaking`, `unknown`, `insufficient-data`.
    pub word: String,
    /// How it is coloured.
    pub tone: Tone,
    /// The verdict in one sentence.
    pub sentence: String,
    /// Why, each a sentence.
    pub evidence: Vec<String>,
}

/// What a colour would say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// All is well; something shrank.
    Good,
    /// Something to watch.
    Warning,
    /// Something is wrong; something grew.
    Bad,
    /// Not certain, or of little weight.
    Faint,
}
