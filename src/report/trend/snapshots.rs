//! All snapshots of a series as a table.

use super::super::input::called;
use super::super::{Align, Cell, Column, RowOrder, Table, Tone};
use super::{SnapshotPoint, TrendReport};
use crate::units::{MS_PER_HOUR, Span};

impl TrendReport {
    pub(super) fn snapshot_table(&self) -> Option<Table> {
        let first = self.snapshots.first()?;
        let any = |is_known: fn(&SnapshotPoint) -> bool| self.snapshots.iter().any(is_known);
        // What no snapshot knows has no column.
        let runs = any(|point| point.run > 0);
        let objects = any(|point| point.input.inuse_objects.is_some()) && self.is_bytes;
        let resident = any(|point| point.resident_bytes.is_some());
        let trigger = any(|point| point.input.trigger.is_some());
        let unjudged = any(|point| !point.judged);

        let dated = first.timestamp_ms.is_some();
        let mut columns = vec![Column::new("#", Align::Right, 0)];
        if dated || self.has_time {
            let title = if dated {
                "time (UTC)"
            } else {
                "after the first"
            };
            columns.push(Column::new(title, Align::Left, 0));
        }
        columns.push(Column::new(
            called(&self.value_name, self.is_bytes),
            Align::Right,
            0,
        ));
        columns.push(Column::new("change", Align::Right, 1));
        let optional = [
            (objects, "objects", Align::Right),
            (resident, "resident", Align::Right),
            (runs, "run", Align::Right),
            (unjudged, "judged", Align::Left),
            (trigger, "trigger", Align::Left),
        ];
        for (is_known, title, align) in optional {
            if is_known {
                columns.push(Column::new(title, align, 2));
            }
        }
        columns.push(Column::flexible("file"));

        let rows = (0..self.snapshots.len())
            .map(|index| {
                let point = &self.snapshots[index];
                let before = index.checked_sub(1).map(|before| &self.snapshots[before]);
                let mut cells = vec![Cell::count(index as u64 + 1)];
                if dated || self.has_time {
                    cells.push(time(point, point.at - first.at));
                }
                cells.push(Cell::amount(point.total, self.is_bytes, Tone::Plain));
                cells.push(self.change(before, point));
                if objects {
                    cells.push(point.input.inuse_objects.map_or(Cell::Missing, Cell::count));
                }
                if resident {
                    cells.push(point.resident_bytes.map_or(Cell::Missing, Cell::bytes));
                }
                if runs {
                    cells.push(Cell::count(u64::from(point.run) + 1));
                }
                if unjudged {
                    cells.push(match point.judged {
                        true => Cell::Text("yes".to_owned(), Tone::Plain),
                        false => Cell::Text("no, coming up".to_owned(), Tone::Faint),
                    });
                }
                if trigger {
                    let trigger = point.input.trigger.as_deref();
                    cells.push(trigger.map_or(Cell::Missing, Cell::text));
                }
                cells.push(Cell::Text(point.input.filename.clone(), Tone::Faint));
                cells
            })
            .collect();
        Some(Table {
            title: "All snapshots".to_owned(),
            columns,
            rows,
            rest: None,
            order: RowOrder::Time,
        })
    }

    fn change(&self, before: Option<&SnapshotPoint>, point: &SnapshotPoint) -> Cell {
        match before {
            None => Cell::Missing,
            Some(before) if before.run != point.run => {
                Cell::Text("restart".to_owned(), Tone::Faint)
            }
            Some(before) => {
                let change = point.total as i64 - before.total as i64;
                Cell::change(change, self.is_bytes, Tone::Plain)
            }
        }
    }
}

fn time(point: &SnapshotPoint, after: f64) -> Cell {
    let Some(ms) = point.timestamp_ms else {
        let after = Span((after * MS_PER_HOUR).round() as i64);
        return Cell::Number(after.to_string(), after.0 as f64, Tone::Plain);
    };
    match super::time_text(ms) {
        Some(text) => Cell::Number(
            text.trim_end_matches(" UTC").to_owned(),
            ms as f64,
            Tone::Plain,
        ),
        None => Cell::Missing,
    }
}
