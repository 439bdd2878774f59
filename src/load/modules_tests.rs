//! Where object files are found, and which ones are refused, on a small copy of a machine.

use std::path::{Path, PathBuf};

use super::modules::LocalModules;
use crate::model::Profile;
use crate::notes::NoteKind;
use crate::symbolize::compiled::{Compiled, Mapped, frames, profile, symbolize};
use crate::symbolize::{ElfIdentity, ModuleSearch, ModuleSource, WantedModule};

/// A program `program`, the same stripped, `stripped`, with a link to its debug file, `program.debug`.
struct Machine {
    compiled: Compiled,
    build_id: String,
    calls: Vec<u64>,
    expected: Vec<Vec<String>>,
}

impl Machine {
    fn new(flags: &[&str]) -> Option<Machine> {
        let compiled = Compiled::new(flags)?;
        compiled.run(
            "objcopy",
            &["--only-keep-debug", "program", "program.debug"],
        )?;
        let link = "--add-gnu-debuglink=program.debug";
        compiled.run("objcopy", &["--strip-all", link, "program", "stripped"])?;
        let calls = compiled.calls("program", &["main", "outer"])?;
        let mut machine = Machine {
            build_id: identity(&compiled.path("program"))
                .build_id
                .unwrap_or_default(),
            compiled,
            calls,
            expected: Vec::new(),
        };
        let program = machine.path("program");
        machine.expected = frames(&machine.names(&program, &[]));
        assert!(machine.expected.iter().all(|frames| !frames.is_empty()));
        Some(machine)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.compiled.path(name)
    }

    /// Moves a file to where a test wants it.
    fn put(&self, from: &str, to: &str) {
        let to = self.path(to);
        assert!(
            to.parent()
                .is_some_and(|folder| std::fs::create_dir_all(folder).is_ok())
        );
        assert!(std::fs::rename(self.path(from), to).is_ok());
    }

    fn by_build_id(&self, root: &str) -> String {
        format!(
            "{root}/.build-id/{}/{}.debug",
            &self.build_id[..2],
            &self.build_id[2..]
        )
    }

    fn modules(&self, folders: &[&str]) -> LocalModules {
        LocalModules {
            folders: folders.iter().map(|folder| self.path(folder)).collect(),
            system_debug: self.path("system"),
        }
    }

    fn names(&self, path: &Path, folders: &[&str]) -> Profile {
        let path = path.to_string_lossy();
        let before = profile(&Mapped::linked(&path, &self.build_id), &self.calls);
        symbolize(before, &self.modules(folders))
    }

    fn check(&self, path: &Path, folders: &[&str]) {
        let named = self.names(path, folders);
        assert_eq!(frames(&named), self.expected, "{:?}", named.notes());
    }

    /// The names without lines that a program without its debug file has.
    fn check_nothing(&self, path: &Path, folders: &[&str], kind: NoteKind) {
        let named = self.names(path, folders);
        assert!(frames(&named).iter().all(Vec::is_empty));
        let note = named.notes().get(kind);
        assert_eq!(
            note.map(|note| note.count),
            Some(self.calls.len() as u64),
            "{:?}",
            named.notes()
        );
    }
}

fn identity(path: &Path) -> ElfIdentity {
    let bytes = std::fs::read(path).unwrap_or_default();
    ElfIdentity::read(&bytes).unwrap_or_else(|error| panic!("{error:?}"))
}

const PLAIN: [&str; 2] = ["-g", "-O2"];
const NO_BUILD_ID: [&str; 3] = ["-g", "-O2", "-Wl,--build-id=none"];

#[test]
fn a_stripped_program_finds_its_debug_file_wherever_one_is_put() {
    for place in [
        "program.debug",
        ".debug/program.debug",
        "folder/program.debug",
        "by build id",
        "by build id of the system",
    ] {
        for flags in [&PLAIN[..], &NO_BUILD_ID] {
            let Some(machine) = Machine::new(flags) else {
                return;
            };
            if place.starts_with("by build id") && machine.build_id.is_empty() {
                continue;
            }
            let place = match place {
                "by build id" => machine.by_build_id("folder"),
                "by build id of the system" => machine.by_build_id("system"),
                other => other.to_owned(),
            };
            if place != "program.debug" {
                machine.put("program.debug", &place);
            }
            machine.check(&machine.path("stripped"), &["folder"]);
        }
    }
}

#[test]
fn a_debug_file_of_another_build_is_not_used() {
    let Some(machine) = Machine::new(&NO_BUILD_ID) else {
        return;
    };
    let mut debug = machine.compiled.bytes("program.debug");
    debug.push(0);
    assert!(std::fs::write(machine.path("program.debug"), debug).is_ok());
    let stripped = machine.path("stripped");
    machine.check_nothing(&stripped, &[], NoteKind::NoSymbolAtAddress);
}

#[test]
fn a_program_that_is_not_there_is_found_in_the_folders_of_the_user() {
    let gone = Path::new("/nowhere/bin/program");
    for place in [
        "folder/program",
        "folder/nowhere/bin/program",
        "folder/program.debug",
    ] {
        let Some(machine) = Machine::new(&PLAIN) else {
            return;
        };
        machine.put(place.rsplit('/').next().unwrap_or_default(), place);
        machine.check(gone, &["other", "folder"]);
    }
    let Some(machine) = Machine::new(&PLAIN) else {
        return;
    };
    machine.check_nothing(gone, &["folder"], NoteKind::ModuleNotFound);
    machine.put("program.debug", &machine.by_build_id("system"));
    machine.check(gone, &[]);
}

#[test]
fn another_build_at_the_path_is_refused_and_the_right_one_elsewhere_is_used() {
    let (Some(machine), Some(other)) = (
        Machine::new(&PLAIN),
        Compiled::new(&["-g", "-O1", "-Wl,--build-id=0x001122334455"]),
    ) else {
        return;
    };
    let path = other.path("program");
    machine.check_nothing(&path, &[], NoteKind::ModuleReplaced);
    machine.put("program", "folder/program");
    machine.check(&path, &["folder"]);
}

#[test]
fn a_deleted_program_is_not_replaced_by_what_lies_at_its_path_now() {
    let Some(machine) = Machine::new(&PLAIN) else {
        return;
    };
    let path = format!("{} (deleted)", machine.path("program").to_string_lossy());
    // With its build id, the file at the path is known to be the same again.
    machine.check(Path::new(&path), &[]);
    let wanted = WantedModule {
        path: &path,
        build_id: "",
    };
    let found = machine.modules(&[]).find(&wanted);
    assert!(matches!(found, ModuleSearch::Replaced(_)));
    let found = machine.modules(&["."]).find(&wanted);
    assert!(matches!(found, ModuleSearch::Found(_)), "the user says so");
}

#[test]
fn what_is_not_a_regular_object_file_is_neither_opened_nor_believed() {
    let Some(machine) = Machine::new(&PLAIN) else {
        return;
    };
    let find = |path: &str| {
        machine.modules(&[]).find(&WantedModule {
            path,
            build_id: "../../../etc/passwd",
        })
    };
    let _ = machine.compiled.run("mkfifo", &["pipe"]);
    let pipe = machine.path("pipe");
    for path in [
        "/",
        "/dev/zero",
        "relative/path",
        "",
        &pipe.to_string_lossy(),
    ] {
        assert!(matches!(find(path), ModuleSearch::Missing), "{path}");
    }
    let source = machine.path("program.c");
    let found = find(&source.to_string_lossy());
    assert!(matches!(found, ModuleSearch::Unreadable(_)));
}
