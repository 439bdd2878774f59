//! The tables about what changed between two heaps, object by object.

use crate::analysis::heap::{
    AliveIn, CollectionGrowth, ConstructorGrowth, HeapGrowth, RetainerCluster,
};
use crate::analysis::same_process::SameProcess;
use crate::units::{Bytes, Count};

use super::rows::{held, table};
use crate::report::input::COUNTED;
use crate::report::table::left_out;
use crate::report::{Cell, Fact, Part, Table, Tone};

/// What there is to say in one line each.
pub(in crate::report) fn growth_facts(growth: &HeapGrowth) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |label: &str, text: String| {
        facts.push(Fact {
            label: label.to_owned(),
            text,
        });
    };
    match &growth.objects {
        Some(changes) => fact(
            "by number",
            format!(
                "{} objects are new, {} are gone, {} are still there",
                Count(changes.new),
                Count(changes.gone),
                Count(changes.kept),
            ),
        ),
        None => fact(
            "by number",
            match &growth.same_process {
                SameProcess::Unknown => {
                    "cannot be told: the second heap is older than the first, or of another process"
                }
                _ => "cannot be told: the objects have nothing in common but class, shape and path",
            }
            .to_owned(),
        ),
    }
    if let Some(alive) = &growth.alive {
        fact(
            "alive",
            format!(
                "{} of the {} new objects are still there in the third heap",
                Count(alive.objects),
                Count(alive.allocated),
            ),
        );
    }
    facts.push(Fact {
        label: "exact".to_owned(),
        text: COUNTED.to_owned(),
    });
    facts
}

/// The tables, those without rows left out.
pub(in crate::report) fn growth_tables(growth: &HeapGrowth) -> Vec<Part> {
    let alive = growth.alive.as_ref().map(alive);
    [alive, Some(constructors(growth)), Some(collections(growth))]
        .into_iter()
        .flatten()
        .filter(|table| !table.rows.is_empty())
        .map(Part::Table)
        .collect()
}

fn signed_count(value: i64) -> Cell {
    Cell::change(value, false, tone(value))
}

fn signed_bytes(value: i64) -> Cell {
    Cell::change(value, true, tone(value))
}

fn tone(value: i64) -> Tone {
    match value {
        1.. => Tone::Bad,
        0 => Tone::Faint,
        _ => Tone::Good,
    }
}

/// A constructor with what holds most of its objects: `Session (lib/session.js:7) ← Map ← sessions in lib/cache.js`.
fn held_class(name: &str, place: Option<&String>, cluster: &RetainerCluster) -> Cell {
    let name = match place {
        Some(place) => format!("{name} ({place})"),
        None => name.to_owned(),
    };
    held(name, &cluster.holders)
}

fn constructors(growth: &HeapGrowth) -> Table {
    let top = &growth.constructors;
    let row = |row: &ConstructorGrowth| {
        let difference = |of: fn(&ConstructorGrowth) -> (u64, u64)| {
            let (before, after) = of(row);
            after as i64 - before as i64
        };
        let mut cells = vec![
            signed_count(difference(|row| (row.before.objects, row.after.objects))),
            signed_bytes(difference(|row| (row.before.shallow, row.after.shallow))),
            signed_bytes(difference(|row| (row.before.retained, row.after.retained))),
        ];
        cells.extend(
            row.changes
                .iter()
                .flat_map(|changes| [Cell::count(changes.new), Cell::count(changes.gone)]),
        );
        cells.push(held_class(&row.after.name, row.place.as_ref(), &row.held));
        cells
    };
    let (numbers, what): (&[&str], _) = match growth.objects {
        Some(_) => (
            &["objects", "shallow", "retained", "new", "gone"],
            "constructor ← what holds most of the new ones",
        ),
        None => (
            &["objects", "shallow", "retained"],
            "constructor ← what holds most of them",
        ),
    };
    Table {
        rest: left_out(top.count - top.rows.len()),
        ..table(
            "Constructors that grew".to_owned(),
            numbers,
            what,
            top.rows.iter().map(row).collect(),
        )
    }
}

fn collections(growth: &HeapGrowth) -> Table {
    let top = &growth.collections;
    let row = |row: &CollectionGrowth| {
        vec![
            match row.before {
                Some(before) => signed_count(row.after as i64 - before as i64),
                None => Cell::Missing,
            },
            Cell::count(row.after),
            Cell::bytes(row.retained),
            Cell::text(&format!("@{}", row.id)),
            held(row.name.clone(), &row.holders),
        ]
    };
    Table {
        rest: left_out(top.count - top.rows.len()),
        ..table(
            "Collections that grew".to_owned(),
            &["change", "entries", "retained", "id"],
            "collection ← what holds it",
            top.rows.iter().map(row).collect(),
        )
    }
}

fn alive(alive: &AliveIn) -> Table {
    let top = &alive.constructors;
    let rows = top.rows.iter().map(|row| {
        vec![
            Cell::count(row.objects),
            Cell::bytes(row.shallow),
            Cell::bytes(row.retained),
            held_class(&row.name, row.place.as_ref(), &row.held),
        ]
    });
    Table {
        rest: left_out(top.count - top.rows.len()),
        ..table(
            format!(
                "New in the second heap and alive in the third, {} in all",
                Bytes(top.bytes)
            ),
            &["objects", "shallow", "retained"],
            "constructor ← what holds most of them",
            rows.collect(),
        )
    }
}
