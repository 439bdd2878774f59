//! Heaps whose every object is known -> plain results.
//!
//! What comes in: a [`Heap`](crate::object_graph::Heap), with dominators and shortest ways computed. What goes out: tables that need no heap any
//! more, so that it can be let go.
//!
//! * [`HeapSurvey`]: what is in one heap?
//! * [`retainers`]: who holds these objects?

mod accumulations;
mod collections;
mod constructors;
mod detached;
mod duplicate_strings;
mod functions;
mod kinds;
pub mod retainers;
mod survey;

pub use accumulations::Accumulation;
pub use collections::Collection;
pub use constructors::Constructor;
pub use detached::DetachedClass;
pub use duplicate_strings::DuplicateString;
pub use functions::CodeSite;
pub use kinds::KindTotal;
pub use survey::{HeapSurvey, Top};
