//! Every bound of the live half, room by room: a number, what happens at it, and, in [`Usage`], its counters.
//!
//! What may be held has a [`Bound`], and is reported with its [`Usage`] in a [`BoundReport`] at `GET /api/memory/bounds`. What may be asked, and how
//! long it may take, is a number of its own; what is beyond it is refused, in words.

mod alerts;
mod bound;
mod event;
mod http;
mod intake;
mod live;
mod own_heap;
mod store;
mod tail;
mod targets;
mod usage;
mod usage_gauge;

pub use alerts::*;
pub use bound::{Bound, BoundReport};
pub use event::*;
pub use http::*;
pub use intake::*;
pub use live::*;
pub use own_heap::*;
pub use store::*;
pub use tail::*;
pub use targets::*;
pub use usage::Usage;
pub(in crate::serve) use usage_gauge::UsageGauge;
