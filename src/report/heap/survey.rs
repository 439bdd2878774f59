//! The tables about one heap.

use crate::analysis::heap::{CodeSite, Constructor, HeapSurvey, Top};
use crate::units::{Bytes, Share};

use super::{bytes, count, held, rest, table, text};
use crate::report::{Cell, Part, Table, Tone};

/// The tables about one heap, in the order in which they are read; those without rows are left out.
pub(in crate::report) fn tables(survey: &HeapSurvey) -> Vec<Part> {
    [
        constructors(survey),
        shapes(survey),
        biggest(survey),
        collections(survey),
        duplicate_strings(survey),
        detached(survey),
        listeners(survey),
        functions(survey),
        kinds(survey),
    ]
    .into_iter()
    .filter(|table| !table.rows.is_empty())
    .map(Part::Table)
    .collect()
}

fn share(part: u64, whole: u64) -> Cell {
    let share = Share {
        part: part as f64,
        whole: whole as f64,
    };
    let value = match whole {
        0 => 0.0,
        whole => part as f64 / whole as f64,
    };
    Cell::Number(share.to_string(), value, Tone::Plain)
}

fn kinds(survey: &HeapSurvey) -> Table {
    let rows = survey.kinds.rows.iter().map(|kind| {
        vec![
            bytes(kind.bytes),
            share(kind.bytes, survey.kinds.bytes),
            count(kind.objects),
            text(kind.name),
        ]
    });
    table(
        "Everything by kind".to_owned(),
        &["shallow", "%", "objects"],
        "kind",
        rows.collect(),
    )
}

fn constructors(survey: &HeapSurvey) -> Table {
    by_class(
        "Constructors by retained size",
        "constructor",
        &survey.constructors,
        survey.constructors.bytes,
    )
}

fn shapes(survey: &HeapSurvey) -> Table {
    by_class(
        "Plain objects by shape",
        "shape",
        &survey.shapes,
        survey.constructors.bytes,
    )
}

fn by_class(title: &str, what: &str, top: &Top<Constructor>, whole: u64) -> Table {
    let rows = top.rows.iter().map(|row| {
        vec![
            bytes(row.retained),
            share(row.retained, whole),
            bytes(row.shallow),
            count(row.objects),
            text(&row.name),
        ]
    });
    Table {
        rest: rest(top.rows.len(), top.count),
        ..table(
            title.to_owned(),
            &["retained", "%", "shallow", "objects"],
            what,
            rows.collect(),
        )
    }
}

fn biggest(survey: &HeapSurvey) -> Table {
    let top = &survey.biggest;
    let rows = top.rows.iter().map(|row| {
        let name = match &row.place {
            Some(place) => format!("{} ({place})", row.name),
            None => row.name.clone(),
        };
        vec![
            bytes(row.retained),
            share(row.retained, top.bytes),
            bytes(row.shallow),
            text(&format!("@{}", row.id)),
            held(name, &row.holders),
        ]
    });
    table(
        "Single objects that retain most".to_owned(),
        &["retained", "%", "shallow", "id"],
        "object ← what holds it",
        rows.collect(),
    )
}

fn collections(survey: &HeapSurvey) -> Table {
    let top = &survey.collections;
    let rows = top.rows.iter().map(|row| {
        vec![
            count(row.entries),
            bytes(row.retained),
            bytes(row.shallow),
            text(&format!("@{}", row.id)),
            held(row.name.clone(), &row.holders),
        ]
    });
    Table {
        rest: rest(top.rows.len(), top.count),
        ..table(
            "Largest collections".to_owned(),
            &["entries", "retained", "shallow", "id"],
            "collection ← what holds it",
            rows.collect(),
        )
    }
}

fn duplicate_strings(survey: &HeapSurvey) -> Table {
    let top = &survey.duplicate_strings;
    let rows = top.rows.iter().map(|row| {
        vec![
            bytes(row.wasted),
            count(row.objects),
            bytes(row.bytes),
            held(format!("{:?}", row.text), &row.holders),
        ]
    });
    Table {
        rest: rest(top.rows.len(), top.count),
        ..table(
            format!(
                "Strings that are there more than once, {} wasted",
                Bytes(top.bytes)
            ),
            &["wasted", "copies", "bytes"],
            "string ← what holds one of them",
            rows.collect(),
        )
    }
}

fn detached(survey: &HeapSurvey) -> Table {
    let top = &survey.detached;
    let rows = top.rows.iter().map(|row| {
        vec![
            bytes(row.retained),
            bytes(row.shallow),
            count(row.objects),
            held(row.name.clone(), &row.holders),
        ]
    });
    Table {
        rest: rest(top.rows.len(), top.count),
        ..table(
            "Detached native objects".to_owned(),
            &["retained", "shallow", "objects"],
            "class ← what holds one of them",
            rows.collect(),
        )
    }
}

fn listeners(survey: &HeapSurvey) -> Table {
    sites("Listeners by place", &survey.listeners)
}

fn functions(survey: &HeapSurvey) -> Table {
    sites("Closures by place", &survey.functions)
}

fn sites(title: &str, top: &Top<CodeSite>) -> Table {
    let rows = top.rows.iter().map(|row| {
        vec![
            count(row.objects),
            bytes(row.shallow),
            bytes(row.retained),
            text(&format!(
                "{} ({}:{}:{})",
                row.name, row.script, row.line, row.column
            )),
        ]
    });
    Table {
        rest: rest(top.rows.len(), top.count),
        ..table(
            title.to_owned(),
            &["closures", "shallow", "retained"],
            "function",
            rows.collect(),
        )
    }
}
