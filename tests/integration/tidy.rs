//! Properties of the source itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The rank of each room of the library. A room imports from lower ranks and from itself, and nothing else.
fn ranks() -> BTreeMap<&'static str, u32> {
    BTreeMap::from([
        ("units", 0),
        ("limits", 0),
        ("notes", 0),
        ("escape", 0),
        ("model", 1),
        ("object_graph", 2),
        ("formats", 3),
        ("symbolize", 4),
        ("load", 4),
        ("capture", 4),
        ("archive", 4),
        ("keep", 5),
        ("analysis", 5),
        ("report", 6),
        ("render", 7),
        ("judge", 7),
        // Its page and its answers are what the commands write.
        ("serve", 8),
    ])
}

/// Imports between rooms of one rank that are allowed, each with its reason.
const SIDEWAYS: [(&str, &str); 6] = [
    // The words of rank 0 build on each other.
    ("notes", "units"),
    ("escape", "units"),
    ("limits", "units"),
    // Loading ends with naming addresses; symbolize knows nothing of files.
    ("load", "symbolize"),
    // What a process is like is written down in the words of the document beside a snapshot.
    ("capture", "load"),
    // The document beside a snapshot is defined where it is read.
    ("archive", "load"),
];

/// Crates that only some rooms may use.
const ONLY_IN: [(&str, &[&str]); 14] = [
    ("backtrace", &["src/serve/own_heap/"]),
    ("tikv_jemalloc_ctl", &["src/serve/own_heap/"]),
    ("comfy_table", &["src/render/"]),
    ("memmap2", &["src/load/"]),
    ("clap", &["src/bin/"]),
    ("ureq", &["src/capture/", "src/serve/alerts/"]),
    ("rustls", &["src/capture/"]),
    ("tungstenite", &["src/capture/", "src/serve/live/"]),
    (
        "notify",
        &["src/capture/", "src/serve/tail/", "src/serve/targets/"],
    ),
    ("indicatif", &["src/bin/"]),
    ("tokio", &["src/serve/", "src/bin/fabric/commands/serve/"]),
    ("axum", &["src/serve/"]),
    ("tower_http", &["src/serve/"]),
    ("tracing_subscriber", &["src/bin/"]),
];

/// Rooms of the live half that take values and return values: neither tokio nor HTTP is known there.
const PURE: [&str; 4] = [
    "src/serve/event/",
    "src/serve/query/",
    "src/serve/store/",
    "src/serve/tail/",
];

/// Rooms that take values and return values: no file, no process, no socket, no environment, and time as an argument. All others of the
/// library touch the world outside, or ask one that does.
const INSIDE: [&str; 11] = [
    "units",
    "limits",
    "notes",
    "escape",
    "model",
    "object_graph",
    "formats",
    "symbolize",
    "analysis",
    "report",
    "render",
];

/// Where the world outside begins.
const OUTSIDE: [&str; 8] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "File::open",
    "io::stdin",
    "SystemTime",
    "Instant::now",
];

/// Programs that are compiled for the tests of names.
const COMPILED_FOR_TESTS: &str = "src/symbolize/compiled.rs";

/// Whether code names a crate; a function name in a string is not code, and `sd_notify` is not `notify`.
fn uses(code: &str, name: &str) -> bool {
    let is_part = |c: char| c == '"' || c == '_' || c.is_alphanumeric();
    code.match_indices(&format!("{name}::"))
        .any(|(at, _)| !code[..at].ends_with(is_part))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("src is there") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                // Tests may reach anywhere.
                && !path.to_string_lossy().ends_with("tests.rs")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Code without comments: a doc link may point anywhere.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("source is UTF-8");
    // Tests may reach anywhere; they stand at the end of a file.
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms that follow `crate::` in a text, also inside braces.
fn imported(code: &str) -> Vec<String> {
    imported_after("crate::", code)
}

fn imported_after(path: &str, code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices(path) {
        let rest = &code[at + path.len()..];
        if let Some(inside) = rest.strip_prefix('{') {
            let inside = &inside[..inside.find("};").unwrap_or(inside.len())];
            let mut depth = 0;
            let mut word = String::new();
            for c in inside.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => rooms.push(std::mem::take(&mut word)),
                    c if depth == 0 => word.push(c),
                    _ => {}
                }
            }
            rooms.push(word);
        } else {
            rooms.push(rest.to_owned());
        }
    }
    rooms
        .into_iter()
        .map(|path| {
            path.trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        })
        .filter(|room| !room.is_empty())
        .collect()
}

fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).expect("inside src");
    let first = inside.components().next().expect("has a name");
    let name = first.as_os_str().to_string_lossy().into_owned();
    name.trim_end_matches(".rs").to_owned()
}

#[test]
fn imports_point_down() {
    let ranks = ranks();
    let mut upward = Vec::new();
    for path in sources(&root().join("src")) {
        let room = room_of(&path);
        if room == "bin" || room == "lib" {
            continue;
        }
        let Some(&rank) = ranks.get(room.as_str()) else {
            panic!("{room} has no rank: give it one in {}", file!());
        };
        for other in imported(&code(&path)) {
            let Some(&other_rank) = ranks.get(other.as_str()) else {
                continue;
            };
            let sideways = SIDEWAYS.contains(&(room.as_str(), other.as_str()));
            if other != room && other_rank >= rank && !sideways {
                upward.push(format!("{} imports {other}", path.display()));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

/// The rank of each room of the live half. What is of rank 0 imports nothing of it.
fn ranks_of_the_live_half() -> BTreeMap<&'static str, u32> {
    BTreeMap::from([
        ("beside", 0),
        ("bounds", 0),
        ("count", 0),
        ("gauge", 0),
        ("lru", 0),
        ("neighbourhood", 0),
        ("planted_leak", 0),
        ("progress", 0),
        ("regular_file", 0),
        ("start_error", 0),
        ("time", 0),
        ("event", 1),
        ("state_document", 1),
        ("tail", 2),
        ("intake", 3),
        ("store", 3),
        ("alerts", 4),
        ("query", 4),
        ("targets", 4),
        ("live", 5),
        ("hub", 6),
        ("own_heap", 7),
        ("http", 8),
        ("live_gauges", 9),
        ("options", 9),
        ("sampler", 9),
        ("state_folder", 9),
        ("server", 10),
    ])
}

#[test]
fn imports_within_the_live_half_point_down() {
    let ranks = ranks_of_the_live_half();
    let serve = root().join("src/serve");
    let mut upward = Vec::new();
    for path in sources(&serve) {
        let inside = path.strip_prefix(&serve).expect("inside src/serve");
        let mut code = code(&path);
        if inside.components().count() == 1 {
            code = code.replace("super::", "crate::serve::");
        }
        let first = inside.components().next().expect("has a name");
        let first = first.as_os_str().to_string_lossy();
        let room = first.trim_end_matches(".rs");
        if room == "mod" {
            continue;
        }
        let Some(&rank) = ranks.get(room) else {
            panic!("{room} has no rank: give it one in {}", file!());
        };
        for other in imported_after("crate::serve::", &code) {
            let is_upward = ranks.get(other.as_str()).is_some_and(|&it| it >= rank);
            if is_upward && other != room {
                upward.push(format!("{} imports {other}", path.display()));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn formats_do_not_import_each_other() {
    let formats = ["pprof", "jemalloc", "gperftools", "folded", "v8"];
    let mut found = Vec::new();
    for path in sources(&root().join("src/formats")) {
        let own = path
            .strip_prefix(root().join("src/formats"))
            .expect("inside formats");
        let own = own
            .components()
            .next()
            .expect("has a name")
            .as_os_str()
            .to_string_lossy();
        if own == "mod.rs" {
            continue;
        }
        let code = code(&path);
        for format in formats {
            if own != format && code.contains(&format!("formats::{format}")) {
                found.push(format!("{} imports {format}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn crates_stay_in_their_room() {
    let mut found = Vec::new();
    for path in sources(&root().join("src")) {
        let inside = path
            .strip_prefix(root())
            .expect("inside the crate")
            .display()
            .to_string();
        let code = code(&path);
        for (name, rooms) in ONLY_IN {
            let may = rooms.iter().any(|room| inside.starts_with(room));
            if !may && uses(&code, name) {
                found.push(format!("{inside} uses {name}"));
            }
        }
        if PURE.iter().any(|room| inside.starts_with(room)) {
            for name in ["tokio::", "axum::", "hyper::", "serve::http", "serve::live"] {
                if code.contains(name) {
                    found.push(format!("{inside} uses {name}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_rooms_inside_do_not_touch_the_world_outside() {
    let mut found = Vec::new();
    for path in sources(&root().join("src")) {
        if !INSIDE.contains(&room_of(&path).as_str()) || path.ends_with(COMPILED_FOR_TESTS) {
            continue;
        }
        let code = code(&path);
        for name in OUTSIDE.iter().filter(|name| code.contains(**name)) {
            found.push(format!("{} uses {name}", path.display()));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = sources(&root().join("src"))
        .into_iter()
        .filter(|path| {
            let text = std::fs::read_to_string(path).expect("source is UTF-8");
            !text.starts_with("//!")
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn no_room_is_one_that_nobody_can_describe() {
    let banned = [
        "util", "utils", "common", "helper", "helpers", "shared", "types", "misc",
    ];
    let found: Vec<String> = sources(&root().join("src"))
        .into_iter()
        .filter(|path| {
            path.iter().any(|part| {
                let part = part.to_string_lossy();
                banned.contains(&part.trim_end_matches(".rs"))
            })
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_layer_test_sees_an_upward_import() {
    assert_eq!(
        imported("use crate::render::json;\nuse crate::{model::{Profile, Frame}, report};"),
        ["render", "model", "report"]
    );
}
