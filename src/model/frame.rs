//! A function, and one frame of it at a place in the source.

use super::{FunctionId, StringId};

/// A function as the profile or the symbols name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Function {
    /// Readable (demangled) name; never empty.
    pub name: StringId,
    /// Linker name where it is known and another one, else equal to `name`.
    pub system_name: StringId,
    /// Source file; the empty string where it is not known.
    pub file: StringId,
    /// Line on which the function begins, 1-based; 0 where it is not known.
    pub start_line: u32,
}

/// One frame: a call of a function, at a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The function.
    pub function: FunctionId,
    /// Source line, 1-based; 0 where it is not known.
    pub line: u32,
    /// Source column, 1-based; 0 where it is not known.
    pub column: u32,
}
