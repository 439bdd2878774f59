//! Heaps whose every object is known -> plain results.
//!
//! What comes in: a [`Heap`](crate::object_graph::Heap), with dominators and shortest ways computed. What goes out: tables that need no heap any
//! more, so that it can be let go.
//!
//! * [`HeapSurvey`]: what is in one heap?
//! * [`HeapGrowth`]: what changed between two, object by object; [`AliveIn`]: and what of that is alive in a third?
//! * [`retainers`]: who holds these objects?

mod accumulations;
mod alive;
mod collections;
mod constructors;
mod detached;
mod digest;
mod duplicate_strings;
mod functions;
mod growth;
mod kinds;
mod pairing;
pub mod retainers;
mod survey;

pub use accumulations::Accumulation;
pub use alive::{AliveConstructor, AliveIn};
pub use collections::Collection;
pub use constructors::Constructor;
pub use detached::DetachedClass;
pub use digest::HeapDigest;
pub use duplicate_strings::DuplicateString;
pub use functions::CodeSite;
pub use growth::{CollectionGrowth, ConstructorGrowth, HeapGrowth, ObjectChanges};
pub use kinds::KindTotal;
pub use retainers::RetainerCluster;
pub use survey::{HeapSurvey, Top};
