//! What gets no name: other builds, stripped functions, broken files.

use super::compiled::{Compiled, Given, Mapped, frames, profile, symbolize};
use super::tests::{FUNCTIONS, PATH, build_id, code_segment, count};
use crate::model::AddressSpace;
use crate::notes::NoteKind;

#[test]
fn a_file_with_another_build_id_names_nothing() {
    let Some(compiled) = Compiled::new(&["-g", "-O2"]) else {
        return;
    };
    let calls = compiled.calls("program", &FUNCTIONS).unwrap_or_default();
    let before = profile(&Mapped::linked(PATH, "00112233445566778899"), &calls);
    let named = symbolize(before, &Given::image(compiled.bytes("program")));
    assert!(frames(&named).iter().all(Vec::is_empty));
    assert_eq!(count(&named, NoteKind::ModuleReplaced), calls.len() as u64);
    let note = named.notes().get(NoteKind::ModuleReplaced);
    assert!(
        note.is_some_and(|note| note.example.starts_with("program+0x")
            && note.example.contains("build id 001122334455 is now")),
        "{note:?}"
    );
}

#[test]
fn without_a_build_id_a_rebuilt_file_of_the_same_size_is_found_out_by_its_calls() {
    let (Some(old), Some(new)) = (
        Compiled::new(&["-g", "-O2"]),
        Compiled::from_source(
            &super::compiled::SOURCE
                .replace("int y = middle(x);", "int y = middle(x) * 41 + sink % 5;"),
            &["-g", "-O2"],
        ),
    ) else {
        return;
    };
    let (Some(calls), Some((offset, size, linked)), Some(of_new)) = (
        old.calls("program", &FUNCTIONS),
        code_segment(&old, "program"),
        code_segment(&new, "program"),
    ) else {
        return;
    };
    assert_eq!((offset, size, linked), of_new, "the layout does not tell");
    let start = 0x40_0000;
    let mapped = Mapped {
        path: PATH,
        build_id: "",
        start,
        limit: start + size,
        file_offset: offset,
        space: AddressSpace::Process,
    };
    let in_process: Vec<u64> = calls.iter().map(|call| call - linked + start).collect();
    let named = symbolize(
        profile(&mapped, &in_process),
        &Given::image(new.bytes("program")),
    );
    let still_calls = new.calls("program", &FUNCTIONS).unwrap_or_default();
    for (call, frames) in calls.iter().zip(frames(&named)) {
        assert!(
            frames.is_empty() || still_calls.contains(call),
            "{frames:?}"
        );
    }
    assert!(count(&named, NoteKind::ModuleReplaced) > 0);

    let longer = Mapped {
        limit: mapped.limit + 7 * 4096,
        ..mapped
    };
    let named = symbolize(
        profile(&longer, &in_process),
        &Given::image(old.bytes("program")),
    );
    assert_eq!(count(&named, NoteKind::ModuleReplaced), calls.len() as u64);
}

#[test]
fn an_address_that_no_symbol_covers_has_no_name_and_is_counted() {
    let Some(compiled) = Compiled::new(&["-O2", "-rdynamic"]) else {
        return;
    };
    let (Some(calls), Some(symbols), Some(_)) = (
        compiled.calls("program", &["outer"]),
        compiled.run("nm", &["program"]),
        compiled.run("strip", &["program", "-o", "stripped"]),
    ) else {
        return;
    };
    // `leaf` is static, so its symbol goes with the strip; those of the exported functions stay.
    let leaf = symbols.lines().find(|line| line.ends_with(" t leaf"));
    let leaf = leaf.and_then(|line| u64::from_str_radix(line.split(' ').next()?, 16).ok());
    let addresses: Vec<u64> = calls.iter().copied().chain(leaf).collect();
    let bytes = compiled.bytes("stripped");
    let id = build_id(&bytes);
    let named = symbolize(
        profile(&Mapped::linked(PATH, &id), &addresses),
        &Given::image(bytes),
    );
    let mut expected = vec![vec!["outer :0".to_owned()]; calls.len()];
    expected.push(Vec::new());
    assert_eq!(frames(&named), expected);
    assert_eq!(count(&named, NoteKind::NoSymbolAtAddress), 1);
    assert_eq!(count(&named, NoteKind::NoDebugInfo), calls.len() as u64);
}

#[test]
fn a_file_that_is_no_elf_file_is_unreadable_and_broken_ones_never_panic() {
    let named = symbolize(
        profile(&Mapped::linked(PATH, ""), &[0x1000]),
        &Given::image(b"#!/bin/sh\n".to_vec()),
    );
    assert_eq!(count(&named, NoteKind::ModuleUnreadable), 1);

    let Some(compiled) = Compiled::new(&["-g", "-O2"]) else {
        return;
    };
    let calls = compiled.calls("program", &FUNCTIONS).unwrap_or_default();
    let whole = compiled.bytes("program");
    // xorshift: the same bytes in every run.
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    for round in 0..1500 {
        let mut broken = whole.clone();
        for _ in 0..1 + round % 40 {
            let at = match round % 3 {
                // The headers at the front, those at the end, or anything.
                0 => random(1024),
                1 => broken.len() - 1 - random(2400),
                _ => random(broken.len()),
            };
            broken[at] = [0, 0xFF, 0x7F, 0x80, random(256) as u8][random(5)];
        }
        if round % 50 == 0 {
            broken.truncate(random(whole.len()));
        }
        let addresses: Vec<u64> = calls.iter().copied().chain([0, u64::MAX, 0x1000]).collect();
        let named = symbolize(
            profile(&Mapped::linked(PATH, ""), &addresses),
            &Given::image(broken),
        );
        assert_eq!(named.location_count(), addresses.len());
    }
}
