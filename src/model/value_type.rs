//! What the numbers of a profile count.

/// One column of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ValueType {
    /// The name the producer gave it, like `inuse_space`.
    pub name: String,
    /// The unit the producer gave it, like `bytes` or `count`.
    pub unit_name: String,
    /// Which memory it counts.
    pub measure: Measure,
    /// In what it counts.
    pub unit: Unit,
}

/// Which memory a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Memory in use when the profile was taken.
    InUse,
    /// All memory allocated since the process started, freed or not.
    Allocated,
    /// Something else; the name says what.
    Other,
}

/// In what a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Objects.
    Objects,
    /// Something else; the unit name says what.
    Other,
}

impl ValueType {
    /// Bytes in use, named as pprof names them.
    pub fn inuse_space() -> ValueType {
        ValueType::from_names("inuse_space", "bytes")
    }

    /// Objects in use, named as pprof names them.
    pub fn inuse_objects() -> ValueType {
        ValueType::from_names("inuse_objects", "count")
    }

    /// Bytes allocated so far, named as pprof names them.
    pub fn alloc_space() -> ValueType {
        ValueType::from_names("alloc_space", "bytes")
    }

    /// Objects allocated so far, named as pprof names them.
    pub fn alloc_objects() -> ValueType {
        ValueType::from_names("alloc_objects", "count")
    }

    /// Recognises a value type by its names, never by its position: producers write them in different orders.
    ///
    /// `space` and `objects` are what pprof calls in-use memory when a file has only that (legacy and TCMalloc profiles).
    pub fn from_names(name: &str, unit_name: &str) -> ValueType {
        let lower = name.to_ascii_lowercase();
        let unit = match unit_name.to_ascii_lowercase().as_str() {
            "bytes" | "byte" | "b" => Unit::Bytes,
            "count" | "counts" | "objects" | "allocations" => Unit::Objects,
            _ => Unit::Other,
        };
        let measure = match lower.as_str() {
            "inuse_space" | "inuse_objects" | "space" | "objects" => Measure::InUse,
            "unreleased malloc size" | "unreleased malloc count" => Measure::InUse,
            "alloc_space" | "alloc_objects" | "allocated_space" | "allocated_objects" => {
                Measure::Allocated
            }
            "total malloc size" | "total malloc count" => Measure::Allocated,
            // What TCMalloc took from the system, or holds without using: memory held, and not what the program asked for.
            "growth_space" | "growth_objects" | "fragmentation_space" | "fragmentation_objects" => {
                Measure::InUse
            }
            _ => Measure::Other,
        };
        ValueType {
            name: name.to_owned(),
            unit_name: unit_name.to_owned(),
            measure,
            unit,
        }
    }

    /// Whether both count the same memory in the same unit, whatever their producers call it.
    pub fn means_the_same(&self, other: &ValueType) -> bool {
        self.unit == other.unit && self.plain_name() == other.plain_name()
    }

    /// The name with what only legacy and TCMalloc profiles leave out or write differently.
    fn plain_name(&self) -> &str {
        match self.name.as_str() {
            "space" => "inuse_space",
            "objects" => "inuse_objects",
            "allocated_space" => "alloc_space",
            "allocated_objects" => "alloc_objects",
            name => name,
        }
    }

    /// Whether `asked` means this type: its name, or the short name pprof users know (`inuse_space` also finds `space`).
    pub fn answers_to(&self, asked: &str) -> bool {
        let asked = asked.to_ascii_lowercase();
        self.name.eq_ignore_ascii_case(&asked)
            || (self.measure == Measure::InUse
                && asked.strip_prefix("inuse_") == Some(&self.name.to_ascii_lowercase()))
    }
}
