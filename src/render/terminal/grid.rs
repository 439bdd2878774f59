//! A table as lines: which columns fit, how wide the flexible one is, and the colours.

use comfy_table::{Cell as GridCell, CellAlignment, ContentArrangement, LineStyle, TableStyle};

use super::bar::bar;
use super::path::{fit_name, fit_path};
use super::width::{beginning, columns};
use super::{Style, prose::wrapped};
use crate::escape;
use crate::render::spark::blocks;
use crate::report::{Align, Cell, Column, Table, Tone};

/// Spaces between two columns.
const GAP: usize = 2;

/// A flexible column keeps this many columns before a dispensable column is left out for it.
const FLEXIBLE_LEAST: usize = 36;

/// Less than this is never given to a flexible column, even if lines become wider than the terminal.
const FLEXIBLE_FLOOR: usize = 12;

/// Columns of a course of values.
pub(super) const SPARK_COLUMNS: usize = 24;

/// In a narrower terminal the course of values gives half of its columns to the others.
const WIDE: usize = 110;

/// The table with its title, a header, a thin rule, its rows, and what the rows not shown amount to.
pub(super) fn grid(table: &Table, style: Style) -> Vec<String> {
    let drawn: Vec<Vec<Drawn>> = draw_cells(table, style);
    let widths = widths(table, &drawn, style);
    let kept: Vec<usize> = (0..table.columns.len())
        .filter(|&place| widths[place].is_some())
        .collect();
    let rows: Vec<Vec<Drawn>> = drawn
        .into_iter()
        .map(|row| {
            row.into_iter()
                .enumerate()
                .filter_map(|(place, cell)| Some(cell.fitted(widths[place]?, style)))
                .collect()
        })
        .collect();

    let mut lines = Vec::new();
    if !table.title.is_empty() {
        lines.push(style.bold(&escape::terminal(&table.title)));
    }
    let headers: Vec<String> = kept
        .iter()
        .map(|&place| match widths[place] {
            Some(Width::Flexible(width)) => cut_header(&table.columns[place], width, style),
            _ => header(&table.columns[place]),
        })
        .collect();
    let laid_out = lay_out(table, &kept, &headers, &rows, style);
    for (place, line) in laid_out.iter().enumerate() {
        lines.push(match place {
            0 => style.bold(line.trim_end()),
            1 => style.faint(line.trim_end()),
            _ => paint(line.trim_end(), &rows[place - 2], style),
        });
    }
    if let Some(rest) = &table.rest {
        for line in wrapped("", &escape::terminal(rest), style.width) {
            lines.push(style.faint(&line));
        }
    }
    lines
}

/// A cell as text for this destination, before it is fitted to a width.
enum Drawn {
    Text(String, Tone),
    Path(Vec<String>, Tone),
}

impl Drawn {
    fn natural_width(&self, style: Style) -> usize {
        match self {
            Drawn::Text(text, _) => columns(text),
            Drawn::Path(names, _) => {
                names.iter().map(|name| columns(name)).sum::<usize>()
                    + names.len().saturating_sub(1) * columns(style.arrow())
            }
        }
    }

    fn fitted(self, width: Width, style: Style) -> Drawn {
        match (self, width) {
            (Drawn::Text(text, tone), Width::Flexible(width)) => {
                Drawn::Text(fit_name(&text, width, style), tone)
            }
            (Drawn::Path(names, tone), Width::Flexible(width)) => {
                Drawn::Text(fit_path(&names, width, style), tone)
            }
            (Drawn::Path(names, tone), Width::Fixed) => {
                Drawn::Text(names.join(style.arrow()), tone)
            }
            (text, Width::Fixed) => text,
        }
    }

    fn text(&self) -> &str {
        match self {
            Drawn::Text(text, _) => text,
            Drawn::Path(..) => "",
        }
    }
}

fn draw_cells(table: &Table, style: Style) -> Vec<Vec<Drawn>> {
    let shrinks: Vec<bool> = (0..table.columns.len())
        .map(|place| {
            table
                .rows
                .iter()
                .any(|row| matches!(row.get(place), Some(Cell::Bar(value, _)) if *value < 0.0))
        })
        .collect();
    let draw = |cell: &Cell, both_sides: bool| match cell {
        Cell::Missing => Drawn::Text(String::new(), Tone::Plain),
        Cell::Text(text, tone) | Cell::Number(text, _, tone) => {
            Drawn::Text(escape::terminal(text.trim()).into_owned(), *tone)
        }
        Cell::Path(names, tone) => Drawn::Path(
            names
                .iter()
                .map(|name| escape::terminal(name).into_owned())
                .collect(),
            *tone,
        ),
        Cell::Bar(value, tone) => Drawn::Text(bar(*value, both_sides, style.unicode), *tone),
        Cell::Spark(values, tone) => {
            let columns = match style.width < WIDE {
                true => SPARK_COLUMNS / 2,
                false => SPARK_COLUMNS,
            };
            Drawn::Text(blocks(values, columns, style.unicode), *tone)
        }
    };
    table
        .rows
        .iter()
        .map(|row| {
            (0..table.columns.len())
                .map(|place| draw(row.get(place).unwrap_or(&Cell::Missing), shrinks[place]))
                .collect()
        })
        .collect()
}

#[derive(Clone, Copy)]
enum Width {
    Fixed,
    Flexible(usize),
}

/// The width of each column, `None` for those left out: the highest `dispensable` first, from the right.
fn widths(table: &Table, rows: &[Vec<Drawn>], style: Style) -> Vec<Option<Width>> {
    let natural: Vec<usize> = table
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            rows.iter()
                .map(|row| row[place].natural_width(style))
                .max()
                .unwrap_or(0)
                .max(columns(&header(column)))
        })
        .collect();
    let mut kept: Vec<usize> = (0..natural.len()).collect();
    let needed = |kept: &[usize], flexible_least: usize| -> usize {
        kept.iter()
            .map(|&place| {
                if table.columns[place].flexible {
                    natural[place].min(flexible_least)
                } else {
                    natural[place]
                }
            })
            .sum::<usize>()
            + GAP * kept.len().saturating_sub(1)
    };
    while needed(&kept, FLEXIBLE_LEAST) > style.width {
        let first_to_go = kept
            .iter()
            .enumerate()
            .map(|(at, &place)| (table.columns[place].dispensable, at))
            .max();
        match first_to_go {
            Some((1.., at)) => kept.remove(at),
            _ => break,
        };
    }

    let mut flexible: Vec<usize> = kept
        .iter()
        .copied()
        .filter(|&place| table.columns[place].flexible)
        .collect();
    let mut room = style.width.saturating_sub(needed(&kept, 0));
    let mut widths = vec![None; natural.len()];
    for &place in &kept {
        widths[place] = Some(Width::Fixed);
    }
    // The column that needs least is served first: what it leaves over goes to the others.
    flexible.sort_by_key(|&place| natural[place]);
    for (at, &place) in flexible.iter().enumerate() {
        let share = room / (flexible.len() - at);
        let width = share.max(FLEXIBLE_FLOOR).min(natural[place]);
        widths[place] = Some(Width::Flexible(width));
        room = room.saturating_sub(width);
    }
    widths
}

fn header(column: &Column) -> String {
    escape::terminal(column.title.trim()).into_owned()
}

/// A header is a phrase: its beginning says what it is.
fn cut_header(column: &Column, width: usize, style: Style) -> String {
    let header = header(column);
    if columns(&header) <= width {
        return header;
    }
    let room = width.saturating_sub(columns(style.ellipsis()));
    format!(
        "{}{}",
        beginning(&header, room).trim_end(),
        style.ellipsis()
    )
}

fn lay_out(
    table: &Table,
    kept: &[usize],
    headers: &[String],
    rows: &[Vec<Drawn>],
    style: Style,
) -> Vec<String> {
    let rule = if style.unicode { '─' } else { '-' };
    let alignment = |column: &Column| match column.align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    };
    let mut out = comfy_table::Table::new();
    out.force_no_tty()
        .set_content_arrangement(ContentArrangement::Disabled)
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill(rule)));
    let cell = |place: usize, text: &str| {
        GridCell::new(text).set_alignment(alignment(&table.columns[place]))
    };
    out.set_header(
        kept.iter()
            .zip(headers)
            .map(|(&place, header)| cell(place, header))
            .collect::<Vec<_>>(),
    );
    for row in rows {
        out.add_row(
            kept.iter()
                .zip(row)
                .map(|(&place, drawn)| cell(place, drawn.text()))
                .collect::<Vec<_>>(),
        );
    }
    for (at, column) in out.column_iter_mut().enumerate() {
        let gap = if at + 1 < kept.len() { GAP as u16 } else { 0 };
        column.set_padding((0, gap));
    }
    out.lines().collect()
}

/// The line with each cell in its tone. The cells come in order and begin and end with something visible, so they are
/// found by walking over the spaces between them.
fn paint(line: &str, row: &[Drawn], style: Style) -> String {
    if !style.color {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len() * 2);
    let mut left = line;
    for cell in row {
        let Drawn::Text(text, tone) = cell else {
            continue;
        };
        let text = text.trim();
        let rest = left.trim_start_matches(' ');
        let Some(after) = rest.strip_prefix(text).filter(|_| !text.is_empty()) else {
            continue;
        };
        out.push_str(&left[..left.len() - rest.len()]);
        match text.split_once(style.arrow()) {
            // The function to blame stands out, its callers step back.
            Some((leaf, _)) => {
                out.push_str(&style.tone(*tone, leaf));
                out.push_str(&style.faint(&text[leaf.len()..]));
            }
            None => out.push_str(&style.tone(*tone, text)),
        }
        left = after;
    }
    out.push_str(left);
    out
}
