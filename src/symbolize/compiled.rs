//! Programs compiled for a test, so that the expected names do not come from the code that is tested.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

use super::{ImageStore, ModuleFiles, ModuleSearch, ModuleSource, Symbolizer, WantedModule};
use crate::model::{
    AddressSpace, Mapping, Origin, Profile, ProfileBuilder, Sampling, SourceFormat, ValueType,
};

/// A C program with an inlined function, calls, and a static function.
pub(crate) const SOURCE: &str = r#"
#include <stdio.h>
#include <stdlib.h>
volatile int sink;
__attribute__((noinline)) static int leaf(int x) { sink += x; return x * 3; }
static inline __attribute__((always_inline)) int middle(int x) {
    int a = leaf(x + 1);
    return leaf(a) + 1;
}
__attribute__((noinline)) int outer(int x) {
    int y = middle(x);
    return y + leaf(7);
}
int main(int argc, char **argv) {
    (void)argv;
    return outer(argc) + leaf(2);
}
"#;

/// A folder with a compiled program in it.
pub(crate) struct Compiled {
    folder: TempDir,
}

impl Compiled {
    /// Compiles [`SOURCE`]; `None`, with a loud word, where this machine has no compiler.
    pub(crate) fn new(flags: &[&str]) -> Option<Compiled> {
        Compiled::from_source(SOURCE, flags)
    }

    pub(crate) fn from_source(source: &str, flags: &[&str]) -> Option<Compiled> {
        let folder = tempfile::tempdir().ok()?;
        std::fs::write(folder.path().join("program.c"), source).ok()?;
        let compiled = Compiled { folder };
        let mut arguments = vec!["program.c", "-o", "program"];
        arguments.extend(flags);
        compiled.run("cc", &arguments)?;
        Some(compiled)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_default()
    }

    /// Runs a tool in the folder and gives what it prints.
    pub(crate) fn run(&self, tool: &str, arguments: &[&str]) -> Option<String> {
        let output = Command::new(tool)
            .args(arguments)
            .current_dir(self.folder.path())
            .output();
        match output {
            Ok(output) if output.status.success() => {
                Some(String::from_utf8_lossy(&output.stdout).into_owned())
            }
            other => {
                skipped(&format!("'{tool} {arguments:?}' did not work: {other:?}"));
                None
            }
        }
    }

    /// Last bytes of all call instructions inside the functions `names`, as `objdump` sees them.
    pub(crate) fn calls(&self, program: &str, names: &[&str]) -> Option<Vec<u64>> {
        let listing = self.run("objdump", &["-d", "--no-show-raw-insn", program])?;
        let mut calls = Vec::new();
        let (mut inside, mut after_call) = (false, false);
        for line in listing.lines() {
            if let Some((_, name)) = line.split_once(" <").filter(|_| line.ends_with(">:")) {
                inside = names.contains(&name.trim_end_matches(">:"));
                after_call = false;
            }
            let Some((address, instruction)) = line.trim().split_once(":\t") else {
                continue;
            };
            if after_call && let Ok(address) = u64::from_str_radix(address, 16) {
                calls.push(address - 1);
            }
            after_call =
                inside && (instruction.starts_with("call") || instruction.starts_with("bl"));
        }
        Some(calls)
    }
}

#[expect(clippy::print_stderr, reason = "a test that tests nothing must say so")]
pub(crate) fn skipped(why: &str) {
    eprintln!("\n*** TEST SKIPPED: {why} ***\n");
}

/// Files that a test gives, whatever is asked for.
pub(crate) struct Given {
    pub(crate) image: Vec<u8>,
    pub(crate) debug: Option<Vec<u8>>,
    pub(crate) supplementary: Option<Vec<u8>>,
}

impl Given {
    pub(crate) fn image(image: Vec<u8>) -> Given {
        Given {
            image,
            debug: None,
            supplementary: None,
        }
    }
}

impl ModuleSource for Given {
    fn find(&self, _: &WantedModule<'_>) -> ModuleSearch {
        let boxed = |bytes: &Vec<u8>| Box::new(bytes.clone()) as super::ImageBytes;
        ModuleSearch::Found(ModuleFiles {
            image: boxed(&self.image),
            debug: self.debug.as_ref().map(boxed),
            supplementary: self.supplementary.as_ref().map(boxed),
        })
    }
}

/// How a test says where the code was.
pub(crate) struct Mapped<'a> {
    pub(crate) path: &'a str,
    pub(crate) build_id: &'a str,
    pub(crate) start: u64,
    pub(crate) limit: u64,
    pub(crate) file_offset: u64,
    pub(crate) space: AddressSpace,
}

impl<'a> Mapped<'a> {
    /// Addresses as the linker wrote them.
    pub(crate) fn linked(path: &'a str, build_id: &'a str) -> Mapped<'a> {
        Mapped {
            path,
            build_id,
            start: 0,
            limit: u64::MAX,
            file_offset: 0,
            space: AddressSpace::File,
        }
    }
}

/// A profile with one sample for each address.
pub(crate) fn profile(mapped: &Mapped<'_>, addresses: &[u64]) -> Profile {
    let mut builder = empty_builder();
    let (path, build_id) = (builder.string(mapped.path), builder.string(mapped.build_id));
    let mapping = builder.mapping(Mapping {
        start: mapped.start,
        limit: mapped.limit,
        file_offset: mapped.file_offset,
        path,
        build_id,
        addresses: mapped.space,
    });
    for &address in addresses {
        let location = builder.location(Some(address), Some(mapping), &[]);
        add_sample(&mut builder, location);
    }
    builder.finish().unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn empty_builder() -> ProfileBuilder {
    let origin = Origin::new(SourceFormat::Jemalloc, Sampling::Exact);
    ProfileBuilder::new(origin, vec![ValueType::inuse_space()])
}

pub(crate) fn add_sample(builder: &mut ProfileBuilder, location: crate::model::LocationId) {
    let stack = builder.stack(&[location]);
    let labels = builder.labels(&[]);
    builder.sample(stack, labels, &[1]);
}

/// Symbolizes with files that the test gives.
pub(crate) fn symbolize(profile: Profile, source: &dyn ModuleSource) -> Profile {
    let store = ImageStore::default();
    Symbolizer::new(&store, source).symbolize(profile)
}

/// The frames of each location, innermost first: `name file-without-folder:line`.
pub(crate) fn frames(profile: &Profile) -> Vec<Vec<String>> {
    let of = |location: crate::model::Location<'_>| {
        let frames = location.frames.iter().map(|frame| {
            let function = profile.function(frame.function);
            let file = Path::new(profile.text(function.file))
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            format!(
                "{} {}:{}",
                profile.text(function.name),
                file.unwrap_or_default(),
                frame.line
            )
        });
        frames.collect()
    };
    profile
        .locations()
        .map(|(_, location)| of(location))
        .collect()
}
