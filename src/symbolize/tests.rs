//! What symbolization promises, against programs compiled here and the tools that everybody uses.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::compiled::{
    Compiled, Given, Mapped, add_sample, empty_builder, frames, profile, symbolize,
};
use super::*;
use crate::model::{AddressSpace, Frame, Profile};
use crate::notes::NoteKind;

pub(super) const FUNCTIONS: [&str; 2] = ["main", "outer"];
pub(super) const PATH: &str = "/opt/bin/program";

pub(super) fn build_id(bytes: &[u8]) -> String {
    let identity = ElfIdentity::read(bytes).unwrap_or_else(|error| panic!("{error:?}"));
    identity.build_id.unwrap_or_default()
}

pub(super) fn count(profile: &Profile, kind: NoteKind) -> u64 {
    profile.notes().get(kind).map_or(0, |note| note.count)
}

/// What `addr2line` prints for an address, in the same form as `frames`.
fn oracle(compiled: &Compiled, address: u64) -> Option<Vec<String>> {
    let address = format!("{address:#x}");
    let text = compiled.run("addr2line", &["-i", "-f", "-C", "-e", "program", &address])?;
    let lines: Vec<&str> = text.lines().collect();
    let frame = |pair: &[&str]| {
        let place = pair[1].split(" (").next().unwrap_or_default();
        format!(
            "{} {}",
            pair[0],
            place.rsplit('/').next().unwrap_or_default()
        )
    };
    Some(lines.chunks_exact(2).map(frame).collect())
}

/// Where Linux would map the code of a program: start in the file, and size, to the page.
pub(super) fn code_segment(compiled: &Compiled, program: &str) -> Option<(u64, u64, u64)> {
    let headers = compiled.run("readelf", &["-lW", program])?;
    let line = headers
        .lines()
        .find(|line| line.trim_start().starts_with("LOAD") && line.contains(" R E "))?;
    let number = |at: usize| {
        let word = line.split_whitespace().nth(at)?;
        u64::from_str_radix(word.trim_start_matches("0x"), 16).ok()
    };
    let (offset, address, size) = (number(1)?, number(2)?, number(4)?);
    let start = offset / 4096 * 4096;
    Some((
        start,
        (offset + size).div_ceil(4096) * 4096 - start,
        address - (offset - start),
    ))
}

fn check_against_oracle(flags: &[&str]) {
    let Some(compiled) = Compiled::new(flags) else {
        return;
    };
    let Some(calls) = compiled.calls("program", &FUNCTIONS) else {
        return;
    };
    assert!(calls.len() >= 4, "{calls:x?}");
    let bytes = compiled.bytes("program");
    let mapped_id = build_id(&bytes);
    let named = symbolize(
        profile(&Mapped::linked(PATH, &mapped_id), &calls),
        &Given::image(bytes),
    );
    let found = frames(&named);
    for (&call, found) in calls.iter().zip(&found) {
        let Some(expected) = oracle(&compiled, call) else {
            return;
        };
        assert_eq!(*found, expected, "{flags:?} {call:#x}");
    }
    assert!(found.iter().any(|frames| frames.len() > 1), "inlined ones");
    assert!(named.notes().is_empty(), "{:?}", named.notes());
}

#[test]
fn names_lines_and_inlined_functions_are_those_of_addr2line() {
    check_against_oracle(&["-g", "-O2"]);
}

#[test]
fn compressed_and_older_dwarf_is_read_too() {
    check_against_oracle(&["-g", "-O2", "-gz=zlib"]);
    check_against_oracle(&["-g", "-O2", "-gdwarf-4"]);
    check_against_oracle(&["-g", "-O2", "-no-pie"]);
}

#[test]
fn addresses_of_a_process_are_translated_through_the_mapping_and_the_segments() {
    let Some(compiled) = Compiled::new(&["-g", "-O2"]) else {
        return;
    };
    let (Some(calls), Some((offset, size, linked))) = (
        compiled.calls("program", &FUNCTIONS),
        code_segment(&compiled, "program"),
    ) else {
        return;
    };
    let bytes = compiled.bytes("program");
    let mapped_id = build_id(&bytes);
    let given = Given::image(bytes);
    let expected = frames(&symbolize(
        profile(&Mapped::linked(PATH, &mapped_id), &calls),
        &given,
    ));
    let start = 0x5581_2345_6000;
    let in_process: Vec<u64> = calls.iter().map(|call| call - linked + start).collect();
    for id in [mapped_id.as_str(), ""] {
        let mapped = Mapped {
            path: PATH,
            build_id: id,
            start,
            limit: start + size,
            file_offset: offset,
            space: AddressSpace::Process,
        };
        let named = symbolize(profile(&mapped, &in_process), &given);
        assert_eq!(frames(&named), expected, "build id '{id}'");
        assert!(named.notes().is_empty(), "{:?}", named.notes());
    }
}

/// A rebuild between two dumps is the everyday case in development, and text formats record no build id.
#[test]
fn a_stripped_program_gets_its_names_from_the_separate_debug_file() {
    let Some(compiled) = Compiled::new(&["-g", "-O2"]) else {
        return;
    };
    let calls = compiled.calls("program", &FUNCTIONS).unwrap_or_default();
    let (Some(_), Some(_)) = (
        compiled.run(
            "objcopy",
            &["--only-keep-debug", "program", "program.debug"],
        ),
        compiled.run("objcopy", &["--strip-all", "program", "stripped"]),
    ) else {
        return;
    };
    let (whole, debug) = (compiled.bytes("program"), compiled.bytes("program.debug"));
    let mapped_id = build_id(&whole);
    let linked = || profile(&Mapped::linked(PATH, &mapped_id), &calls);
    let expected = frames(&symbolize(linked(), &Given::image(whole)));

    let both = Given {
        image: compiled.bytes("stripped"),
        debug: Some(debug.clone()),
        supplementary: None,
    };
    assert_eq!(frames(&symbolize(linked(), &both)), expected);
    assert_eq!(
        frames(&symbolize(linked(), &Given::image(debug.clone()))),
        expected,
        "the debug file alone"
    );

    let Some((offset, size, first)) = code_segment(&compiled, "program") else {
        return;
    };
    let start = 0x7F00_0000_0000;
    let mapped = Mapped {
        path: PATH,
        build_id: &mapped_id,
        start,
        limit: start + size,
        file_offset: offset,
        space: AddressSpace::Process,
    };
    let in_process: Vec<u64> = calls.iter().map(|call| call - first + start).collect();
    let named = symbolize(profile(&mapped, &in_process), &Given::image(debug));
    assert_eq!(
        frames(&named),
        expected,
        "the debug file alone, in a process"
    );
}

/// The nearest symbol before an address in a stripped file is most often another function; jeprof prints it all the same.
#[test]
fn without_dwarf_names_come_from_the_symbol_table_and_that_is_said() {
    let Some(compiled) = Compiled::new(&["-O2"]) else {
        return;
    };
    let calls = compiled.calls("program", &FUNCTIONS).unwrap_or_default();
    let bytes = compiled.bytes("program");
    let named = symbolize(
        profile(&Mapped::linked(PATH, &build_id(&bytes)), &calls),
        &Given::image(bytes),
    );
    let names = frames(&named).concat();
    assert!(
        names
            .iter()
            .all(|name| ["main :0", "outer :0"].contains(&&**name))
    );
    assert_eq!(names.len(), calls.len());
    assert_eq!(count(&named, NoteKind::NoDebugInfo), calls.len() as u64);
}

#[test]
fn addresses_without_a_home_are_counted_once_however_often_they_are_remarked_on() {
    let mut builder = empty_builder();
    let location = builder.location(Some(0x1234), None, &[]);
    add_sample(&mut builder, location);
    let homeless = builder.finish().unwrap_or_else(|error| panic!("{error}"));
    let named = symbolize(homeless, &Given::image(Vec::new()));
    let note = named.notes().get(NoteKind::NoMappings);
    assert!(note.is_some_and(|note| note.count == 1 && note.example == "0x1234"));
    let again = symbolize(named, &Given::image(Vec::new()));
    assert_eq!(count(&again, NoteKind::NoMappings), 1);
    assert_eq!(
        count(&without_addresses(again), NoteKind::SymbolizationOff),
        1
    );
}

#[test]
fn code_in_no_file_is_not_looked_for() {
    let mapped = Mapped::linked("[vdso]", "");
    let named = symbolize(profile(&mapped, &[0x10]), &Given::image(Vec::new()));
    let note = named.notes().get(NoteKind::NoSymbolAtAddress);
    assert!(note.is_some_and(|note| note.example == "[vdso]+0x10: in no file"));
}

#[test]
fn names_that_came_mangled_become_readable_and_keep_the_linker_name() {
    let mut builder = empty_builder();
    let function = builder.named_function("_ZN3foo3barEi", "bar.cc");
    let plain = builder.named_function("plain", "");
    let frame = |function| Frame {
        function,
        line: 7,
        column: 0,
    };
    let location = builder.location(None, None, &[frame(function), frame(plain)]);
    add_sample(&mut builder, location);
    let named = without_addresses(builder.finish().unwrap_or_else(|error| panic!("{error}")));
    assert_eq!(frames(&named), [["foo::bar(int) bar.cc:7", "plain :7"]]);
    let first = named
        .locations()
        .next()
        .map(|(_, location)| location.frames[0]);
    let function = named.function(first.map_or_else(|| panic!("a frame"), |frame| frame.function));
    assert_eq!(named.text(function.system_name), "_ZN3foo3barEi");
    assert!(named.notes().is_empty());
}

#[test]
fn two_profiles_of_one_program_ask_for_its_file_once() {
    struct Counting(Given, AtomicUsize);
    impl ModuleSource for Counting {
        fn find(&self, wanted: &WantedModule<'_>) -> ModuleSearch {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.find(wanted)
        }
    }
    let Some(compiled) = Compiled::new(&["-g", "-O2"]) else {
        return;
    };
    let calls = compiled.calls("program", &FUNCTIONS).unwrap_or_default();
    let bytes = compiled.bytes("program");
    let id = build_id(&bytes);
    let source = Counting(Given::image(bytes), AtomicUsize::new(0));
    let store = ImageStore::default();
    let symbolizer = Symbolizer::new(&store, &source);
    let one = || symbolizer.symbolize(profile(&Mapped::linked(PATH, &id), &calls));
    let (a, b) = std::thread::scope(|scope| {
        let other = scope.spawn(one);
        (one(), other.join().unwrap_or_else(|_| panic!("no panic")))
    });
    assert_eq!(frames(&a), frames(&b));
    assert_eq!(source.1.load(Ordering::Relaxed), 1);
}
