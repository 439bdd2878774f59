//! A hostile day: mutated inputs through every reader and every route, and an environment that fails.

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
