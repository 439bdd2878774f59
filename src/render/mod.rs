//! How it looks: documents and pictures -> text. Foreign text is escaped here, once.
pub mod json;
