//! One program or library: from the addresses of a mapping to frames.

use super::call_site;
use super::dwarf::{Dwarf, DwarfFrame};
use super::elf_image::ElfImage;
use super::image_store::ImageStore;
use super::name_cache::{Answer, NameCache, NamedFrame};
use super::source::{ModuleFiles, ModuleSearch, ModuleSource, WantedModule};
use super::symbol_table::SymbolTable;
use super::unnamed::Unnamed;
use super::{ElfIdentity, Unreadable, demangle};
use crate::model::Mapping;

/// A module whose files were found and belong to it.
pub(super) struct Module<'i> {
    image: ElfImage<'i>,
    /// Whether its machine code is there to look at.
    has_code: bool,
    /// Whether a build id says that this is the right build.
    identified: bool,
    dwarf: Option<Dwarf<'i>>,
    symbols: SymbolTable<'i>,
    names: NameCache,
    scratch: Vec<DwarfFrame<'i>>,
}

/// Why a module gives no names at all.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) reason: Unnamed,
    /// More than the reason says; may be empty.
    pub(super) detail: String,
}

impl<'i> Module<'i> {
    /// Asks `source` for the module and parses what comes.
    pub(super) fn open(
        wanted: &WantedModule<'_>,
        source: &dyn ModuleSource,
        store: &'i ImageStore,
        reads_dwarf: bool,
    ) -> Result<Module<'i>, Refusal> {
        let refuse = |reason, detail| Err(Refusal { reason, detail });
        match source.find(wanted) {
            ModuleSearch::Found(files) => Module::parse(wanted, files, store, reads_dwarf),
            ModuleSearch::Missing => refuse(Unnamed::NotFound, String::new()),
            ModuleSearch::Replaced(detail) => refuse(Unnamed::Replaced, detail),
            ModuleSearch::Unreadable(detail) => refuse(Unnamed::Unreadable, detail),
        }
    }

    fn parse(
        wanted: &WantedModule<'_>,
        files: ModuleFiles,
        store: &'i ImageStore,
        reads_dwarf: bool,
    ) -> Result<Module<'i>, Refusal> {
        let full = || Unreadable("too many object files in one run".to_owned());
        let parsed = store
            .keep(files.image)
            .ok_or_else(full)
            .and_then(|bytes| Ok((ElfImage::parse(bytes)?, ElfIdentity::read(bytes)?)));
        let (image, identity) = parsed.map_err(|Unreadable(detail)| Refusal {
            reason: Unnamed::Unreadable,
            detail,
        })?;
        // The source has looked already; names of the wrong build are worth a second look.
        let identified = !wanted.build_id.is_empty();
        if identified && let Some(detail) = identity.other_than(wanted.build_id) {
            return Err(Refusal {
                reason: Unnamed::Replaced,
                detail,
            });
        }
        // A debug file that cannot be parsed costs lines, and not the names of the image.
        let debug = files
            .debug
            .and_then(|bytes| store.keep(bytes))
            .and_then(|bytes| ElfImage::parse(bytes).ok());
        let supplementary = files.supplementary.and_then(|bytes| store.keep(bytes));
        let dwarf = match reads_dwarf {
            true => debug
                .as_ref()
                .and_then(|debug| Dwarf::load(debug, supplementary, store))
                .or_else(|| Dwarf::load(&image, supplementary, store)),
            false => None,
        };
        let symbols = match &debug {
            Some(debug) => SymbolTable::read(&[debug, &image]),
            None => SymbolTable::read(&[&image]),
        };
        Ok(Module {
            image,
            has_code: identity.has_code,
            identified,
            dwarf,
            symbols,
            names: NameCache::default(),
            scratch: Vec::new(),
        })
    }

    /// Whether names come with lines and inlined functions.
    pub(super) fn has_dwarf(&self) -> bool {
        self.dwarf.is_some()
    }

    /// The names found so far.
    pub(super) fn names(&self) -> &NameCache {
        &self.names
    }

    /// Names `addresses`, which lie in `mapping`; sorted ones are named fastest. One answer for each, in their order.
    pub(super) fn name_all(
        &mut self,
        mapping: &Mapping,
        addresses: &[u64],
    ) -> Result<Vec<Result<Answer, Unnamed>>, Refusal> {
        let linked: Vec<Option<u64>> = addresses
            .iter()
            .map(|&address| self.image.linked_address(mapping, address))
            .collect();
        let believed = match self.identified {
            true => vec![true; linked.len()],
            false => self.believable(mapping, &linked)?,
        };
        let answers = linked.iter().zip(believed).map(|(&linked, believed)| {
            let linked = linked.filter(|_| believed).ok_or(Unnamed::Replaced)?;
            let answer = match self.names.get(linked) {
                Some(answer) => answer,
                None => self.look_up(linked),
            };
            match self.names.frames(answer).is_empty() {
                true => Err(Unnamed::NoSymbol),
                false => Ok(answer),
            }
        });
        Ok(answers.collect())
    }

    /// Without a build id: whether this is the build that was profiled, and for which addresses that holds.
    fn believable(&self, mapping: &Mapping, linked: &[Option<u64>]) -> Result<Vec<bool>, Refusal> {
        let another = |detail: &str| {
            Err(Refusal {
                reason: Unnamed::Replaced,
                detail: detail.to_owned(),
            })
        };
        if !self.image.fits(mapping) {
            return another("the mapping is not as long as the code of the file");
        }
        let calls: Vec<Option<bool>> = linked
            .iter()
            .map(|&linked| {
                self.has_code
                    .then(|| call_site::is_call(&self.image, linked?))?
            })
            .collect();
        let right = calls.iter().filter(|&&call| call == Some(true)).count();
        let wrong = calls.iter().filter(|&&call| call == Some(false)).count();
        if wrong > right {
            return another("no calls end where the profile has return addresses");
        }
        Ok(calls.iter().map(|&call| call != Some(false)).collect())
    }

    fn look_up(&mut self, linked: u64) -> Answer {
        if let Some(dwarf) = &self.dwarf {
            dwarf.frames(linked, &mut self.scratch);
        }
        let mut frames = std::mem::take(&mut self.scratch);
        // The symbol is the name of the outermost frame, the only one with code of its own, if DWARF has none or one that
        // leaves out namespaces because the compiler did not write a linker name there.
        let outermost_is_plain = frames.last().is_none_or(|frame| {
            frame
                .name
                .is_none_or(|name| !demangle::is_mangled(&demangle::name_text(name)))
        });
        if outermost_is_plain && let Some(symbol) = self.symbols.find(linked) {
            let replaces = |plain: Option<&[u8]>| {
                plain.is_none() || demangle::is_mangled(&demangle::name_text(symbol))
            };
            match frames.last_mut() {
                None => frames.push(DwarfFrame {
                    name: Some(symbol),
                    ..DwarfFrame::default()
                }),
                Some(frame) if replaces(frame.name) => frame.name = Some(symbol),
                Some(_) => {}
            }
        }
        let named: Vec<NamedFrame> = frames
            .iter()
            .filter_map(|frame| {
                Some(NamedFrame {
                    function: self
                        .names
                        .intern(frame.name?, frame.file.as_deref().unwrap_or("")),
                    line: frame.line,
                    column: frame.column,
                })
            })
            .collect();
        frames.clear();
        self.scratch = frames;
        self.names.insert(linked, named)
    }
}
