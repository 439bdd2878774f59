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
            build_id: file
                .build_id()
                .ok()
                .flatten()
                .filter(|id| !id.is_empty())
                .map(hex),
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

    /// How this build differs from the `wanted` one, for people; `None` where it is that one.
    pub fn other_than(&self, wanted: &str) -> Option<String> {
        let short = |id: &str| id.chars().take(12).collect::<String>();
        match &self.build_id {
            Some(found) if found == wanted => None,
            Some(found) => Some(format!(
                "build id {} is now {}",
                short(wanted),
                short(found)
            )),
            None => Some(format!("build id {} is not in the file", short(wanted))),
        }
    }
}

/// Whether a text is a GNU build id: hexadecimal digits, at least as many as a folder and a file name are made of. Other
/// things travel under that name, like Go's, which no object file can be found by.
pub fn is_build_id(text: &str) -> bool {
    (6..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn parse(bytes: &[u8]) -> Result<object::File<'_>, Unreadable> {
    if !bytes.starts_with(b"\x7fELF") {
        return Err(Unreadable("not an ELF file".to_owned()));
    }
    object::File::parse(bytes).map_err(|error| Unreadable(format!("broken ELF file: {error}")))
}

/// Bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
