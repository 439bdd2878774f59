//! Which build an object file is, and what it has to offer.

use object::read::{Object, ObjectSection};

/// Why bytes are not an object file that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// What an ELF file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElfIdentity {
    /// GNU build id as lower-case hexadecimal digits.
    pub build_id: Option<String>,
    /// Whether it has machine code; a separate debug file does not.
    pub has_code: bool,
    /// Whether it has a full symbol table (`.symtab`).
    pub has_symbols: bool,
    /// Whether it has DWARF.
    pub has_dwarf: bool,
    /// The separate debug file it names.
    pub debug_link: Option<DebugLink>,
    /// Path of the file its DWARF shares parts with, and that one's build id.
    pub alternate_link: Option<(String, String)>,
}

/// The content of `.gnu_debuglink`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugLink {
    /// Name of the debug file, without a folder.
    pub file_name: String,
    /// CRC-32 of the whole debug file.
    pub crc32: u32,
}

impl ElfIdentity {
    /// Reads it from the bytes of a file.
    ///
    /// # Errors
    /// The bytes are not an ELF file.
    pub fn read(bytes: &[u8]) -> Result<ElfIdentity, Unreadable> {
        let file = parse(bytes)?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let has_content = |name| {
            file.section_by_name(name)
                .is_some_and(|section| section.data().is_ok_and(|data| !data.is_empty()))
        };
        Ok(ElfIdentity {
            build_id: build_id(&file),
            has_code: file.sections().any(|section| {
                section.kind() == object::SectionKind::Text
                    && section.data().is_ok_and(|data| !data.is_empty())
            }),
            has_symbols: has_content(".symtab"),
            has_dwarf: has_content(".debug_info"),
            debug_link: file
                .gnu_debuglink()
                .ok()
                .flatten()
                .and_then(|(name, crc32)| {
                    // A folder in it would lead out of the places that are looked in.
                    let file_name = text(name)
                        .filter(|name| !name.is_empty() && !name.contains('/') && name != "..")?;
                    Some(DebugLink { file_name, crc32 })
                }),
            alternate_link: file
                .gnu_debugaltlink()
                .ok()
                .flatten()
                .and_then(|(path, id)| Some((text(path)?, hex(id)))),
        })
    }
}

pub(super) fn parse(bytes: &[u8]) -> Result<object::File<'_>, Unreadable> {
    if !bytes.starts_with(b"\x7fELF") {
        return Err(Unreadable("not an ELF file".to_owned()));
    }
    object::File::parse(bytes).map_err(|error| Unreadable(format!("broken ELF file: {error}")))
}

pub(super) fn build_id(file: &object::File<'_>) -> Option<String> {
    let id = file.build_id().ok().flatten()?;
    (!id.is_empty()).then(|| hex(id))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
