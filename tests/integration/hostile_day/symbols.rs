//! Programs and debug files that are not what they say: names for addresses from mutated ELF and DWARF.

use std::path::Path;
use std::process::Command;

use fabric::model::{
    AddressSpace, Mapping, Origin, Profile, ProfileBuilder, Sampling, SourceFormat, ValueType,
};
use fabric::render::{self, Style};
use fabric::report::SnapshotReport;
use fabric::report::input::Input;
use fabric::report::snapshot::SnapshotOptions;
use fabric::symbolize::{
    ElfIdentity, ImageBytes, ImageStore, ModuleFiles, ModuleSearch, ModuleSource, Symbolizer,
    WantedModule,
};

use super::campaign::{Outcome, campaign};
use super::{byte_changes, well_formed};
use crate::support::counting_allocator;
use crate::support::random_draws::RandomDraws;

const SOURCE: &str = r#"
#include <stdio.h>
#include <stdlib.h>
volatile int sink;
__attribute__((noinline)) static int leaf(int x) { sink += x; return x * 3; }
static inline __attribute__((always_inline)) int middle(int x) { int a = leaf(x + 1); return leaf(a) + 1; }
__attribute__((noinline)) int outer(int x) { int y = middle(x); return y + leaf(7); }
int main(int argc, char **argv) { (void)argv; return outer(argc) + leaf(2); }
"#;

/// Ways of compiling it: debug information of two versions, compressed, none, and a debug file apart.
const WAYS: [(&str, &[&str]); 4] = [
    ("plain", &["-g", "-O2"]),
    ("old", &["-gdwarf-4", "-O1", "-Wl,--build-id=sha1"]),
    ("compressed", &["-g", "-gz=zlib", "-O2"]),
    ("bare", &["-O2"]),
];

fn run(folder: &Path, tool: &str, arguments: &[&str]) {
    let output = Command::new(tool)
        .args(arguments)
        .current_dir(folder)
        .output();
    let output = output.unwrap_or_else(|error| panic!("{tool}: {error}"));
    assert!(
        output.status.success(),
        "{tool}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

struct Program {
    bytes: Vec<u8>,
    addresses: Vec<u64>,
}

fn programs() -> Vec<Program> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("program.c"), SOURCE).expect("the source is written");
    let mut found = Vec::new();
    for (name, flags) in WAYS {
        let mut arguments = vec!["program.c", "-o", name];
        arguments.extend(flags);
        run(folder.path(), "cc", &arguments);
        let addresses = calls(folder.path(), name);
        let read = |name: &str| std::fs::read(folder.path().join(name)).expect("it was compiled");
        found.push(Program {
            bytes: read(name),
            addresses: addresses.clone(),
        });
        if name == "plain" {
            run(
                folder.path(),
                "objcopy",
                &["--only-keep-debug", name, "apart"],
            );
            found.push(Program {
                bytes: read("apart"),
                addresses,
            });
        }
    }
    found
}

/// Last bytes of all call instructions, as `objdump` sees them.
fn calls(folder: &Path, program: &str) -> Vec<u64> {
    let output = Command::new("objdump")
        .args(["-d", "--no-show-raw-insn", program])
        .current_dir(folder)
        .output();
    let listing = output.expect("objdump runs").stdout;
    let mut calls = Vec::new();
    let mut after_call = false;
    for line in String::from_utf8_lossy(&listing).lines() {
        let Some((address, instruction)) = line.trim().split_once(":\t") else {
            continue;
        };
        if after_call && let Ok(address) = u64::from_str_radix(address, 16) {
            calls.push(address - 1);
        }
        after_call = instruction.starts_with("call") || instruction.starts_with("bl");
    }
    assert!(calls.len() > 4, "{listing:?}");
    calls
}

struct Given<'b>(&'b [u8], Option<&'b [u8]>);

impl ModuleSource for Given<'_> {
    fn find(&self, _: &WantedModule<'_>) -> ModuleSearch {
        let boxed = |bytes: &[u8]| Box::new(bytes.to_vec()) as ImageBytes;
        ModuleSearch::Found(ModuleFiles {
            image: boxed(self.0),
            debug: self.1.map(boxed),
            supplementary: self.1.map(boxed),
        })
    }
}

fn profile(addresses: &[u64], random: &mut RandomDraws) -> Profile {
    let origin = Origin::new(SourceFormat::Jemalloc, Sampling::Exact);
    let mut builder = ProfileBuilder::new(origin, vec![ValueType::inuse_space()]);
    let (path, build_id) = (builder.string("/usr/bin/program"), builder.string(""));
    let mapping = builder.mapping(Mapping {
        start: 0,
        limit: u64::MAX,
        file_offset: 0,
        path,
        build_id,
        addresses: AddressSpace::File,
    });
    let further: Vec<u64> = (0..20).map(|_| byte_changes::extreme(random)).collect();
    for &address in addresses.iter().chain(&further) {
        let location = builder.location(Some(address), Some(mapping), &[]);
        let stack = builder.stack(&[location]);
        let labels = builder.labels(&[]);
        builder.sample(stack, labels, &[1]);
    }
    builder.finish().expect("it is sound")
}

#[test]
fn symbols() {
    let programs = programs();
    let any = |random: &mut RandomDraws| random.below(programs.len() as u64) as usize;
    campaign(
        "symbols",
        300,
        |random| {
            let which = any(random);
            let mut bytes = programs[which].bytes.clone();
            let other = &programs[any(random)].bytes;
            for _ in 0..1 + random.below(3) {
                match random.below(3) {
                    // In the head and the tables, where one byte changes much; the rest is mostly code and names.
                    0 => {
                        let at = random.below(64) as usize;
                        bytes[at] = byte_changes::extreme(random) as u8;
                    }
                    1 => {
                        let tail = bytes.len() - bytes.len() / 3;
                        let mut end = bytes.split_off(tail);
                        byte_changes::change(&mut end, other, random);
                        bytes.extend(end);
                        bytes.resize(bytes.len().max(64), 0);
                    }
                    _ => {
                        byte_changes::change(&mut bytes, other, random);
                        bytes.resize(bytes.len().max(64), 0);
                    }
                }
            }
            bytes
        },
        |bytes, random| {
            let program = &programs[any(random)];
            let profile = profile(&program.addresses, random);
            let _ = ElfIdentity::read(bytes);
            let source = match random.below(3) {
                0 => Given(&program.bytes, Some(bytes)),
                _ => Given(bytes, None),
            };
            counting_allocator::forget_peak();
            let store = ImageStore::default();
            let symbolizer = match random.below(4) {
                0 => Symbolizer::of_symbol_tables(&store, &source),
                _ => Symbolizer::new(&store, &source),
            };
            let named = symbolizer.symbolize(profile);
            let (taken, allowed) = (
                counting_allocator::peak_bytes(),
                (16 << 20) + 64 * bytes.len() as i64,
            );
            assert!(
                taken <= allowed,
                "{taken} bytes of memory for {} bytes",
                bytes.len()
            );
            let options = SnapshotOptions {
                sample_index: None,
                by: fabric::analysis::granularity::Granularity::Line,
                top: 0,
                filter: Default::default(),
            };
            let report = SnapshotReport::new(Input::new("symbols", None, &named), &named, &options)
                .expect("there is a value");
            let style = Style {
                width: 120,
                color: false,
                unicode: true,
            };
            well_formed::plain("the table", &render::terminal(&report.document(), style));
            match named.functions().is_empty() {
                true => Outcome::Refused,
                false => Outcome::Accepted,
            }
        },
    );
}
