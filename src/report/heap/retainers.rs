//! The statement about who holds some objects.

use crate::analysis::heap::retainers::{RetainerCluster, Retainers};
use crate::notes::Notes;
use crate::units::{Bytes, Count};

use super::rows::{held, table};
use crate::report::table::left_out;
use crate::report::{Cell, Document, Fact, Part, Section, Table, Tone};

/// Everything that is said about who holds some objects.
#[derive(Debug, Clone, PartialEq)]
pub struct RetainersReport {
    /// The file, as it was given.
    pub filepath: String,
    /// What was found.
    pub retainers: Retainers,
}

impl RetainersReport {
    /// The statement for people.
    pub fn document(&self) -> Document {
        let found = &self.retainers;
        let fact = |label: &str, text: String| Fact {
            label: label.to_owned(),
            text,
        };
        let mut body = vec![Part::Table(self.table())];
        body.extend(
            found
                .clusters
                .rows
                .first()
                .filter(|cluster| !cluster.holders.is_empty())
                .map(|cluster| full_path(cluster, &found.name))
                .map(Part::Section),
        );
        Document {
            title: format!("Who holds {} in {}", found.name, self.filepath),
            verdict: None,
            facts: vec![
                fact("objects", Count(found.objects).to_string()),
                fact("shallow", Bytes(found.shallow).to_string()),
                fact("retained", Bytes(found.retained).to_string()),
                fact(
                    "held in",
                    match found.clusters.count {
                        1 => "one way".to_owned(),
                        ways => format!("{} ways", Count(ways as u64)),
                    },
                ),
            ],
            body,
            recommendations: Vec::new(),
            notes: Notes::default(),
        }
    }

    fn table(&self) -> Table {
        let found = &self.retainers;
        let top = &found.clusters;
        let row = |cluster: &RetainerCluster| {
            vec![
                Cell::count(cluster.objects),
                Cell::bytes(cluster.retained),
                Cell::bytes(cluster.shallow),
                Cell::text(&format!("@{}", cluster.example)),
                match cluster.holders.split_first() {
                    Some((first, others)) => held(first.clone(), others),
                    None => Cell::text("nothing holds them: garbage, or a root itself"),
                },
            ]
        };
        Table {
            rest: left_out(top.count - top.rows.len()),
            ..table(
                "Shortest ways to the roots".to_owned(),
                &["objects", "retained", "shallow", "one of them"],
                "holders, the nearest first",
                top.rows.iter().map(row).collect(),
            )
        }
    }
}

/// The way of the first cluster in full, from the root down to the objects.
fn full_path(cluster: &RetainerCluster, name: &str) -> Section {
    let mut path: Vec<String> = cluster.holders.iter().rev().cloned().collect();
    path.push(name.to_owned());
    Section {
        title: "The first of them, from the root down".to_owned(),
        subject: None,
        tone: Tone::Plain,
        facts: Vec::new(),
        course: Vec::new(),
        path,
        points: Vec::new(),
    }
}
