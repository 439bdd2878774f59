//! Profile -> the same profile with names.

use hashbrown::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::elf_identity::is_build_id;
use super::image_store::ImageStore;
use super::module::{Module, Refusal};
use super::name_cache::{NamedFrame, NamedFunction};
use super::present_names::PresentNames;
use super::source::{ModuleSource, WantedModule};
use super::unnamed::{self, Unnamed};
use crate::limits;
use crate::model::{Frame, Function, FunctionId, Location, MappingId, Profile, ProfileBuilder};
use crate::notes::{NoteKind, Notes};

/// Names the addresses of profiles. All profiles of a run share one, from several threads: a module is looked for, parsed
/// and asked for an address once.
pub struct Symbolizer<'i> {
    store: &'i ImageStore,
    source: &'i dyn ModuleSource,
    reads_dwarf: bool,
    /// By path and build id. The lock of the map is held for a moment only, that of a module while it is used: a second
    /// thread that needs the same module waits, and then finds nearly all of its addresses answered.
    modules: Mutex<HashMap<(String, String), SharedModule<'i>>>,
}

type SharedModule<'i> = Arc<Mutex<Option<Result<Module<'i>, Refusal>>>>;

impl<'i> Symbolizer<'i> {
    /// A symbolizer that gets object files from `source` and keeps them in `store`.
    pub fn new(store: &'i ImageStore, source: &'i dyn ModuleSource) -> Symbolizer<'i> {
        Symbolizer {
            store,
            source,
            reads_dwarf: true,
            modules: Mutex::new(HashMap::new()),
        }
    }

    /// A symbolizer that takes names from symbol tables alone: functions without files, lines and what was inlined, for a fraction of the
    /// time and memory that debug information takes.
    pub fn of_symbol_tables(store: &'i ImageStore, source: &'i dyn ModuleSource) -> Symbolizer<'i> {
        Symbolizer {
            reads_dwarf: false,
            ..Symbolizer::new(store, source)
        }
    }

    /// The profile with a name for every address that can have one. What has none is counted by reason in the notes.
    #[must_use]
    pub fn symbolize(&self, profile: Profile) -> Profile {
        let profile = profile.with_build_ids(|path| self.source.build_id_of(path));
        let mut notes = Notes::default();
        let (groups, unnamed) = group(&profile, &mut notes);
        let mut found = Found {
            frames: vec![Vec::new(); unnamed],
            functions: Vec::new(),
        };
        for (mapping, locations) in &groups {
            self.name_group(&profile, *mapping, locations, &mut found, &mut notes);
        }
        rename(profile, Some(found), &notes)
    }

    fn name_group(
        &self,
        profile: &Profile,
        mapping: MappingId,
        locations: &[Unresolved],
        found: &mut Found,
        notes: &mut Notes,
    ) {
        let mapping = profile.mapping(mapping);
        let path = profile.text(mapping.path);
        let refuse = |notes: &mut Notes, reason: Unnamed, detail: &str, of: &[Unresolved]| {
            notes.add_many(reason.kind(), of.len() as u64, || {
                unnamed::example(path, mapping.offset_of(of[0].address), detail)
            });
        };
        let wanted = WantedModule {
            path,
            build_id: Some(profile.text(mapping.build_id))
                .filter(|id| is_build_id(id))
                .unwrap_or(""),
        };
        if is_anonymous(&wanted) {
            return refuse(notes, Unnamed::NoSymbol, "in no file", locations);
        }
        let Some(shared) = self.shared_module(&wanted) else {
            let detail = format!("more than {} files", limits::MODULES);
            return refuse(notes, Unnamed::NotFound, &detail, locations);
        };
        let mut guard = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let module = guard.get_or_insert_with(|| {
            Module::open(&wanted, self.source, self.store, self.reads_dwarf)
        });
        let module = match module {
            Ok(module) => module,
            Err(refusal) => return refuse(notes, refusal.reason, &refusal.detail, locations),
        };
        let addresses: Vec<u64> = locations.iter().map(|location| location.address).collect();
        let answers = match module.name_all(mapping, &addresses) {
            Ok(answers) => answers,
            Err(refusal) => return refuse(notes, refusal.reason, &refusal.detail, locations),
        };
        let mut function_positions = HashMap::new();
        for (location, answer) in locations.iter().zip(answers) {
            let answer = match answer {
                Ok(answer) => answer,
                Err(reason) => {
                    refuse(notes, reason, "", std::slice::from_ref(location));
                    continue;
                }
            };
            if self.reads_dwarf && !module.has_dwarf() {
                notes.add(NoteKind::NoDebugInfo, || {
                    unnamed::example(path, mapping.offset_of(location.address), "")
                });
            }
            let names = module.names();
            found.frames[location.position] = names
                .frames(answer)
                .iter()
                .map(|&frame| NamedFrame {
                    function: *function_positions.entry(frame.function).or_insert_with(|| {
                        found
                            .functions
                            .push(Arc::clone(names.function(frame.function)));
                        found.functions.len() as u32 - 1
                    }),
                    ..frame
                })
                .collect();
        }
    }

    /// `None` once a run has asked for more modules than an honest one can.
    fn shared_module(&self, wanted: &WantedModule<'_>) -> Option<SharedModule<'i>> {
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (wanted.path.to_owned(), wanted.build_id.to_owned());
        if modules.len() >= limits::MODULES && !modules.contains_key(&key) {
            return None;
        }
        Some(Arc::clone(modules.entry(key).or_default()))
    }
}

/// The profile as it is, for `--no-symbolize`: what is mangled becomes readable, and the addresses without names are counted.
#[must_use]
pub fn without_addresses(profile: Profile) -> Profile {
    let mut notes = Notes::default();
    for (_, location) in profile.locations() {
        if let Some(address) = unnamed_address(&location) {
            notes.add(NoteKind::SymbolizationOff, || match location.mapping {
                Some(mapping) => {
                    let mapping = profile.mapping(mapping);
                    unnamed::example(profile.text(mapping.path), mapping.offset_of(address), "")
                }
                None => format!("{address:#x}"),
            });
        }
    }
    rename(profile, None, &notes)
}

/// An address that wants a name, and its position among all locations that want one.
#[derive(Debug, Clone, Copy)]
struct Unresolved {
    address: u64,
    position: usize,
}

/// Frames for the locations without names, in their order. Functions are positions in one list.
struct Found {
    frames: Vec<Vec<NamedFrame>>,
    functions: Vec<Arc<NamedFunction>>,
}

fn unnamed_address(location: &Location<'_>) -> Option<u64> {
    location
        .address
        .filter(|&address| location.frames.is_empty() && address != 0)
}

/// Puts the unnamed addresses of each mapping together, sorted, and counts those in no mapping.
fn group(profile: &Profile, notes: &mut Notes) -> (Vec<(MappingId, Vec<Unresolved>)>, usize) {
    let mut groups: Vec<Option<(MappingId, Vec<Unresolved>)>> =
        vec![None; profile.mappings().len()];
    let homeless = match profile.mappings().is_empty() {
        true => NoteKind::NoMappings,
        false => NoteKind::AddressOutsideMappings,
    };
    let mut position = 0;
    for (_, location) in profile.locations() {
        let Some(address) = unnamed_address(&location) else {
            continue;
        };
        match location.mapping {
            Some(mapping) => groups[mapping.index()]
                .get_or_insert_with(|| (mapping, Vec::new()))
                .1
                .push(Unresolved { address, position }),
            None => {
                unnamed::add_if_new(notes, profile.notes(), homeless, || format!("{address:#x}"))
            }
        }
        position += 1;
    }
    let mut groups: Vec<_> = groups.into_iter().flatten().collect();
    for (_, locations) in &mut groups {
        // Neighbours share the parsed unit of DWARF, and the pages that it is on.
        locations.sort_unstable_by_key(|location| location.address);
    }
    (groups, position)
}

/// Code that is in no file: made at run time, or by the kernel. `/memfd:` and `/dev/zero` are how anonymous memory is shared.
fn is_anonymous(wanted: &WantedModule<'_>) -> bool {
    wanted.build_id.is_empty()
        && (wanted.path.is_empty()
            || ["[", "//anon", "anon_inode:", "/memfd:", "/dev/", "/SYSV"]
                .iter()
                .any(|prefix| wanted.path.starts_with(prefix)))
}

/// Builds the new profile. Where there is nothing to change, the old one is kept, because building costs a pass over everything.
fn rename(profile: Profile, found: Option<Found>, notes: &Notes) -> Profile {
    let present = PresentNames::find(&profile);
    let found = found.filter(|found| !found.functions.is_empty());
    if present.is_none() && found.is_none() {
        return profile.with_notes(notes);
    }
    let mut handles: Vec<Option<FunctionId>> = match &found {
        Some(found) => vec![None; found.functions.len()],
        None => Vec::new(),
    };
    let mut position = 0;
    let rename_one = |builder: &mut ProfileBuilder, location: Location<'_>| {
        if unnamed_address(&location).is_none() {
            return present.as_ref()?.rename(builder, location.frames);
        }
        let found = found.as_ref()?;
        let frames = &found.frames[position];
        position += 1;
        (!frames.is_empty()).then(|| {
            let to_frame = |frame: &NamedFrame| {
                let at = frame.function as usize;
                Frame {
                    function: *handles[at]
                        .get_or_insert_with(|| add_function(builder, &found.functions[at])),
                    line: frame.line,
                    column: frame.column,
                }
            };
            frames.iter().map(to_frame).collect()
        })
    };
    profile.with_frames(rename_one, notes)
}

fn add_function(builder: &mut ProfileBuilder, function: &NamedFunction) -> FunctionId {
    let name = builder.string(&function.name);
    let system_name = match function.linker_name.is_empty() {
        true => name,
        false => builder.string(&function.linker_name),
    };
    let file = builder.string(&function.file);
    builder.function(Function {
        name,
        system_name,
        file,
        start_line: 0,
    })
}
