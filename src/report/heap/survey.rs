//! The tables about one heap.

use crate::analysis::heap::{CodeSite, Constructor, HeapSurvey, Top};
use crate::units::Bytes;

use super::rows::{held, table};
use crate::report::table::left_out;
use crate::report::{Cell, Part, Table};

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

fn kinds(survey: &HeapSurvey) -> Table {
    let rows = survey.kinds.rows.iter().map(|kind| {
        vec![
            Cell::bytes(kind.bytes),
            Cell::share(kind.bytes, survey.kinds.bytes),
            Cell::count(kind.objects),
            Cell::text(kind.name),
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
            Cell::bytes(row.retained),
            Cell::share(row.retained, whole),
            Cell::bytes(row.shallow),
            Cell::count(row.objects),
            Cell::text(&row.name),
        ]
    });
    Table {
        rest: left_out(top.count - top.rows.len()),
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
            Cell::bytes(row.retained),
            Cell::share(row.retained, top.bytes),
            Cell::bytes(row.shallow),
            Cell::text(&format!("@{}", row.id)),
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
            Cell::count(row.entries),
            Cell::bytes(row.retained),
            Cell::bytes(row.shallow),
            Cell::text(&format!("@{}", row.id)),
            held(row.name.clone(), &row.holders),
        ]
    });
    Table {
        rest: left_out(top.count - top.rows.len()),
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
            Cell::bytes(row.wasted),
            Cell::count(row.objects),
            Cell::bytes(row.bytes),
            held(format!("{:?}", row.text), &row.holders),
        ]
    });
    Table {
        rest: left_out(top.count - top.rows.len()),
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
            Cell::bytes(row.retained),
            Cell::bytes(row.shallow),
            Cell::count(row.objects),
            held(row.name.clone(), &row.holders),
        ]
    });
    Table {
        rest: left_out(top.count - top.rows.len()),
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
            Cell::count(row.objects),
            Cell::bytes(row.shallow),
            Cell::bytes(row.retained),
            Cell::text(&format!(
                "{} ({}:{}:{})",
                row.name, row.script, row.line, row.column
            )),
        ]
    });
    Table {
        rest: left_out(top.count - top.rows.len()),
        ..table(
            title.to_owned(),
            &["closures", "shallow", "retained"],
            "function",
            rows.collect(),
        )
    }
}
