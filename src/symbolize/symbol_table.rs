//! Function symbols of an ELF file, by address.

use object::read::{Object, ObjectSection, ObjectSymbol, ObjectSymbolTable};
use object::{SectionIndex, SymbolKind};
use std::cmp::Reverse;

use super::elf_image::ElfImage;

/// The functions of a symbol table, sorted by address.
pub(super) struct SymbolTable<'i> {
    symbols: Vec<Symbol<'i>>,
    /// The highest end of this symbol and all before it: where a search backwards may stop.
    highest_ends: Vec<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Symbol<'i> {
    start: u64,
    end: u64,
    section: Option<SectionIndex>,
    name: &'i [u8],
    /// Lower is better, among symbols at one address.
    rank: u8,
}

impl<'i> SymbolTable<'i> {
    /// The first of `images` that has a full symbol table gives it; else the first that has a dynamic one.
    pub(super) fn read(images: &[&ElfImage<'i>]) -> SymbolTable<'i> {
        let full = images
            .iter()
            .map(|image| collect(image, image.file.symbol_table()));
        let dynamic = images
            .iter()
            .map(|image| collect(image, image.file.dynamic_symbol_table()));
        let full = full.into_iter().find(|symbols| !symbols.is_empty());
        let is_full = full.is_some();
        let mut symbols = full
            .or_else(|| dynamic.into_iter().find(|symbols| !symbols.is_empty()))
            .unwrap_or_default();
        symbols.sort_unstable_by_key(|symbol| {
            let underscores = symbol.name.iter().take_while(|&&byte| byte == b'_').count();
            (
                symbol.start,
                Reverse(symbol.end),
                symbol.rank,
                underscores,
                symbol.name.len(),
            )
        });
        // One name for each range: the first, which the order above made the best.
        symbols.dedup_by_key(|symbol| (symbol.start, symbol.end));
        if is_full {
            stretch_unsized(&mut symbols);
        }
        symbols.retain(|symbol| symbol.end > symbol.start);
        let mut highest = 0;
        let highest_ends = symbols
            .iter()
            .map(|symbol| {
                highest = symbol.end.max(highest);
                highest
            })
            .collect();
        SymbolTable {
            symbols,
            highest_ends,
        }
    }

    /// The linker name of the function around `address`. There is no "nearest": an address behind the end of a
    /// symbol belongs to a function whose symbol was stripped, and would get a wrong name.
    pub(super) fn find(&self, address: u64) -> Option<&'i [u8]> {
        let after = self
            .symbols
            .partition_point(|symbol| symbol.start <= address);
        // Symbols that contain others are rare; a file where many do is made to take time.
        (0..after)
            .rev()
            .take(64)
            .take_while(|&index| self.highest_ends[index] > address)
            .map(|index| &self.symbols[index])
            .find(|symbol| address < symbol.end)
            .map(|symbol| symbol.name)
    }
}

fn collect<'i>(
    image: &ElfImage<'i>,
    table: Option<object::read::SymbolTable<'i, '_>>,
) -> Vec<Symbol<'i>> {
    let Some(table) = table else {
        return Vec::new();
    };
    // A separate debug file has these sections too, without content.
    let mut code = vec![false; image.file.sections().count() + 1];
    for section in image.file.sections() {
        if let Some(code) = code.get_mut(section.index().0) {
            *code = is_executable(&section);
        }
    }
    let in_code = |section: Option<SectionIndex>| {
        section.is_some_and(|index| code.get(index.0) == Some(&true))
    };
    table
        .symbols()
        .filter_map(|symbol| {
            // Assembly labels have no type. Among them, `$x` and `$d` mark code and data on arm.
            let kind_rank = match symbol.kind() {
                SymbolKind::Text => 0,
                SymbolKind::Unknown | SymbolKind::Label => 1,
                _ => return None,
            };
            if symbol.is_undefined() || !in_code(symbol.section_index()) {
                return None;
            }
            let name = symbol.name_bytes().ok()?;
            let name = name.split(|&byte| byte == b'@').next().unwrap_or(name);
            if name.is_empty() || name.starts_with(b"$") {
                return None;
            }
            let binding_rank = match (symbol.is_local(), symbol.is_weak()) {
                (false, false) => 0,
                (false, true) => 1,
                (true, _) => 2,
            };
            Some(Symbol {
                start: symbol.address(),
                end: symbol.address().saturating_add(symbol.size()),
                section: symbol.section_index(),
                name,
                rank: kind_rank * 4 + binding_rank,
            })
        })
        .collect()
}

fn is_executable<'i>(section: &impl ObjectSection<'i>) -> bool {
    matches!(section.flags(), object::SectionFlags::Elf { sh_flags, .. }
        if sh_flags.contains(object::elf::SHF_EXECINSTR))
}

/// Functions written in assembly often have no size: they reach to the next symbol of their section. Only a full symbol
/// table allows this, because in a dynamic one most functions are missing.
fn stretch_unsized(symbols: &mut [Symbol<'_>]) {
    let mut next: Option<(u64, Option<SectionIndex>)> = None;
    let mut here: Option<(u64, Option<SectionIndex>)> = None;
    for symbol in symbols.iter_mut().rev() {
        if here.is_none_or(|(start, _)| start != symbol.start) {
            next = here;
            here = Some((symbol.start, symbol.section));
        }
        if symbol.end == symbol.start
            && let Some((start, section)) = next
            && section == symbol.section
        {
            symbol.end = start;
        }
    }
}
