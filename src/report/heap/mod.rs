//! Statements about heaps whose every object is known: what is in one, what grew between two, and who holds some objects
//! ([`RetainersReport`]).

mod growth;
mod retainers;
mod rows;
mod survey;

pub(super) use growth::{growth_facts, growth_tables};
pub use retainers::RetainersReport;
pub(super) use survey::tables;
