//! What objects and references are.

/// What a node is, by the name that the file's own list gives its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// Something of V8 itself.
    Hidden,
    /// The elements or properties of an object, or another array of V8.
    Array,
    /// A string.
    String,
    /// An object with a constructor.
    Object,
    /// Compiled code.
    Code,
    /// A function with what it closes over.
    Closure,
    /// A regular expression.
    RegExp,
    /// A number on the heap.
    Number,
    /// An object of the embedder, outside the heap of V8.
    Native,
    /// A root, or another node that stands for no object.
    Synthetic,
    /// A string put together of two.
    ConcatenatedString,
    /// A part of another string.
    SlicedString,
    /// A symbol.
    Symbol,
    /// A big integer.
    BigInt,
    /// The layout of objects.
    ObjectShape,
    /// An object of WebAssembly.
    WasmObject,
    /// A kind that newer versions of V8 know.
    Unknown,
}

impl NodeKind {
    /// The kind of this name, as `snapshot.meta.node_types` has it.
    pub fn from_name(name: &str) -> NodeKind {
        match name {
            "hidden" => NodeKind::Hidden,
            "array" => NodeKind::Array,
            "string" => NodeKind::String,
            "object" => NodeKind::Object,
            "code" => NodeKind::Code,
            "closure" => NodeKind::Closure,
            "regexp" => NodeKind::RegExp,
            "number" => NodeKind::Number,
            "native" => NodeKind::Native,
            "synthetic" => NodeKind::Synthetic,
            "concatenated string" => NodeKind::ConcatenatedString,
            "sliced string" => NodeKind::SlicedString,
            "symbol" => NodeKind::Symbol,
            "bigint" => NodeKind::BigInt,
            "object shape" => NodeKind::ObjectShape,
            "wasm object" => NodeKind::WasmObject,
            _ => NodeKind::Unknown,
        }
    }

    /// The name of the kind.
    pub fn name(self) -> &'static str {
        match self {
            NodeKind::Hidden => "hidden",
            NodeKind::Array => "array",
            NodeKind::String => "string",
            NodeKind::Object => "object",
            NodeKind::Code => "code",
            NodeKind::Closure => "closure",
            NodeKind::RegExp => "regexp",
            NodeKind::Number => "number",
            NodeKind::Native => "native",
            NodeKind::Synthetic => "synthetic",
            NodeKind::ConcatenatedString => "concatenated string",
            NodeKind::SlicedString => "sliced string",
            NodeKind::Symbol => "symbol",
            NodeKind::BigInt => "bigint",
            NodeKind::ObjectShape => "object shape",
            NodeKind::WasmObject => "wasm object",
            NodeKind::Unknown => "unknown",
        }
    }
}

/// How a node refers to another, by the name that the file's own list gives its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EdgeKind {
    /// A variable that a function closes over.
    Context,
    /// An element of an array; its name is a number.
    Element,
    /// A property.
    Property,
    /// A field of V8's own.
    Internal,
    /// A field without a name; its name is a number.
    Hidden,
    /// A way to something that is also reached otherwise; from the root, a mark of the program's global objects.
    Shortcut,
    /// A reference that does not keep its target alive.
    Weak,
    /// A kind that newer versions of V8 know: taken for one that retains.
    Unknown,
}

impl EdgeKind {
    /// The kind of this name, as `snapshot.meta.edge_types` has it.
    pub fn from_name(name: &str) -> EdgeKind {
        match name {
            "context" => EdgeKind::Context,
            "element" => EdgeKind::Element,
            "property" => EdgeKind::Property,
            "internal" => EdgeKind::Internal,
            "hidden" | "invisible" => EdgeKind::Hidden,
            "shortcut" => EdgeKind::Shortcut,
            "weak" => EdgeKind::Weak,
            _ => EdgeKind::Unknown,
        }
    }

    /// Whether the edge's name is a number and not a string of the file.
    pub fn has_number(self) -> bool {
        matches!(self, EdgeKind::Element | EdgeKind::Hidden)
    }
}
