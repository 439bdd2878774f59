//! Results -> a complete statement for people that knows no output format.
//!
//! What comes in: what [`analysis`](crate::analysis) found, and what is known of the files. What goes out: [`SnapshotReport`],
//! [`DiffReport`] and [`TrendReport`], which hold everything that is to be said about one profile, two, or a series; JSON is made from them
//! as they are. Their [`Document`] is what a terminal, Markdown and HTML have in common: facts, a verdict, [tables](table), [charts](chart),
//! sections, recommendations, notes. Text in it is foreign and unescaped; the renderer escapes it for its destination.

pub mod chart;
pub mod diff;
pub mod document;
pub mod heap;
pub mod input;
pub mod section;
pub mod snapshot;
pub mod table;
pub mod trend;

pub use chart::{Chart, ChartClock, ChartLine, ChartMark, ChartPoint, Cone, LineRole};
pub use diff::DiffReport;
pub use document::{Document, Fact, Part, Tone, Verdict};
pub use input::{Input, time_text};
pub use section::Section;
pub use snapshot::SnapshotReport;
pub use table::{Align, Cell, Column, RowOrder, Table};
pub use trend::{SnapshotPoint, TrendReport};
