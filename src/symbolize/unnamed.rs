//! Why addresses have no names, counted by reason.

use crate::notes::{NoteKind, Notes};

/// Why an address has no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// There is no file for its mapping.
    NotFound,
    /// The file for its mapping is another build.
    Replaced,
    /// The file for its mapping is not an object file that can be read.
    Unreadable,
    /// No symbol covers it, or it is in no file: code made at run time, or the kernel's vdso.
    NoSymbol,
}

impl Unnamed {
    pub(super) fn kind(self) -> NoteKind {
        match self {
            Unnamed::NotFound => NoteKind::ModuleNotFound,
            Unnamed::Replaced => NoteKind::ModuleReplaced,
            Unnamed::Unreadable => NoteKind::ModuleUnreadable,
            Unnamed::NoSymbol => NoteKind::NoSymbolAtAddress,
        }
    }
}

/// An address as people look it up: `libfoo.so+0x1234`, with the reason behind it where there is more to say.
pub(super) fn example(path: &str, address: u64, detail: &str) -> String {
    let name = path.rsplit('/').next().filter(|name| !name.is_empty());
    let name = name.unwrap_or("[anonymous]");
    match detail.is_empty() {
        true => format!("{name}+{address:#x}"),
        false => format!("{name}+{address:#x}: {detail}"),
    }
}

/// Adds a remark unless the reader of the format has already made one of its kind: it counted the same addresses.
pub(super) fn add_if_new(
    notes: &mut Notes,
    present: &Notes,
    kind: NoteKind,
    example: impl FnOnce() -> String,
) {
    if present.get(kind).is_none() {
        notes.add(kind, example);
    }
}
