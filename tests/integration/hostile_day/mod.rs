//! A hostile day: mutated inputs through every reader and every route.
//!
//! Each campaign takes sound and unsound files, changes them by their structure (fields of protobuf, lines, tokens, values of JSON, sections
//! of ELF, headers, frames) and without regard to it, and holds each against what is promised: no panic, no hang, memory and processor time
//! in proportion to the input, an error of one line that names it; and for what is taken, outputs of every kind that are what they say,
//! round trips, and comparisons with others. `cargo test` tries some hundred of each, the same ones every time. The long form goes on for so many
//! seconds in each campaign, from another seed, also with files that are not in the repository:
//!
//! ```text
//! FABRIC_HOSTILE_SECONDS=240 FABRIC_HOSTILE_SEED=20000000 FABRIC_HOSTILE_CORPUS=DIR \
//!     cargo test --release --test integration hostile_day:: -- --nocapture --test-threads=1
//! ```
//!
//! What falls is printed with its seed and kept in `target/tmp/hostile`; `FABRIC_HOSTILE_SEED=that FABRIC_HOSTILE_INPUTS=1` tries it alone. It
//! becomes a test in `finds`.

mod byte_changes;
mod campaign;
mod captures;
mod contract;
mod corpus;
mod feeding;
mod finds;
mod frames;
mod line_changes;
mod lines;
mod protobuf_changes;
mod readers;
mod requests;
mod series;
mod served;
mod settings;
mod symbols;
mod token_changes;
mod well_formed;
mod wrappings;
