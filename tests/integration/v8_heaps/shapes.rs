//! Plain objects are told apart by their properties, in one process and between two.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::super::run_fabric::{fabric, fixtures};
use super::{json, text};

/// A snapshot of a process of its own with so many orders; nothing where there is no node.
fn with_orders(folder: &Path, orders: u32) -> Option<PathBuf> {
    let file = folder.join(format!("{orders}.heapsnapshot"));
    let status = Command::new("node")
        .arg("--expose-gc")
        .arg(fixtures().join("v8-programs/shapes.js"))
        .arg(&file)
        .arg(orders.to_string())
        .status();
    let Ok(status) = status else {
        println!("skipped: there is no node");
        return None;
    };
    assert!(status.success());
    Some(file)
}

fn named<'v>(rows: &'v Value, name: &str) -> Option<&'v Value> {
    let rows = rows.as_array().expect("a list");
    rows.iter().find(|row| row["name"] == name)
}

#[test]
fn plain_objects_have_a_row_for_each_shape_whatever_their_values() {
    let folder = tempfile::tempdir().expect("a folder for the snapshot");
    let Some(file) = with_orders(folder.path(), 40) else {
        return;
    };
    let found = json(&["show", "--format", "json", "--top", "0", text(&file)]);
    let heap = &found["heap"];
    let shape = |name: &str| {
        let row = named(&heap["shapes"], name);
        row.unwrap_or_else(|| panic!("{name}: {:#}", heap["shapes"]))
    };
    for (name, constructor, objects) in [
        ("Object {id, payload}", "Object", 40),
        ("Object {width, height}", "Object", 300),
        ("Object {name}", "Object", 300),
        ("Object {name, seen}", "Object", 300),
        ("Object {name, seen, ratio}", "Object", 300),
        ("Object {city, zip}", "Object", 300),
        ("Object {also, left}", "Object", 300),
        ("Object {answer, query}", "Object", 300),
        ("Object {a, b, c, d, e, f, and 2 more}", "Object", 300),
        ("Object {cold, ice}", "Object", 300),
        ("Object {[symbol], \"two words\"}", "Object", 300),
        ("t {x, y}", "t", 300),
    ] {
        let row = shape(name);
        assert_eq!(row["constructor"], constructor, "{name}");
        // Node itself may have some of the same.
        let found = row["objects"].as_u64().unwrap_or_default();
        assert!((objects..objects + 20).contains(&found), "{name}: {found}");
    }
    // Keys that are data make no shape.
    let said = heap["shapes"].to_string();
    assert!(!said.contains("user-1"), "{said}");
    assert_eq!(heap["unshapedObjects"], 0);
    // The constructor has all of them.
    let all = named(&heap["constructors"], "Object").expect("there are plain objects");
    let sum = |key: &str| -> u64 {
        let shapes = heap["shapes"].as_array().expect("a list");
        let plain = shapes.iter().filter(|row| row["constructor"] == "Object");
        plain.filter_map(|row| row[key].as_u64()).sum()
    };
    // 320 have numbers for keys or are dictionaries, and Node has some.
    let without_shape = all["objects"].as_u64().unwrap_or_default() - sum("objects");
    assert!((320..1000).contains(&without_shape), "{without_shape}");
    assert!(all["shallowBytes"].as_u64() > Some(sum("shallowBytes")));
    // Who holds those of one shape, and who those of all.
    let asked = |name: &str| json(&["show", "--format", "json", "--retainers", name, text(&file)]);
    let orders = asked("Object {id, payload}");
    assert_eq!(orders["objects"], shape("Object {id, payload}")["objects"]);
    assert_eq!(orders["clusters"][0]["holders"][0], "Map");
    assert_eq!(asked("Object")["objects"], all["objects"]);
    let run = fabric(&["show", "--retainers", "{id, pay", text(&file)]);
    assert!(
        run.stderr.contains("did you mean 'Object {id, payload}'?"),
        "{}",
        run.stderr
    );
}

#[test]
fn between_two_processes_growth_of_one_shape_among_many_is_named() {
    let folder = tempfile::tempdir().expect("a folder for the snapshots");
    let files = [5, 1005].map(|orders| with_orders(folder.path(), orders));
    let [Some(before), Some(after)] = files else {
        return;
    };
    let found = json(&["diff", "--format", "json", text(&before), text(&after)]);
    assert_eq!(found["comparable"]["sameProcess"], false);
    let rows = &found["heap"]["constructors"];
    let row = named(rows, "Object {id, payload}").unwrap_or_else(|| panic!("{rows:#}"));
    assert_eq!(row["constructor"], "Object");
    let objects = |side: &str| row[side]["objects"].as_u64().unwrap_or_default();
    // V8 keeps one for itself as a model of what it makes often.
    let grew = objects("after") - objects("before");
    assert!((1000..=1001).contains(&grew), "{row:#}");
    let holders = row["held"]["holders"].to_string();
    assert!(holders.contains("orders in"), "{holders}");
    // It is the only shape of plain objects that grew by more than a few.
    for other in rows.as_array().expect("a list") {
        let grown = |side: &str| other[side]["objects"].as_i64().unwrap_or_default();
        let grew = grown("after") - grown("before");
        let is_order = other["name"] == "Object {id, payload}";
        let is_plain = other["name"]
            .as_str()
            .unwrap_or_default()
            .starts_with("Object");
        assert!(!is_plain || is_order || grew < 100, "{other:#}");
    }
    // So do the paths.
    let run = fabric(&["diff", "--format", "folded", text(&before), text(&after)]);
    let grown = run.stdout.lines().any(|line| {
        line.contains(";Map;Object {id, payload} ")
            || line.contains(";Map;Object {id, payload};(string) ")
    });
    assert!(grown, "{}", run.stdout);
}
