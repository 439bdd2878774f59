//! Addresses -> names, and linker names -> readable names.
//!
//! What comes in: a [`Profile`](crate::model::Profile), and the bytes of the object files it names, asked of a
//! [`ModuleSource`] once for each module ([`LocalModules`](crate::load::LocalModules) looks on this machine). What goes out: a new profile,
//! whose notes count the addresses that have no name, by reason. Having no name is a value here and never an error.
//!
//! A wrong name is worse than none, so nothing is guessed: a file of another build is not used (by build id, and where the
//! profile has none, by the layout of the mapping and by the machine code before each return address), and a symbol names only
//! the addresses inside it, not the ones that happen to follow.
//!
//! This room opens no file; it reads ELF and DWARF only.
//!
//! The steps: [`Symbolizer::symbolize`] groups unnamed addresses by mapping and module -> a private `Module` translates each
//! to the address the linker wrote, and names it from DWARF, else from the symbol table -> the frames go into a new profile.

mod call_site;
mod cpp_name;
mod demangle;
mod dwarf;
mod elf_identity;
mod elf_image;
mod image_store;
mod module;
mod name_cache;
mod present_names;
mod source;
mod symbol_table;
mod symbolizer;
mod unnamed;

#[cfg(test)]
pub(crate) mod compiled;
#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod tests;

pub use demangle::demangle;
pub use elf_identity::{DebugLink, ElfIdentity, Unreadable, is_build_id};
pub use image_store::{ImageBytes, ImageStore};
pub use source::{ModuleFiles, ModuleSearch, ModuleSource, WantedModule};
pub use symbolizer::{Symbolizer, without_addresses};
