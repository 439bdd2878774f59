//! Questions that only a heap whose every object is known answers.

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "V8 heap snapshots")]
pub(crate) struct HeapQuestions {
    /// Who holds the objects of this constructor, or the object with this number, like @1234: the shortest ways to the roots, those that are held
    /// in the same way in one line
    #[arg(long, value_name = "CONSTRUCTOR or ID")]
    pub(crate) retainers: Option<String>,
    /// Write a copy with every string that is no name of code replaced by its length and a keyed hash; objects, sizes and references stay as they are
    #[arg(long, conflicts_with_all = ["retainers", "format"])]
    pub(crate) redact: bool,
}
