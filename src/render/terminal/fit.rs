//! A table and a width -> which columns are shown, and how wide each is.

use crate::escape;
use crate::report::{Cell, Table};

use super::super::{bar, shorten};

/// Spaces between two columns.
pub(super) const GAP: usize = 2;
/// What a column with names should have at least.
const FLEXIBLE: usize = 36;
/// What it has when nothing more can be spared.
const LEAST_FLEXIBLE: usize = 12;

/// The columns that are shown, each with its width.
pub(super) fn fit(table: &Table, width: usize) -> Vec<(usize, usize)> {
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|index| natural_width(table, index))
        .collect();
    let mut shown: Vec<usize> = (0..table.columns.len())
        // A column in which nothing is known has nothing to say.
        .filter(|&index| !is_empty(table, index))
        .collect();
    while needed(table, &shown, &widths) > width {
        let sparable = shown
            .iter()
            .enumerate()
            .filter(|&(_, &index)| table.columns[index].dispensable > 0)
            .max_by_key(|&(_, &index)| table.columns[index].dispensable);
        match sparable {
            Some((position, _)) => shown.remove(position),
            None => break,
        };
    }
    share_out(table, &shown, &widths, width)
}

/// Whether a column has a bar to the left, so that its bars are drawn about a centre.
pub(super) fn has_negative_bar(table: &Table, index: usize) -> bool {
    table
        .rows
        .iter()
        .any(|row| matches!(row.get(index), Some(Cell::Bar(share, _)) if *share < 0.0))
}

/// The flexible columns share what the others leave: a narrow one takes what it needs, the wide ones the same each.
fn share_out(
    table: &Table,
    shown: &[usize],
    widths: &[usize],
    width: usize,
) -> Vec<(usize, usize)> {
    let fixed: usize = shown
        .iter()
        .filter(|&&index| !table.columns[index].flexible)
        .map(|&index| widths[index])
        .sum();
    let mut room = width.saturating_sub(fixed + GAP * shown.len().saturating_sub(1));
    let mut flexible: Vec<usize> = shown
        .iter()
        .copied()
        .filter(|&index| table.columns[index].flexible)
        .collect();
    flexible.sort_by_key(|&index| widths[index]);
    let mut result: Vec<(usize, usize)> =
        shown.iter().map(|&index| (index, widths[index])).collect();
    for (done, &index) in flexible.iter().enumerate() {
        let fair = (room / (flexible.len() - done)).max(LEAST_FLEXIBLE);
        let given = widths[index].min(fair);
        room = room.saturating_sub(given);
        for entry in result.iter_mut().filter(|entry| entry.0 == index) {
            entry.1 = given;
        }
    }
    result
}

fn needed(table: &Table, shown: &[usize], widths: &[usize]) -> usize {
    let columns: usize = shown
        .iter()
        .map(|&index| {
            if table.columns[index].flexible {
                widths[index].min(FLEXIBLE)
            } else {
                widths[index]
            }
        })
        .sum();
    columns + GAP * shown.len().saturating_sub(1)
}

fn is_empty(table: &Table, index: usize) -> bool {
    table
        .rows
        .iter()
        .all(|row| matches!(row.get(index), None | Some(Cell::Missing)))
}

fn natural_width(table: &Table, index: usize) -> usize {
    let centred = has_negative_bar(table, index);
    let cells = table.rows.iter().map(|row| match row.get(index) {
        None | Some(Cell::Missing) => 0,
        Some(Cell::Text(text, _) | Cell::Number(text, ..)) => {
            shorten::text_width(&escape::terminal(text))
        }
        Some(Cell::Path(frames, _)) => {
            let names: usize = frames
                .iter()
                .map(|frame| shorten::text_width(&escape::terminal(frame)))
                .sum();
            names + shorten::text_width(shorten::CALLED_BY) * frames.len().saturating_sub(1)
        }
        Some(Cell::Bar(..)) if centred => shorten::text_width(&bar::about_centre(1.0)),
        Some(Cell::Bar(..)) => shorten::text_width(&bar::from_left(1.0)),
    });
    let title = shorten::text_width(&escape::terminal(&table.columns[index].title));
    cells.chain([title]).max().unwrap_or(0)
}
