//! A document for a terminal or a log: as wide as it is told, coloured if it is told.

mod fit;
mod wrap;

use std::fmt::Write;

use comfy_table::{Attribute, CellAlignment, Color, ContentArrangement, presets};

use crate::escape;
use crate::report::{Align, Cell, Column, Document, Table, Tone, Verdict};

use super::{bar, shorten};

/// How a document is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to send colours.
    pub color: bool,
}

/// Below this nothing can be arranged: the terminal wraps then.
const LEAST_WIDTH: usize = 40;
/// Sentences are no wider than this: the eye loses longer lines.
const PROSE: usize = 120;

/// A document as lines of text.
pub fn render(document: &Document, style: Style) -> String {
    let style = Style {
        width: style.width.clamp(LEAST_WIDTH, u16::MAX as usize),
        ..style
    };
    let mut page = Page {
        out: String::new(),
        style,
    };
    page.title(&document.title);
    if let Some(verdict) = &document.verdict {
        page.verdict(verdict);
    }
    page.facts(document);
    for table in &document.tables {
        page.table(table);
    }
    page.hints(document);
    page.out
}

struct Page {
    out: String,
    style: Style,
}

impl Page {
    fn title(&mut self, title: &str) {
        for line in wrap::wrap(&escape::terminal(title), self.style.width) {
            let line = self.paint(&line, Tone::Plain, true);
            self.line(&line);
        }
    }

    fn verdict(&mut self, verdict: &Verdict) {
        self.gap();
        let word = escape::terminal(&verdict.word);
        let text = format!("{word}: {}", escape::terminal(&verdict.sentence));
        let painted = self.paint(&format!("{word}:"), verdict.tone, true);
        for (index, line) in wrap::wrap(&text, self.style.width.min(PROSE))
            .iter()
            .enumerate()
        {
            // The word holds no space, so it is whole at the start of the first line.
            match line.strip_prefix(&format!("{word}:")) {
                Some(rest) if index == 0 => self.line(&format!("{painted}{rest}")),
                _ => self.line(line),
            }
        }
        for evidence in &verdict.evidence {
            self.hanging("  - ", Tone::Plain, evidence, true);
        }
    }

    fn facts(&mut self, document: &Document) {
        let labels: Vec<_> = document
            .facts
            .iter()
            .map(|fact| escape::terminal(&fact.label))
            .collect();
        let widest = labels.iter().map(|label| shorten::text_width(label)).max();
        let Some(widest) = widest else { return };
        self.gap();
        for (fact, label) in document.facts.iter().zip(&labels) {
            let pad = " ".repeat(widest - shorten::text_width(label) + 2);
            self.hanging(&format!("{label}{pad}"), Tone::Faint, &fact.text, true);
        }
    }

    fn table(&mut self, table: &Table) {
        self.gap();
        let title = self.paint(&escape::terminal(&table.title), Tone::Plain, true);
        self.line(&title);
        if !table.rows.is_empty() {
            let text = self.table_text(table);
            for line in text.lines() {
                self.line(line.trim_end());
            }
        }
        if let Some(rest) = &table.rest {
            for line in wrap::wrap(&escape::terminal(rest), self.style.width) {
                let line = self.paint(&line, Tone::Faint, false);
                self.line(&line);
            }
        }
    }

    fn table_text(&self, table: &Table) -> String {
        let columns: Vec<(usize, usize)> = fit::fit(table, self.style.width);
        let mut out = comfy_table::Table::new();
        out.load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        if self.style.color {
            out.enforce_styling();
            out.style_text_only();
        } else {
            out.force_no_tty();
        }
        out.set_header(columns.iter().map(|&(index, width)| {
            let column = &table.columns[index];
            let title = shorten::middle(&escape::terminal(&column.title), width);
            aligned(title, column).add_attribute(Attribute::Bold)
        }));
        let centred: Vec<bool> = (0..table.columns.len())
            .map(|index| fit::has_negative_bar(table, index))
            .collect();
        for row in &table.rows {
            out.add_row(columns.iter().map(|&(index, width)| {
                let (text, tone) = match row.get(index) {
                    Some(cell) => cell_text(cell, width, centred[index]),
                    None => (String::new(), Tone::Plain),
                };
                let cell = aligned(text, &table.columns[index]);
                match color(tone) {
                    Some((color, _)) => cell.fg(color),
                    None => cell,
                }
            }));
        }
        for column in out.column_iter_mut() {
            column.set_padding((0, fit::GAP as u16));
        }
        out.to_string()
    }

    fn hints(&mut self, document: &Document) {
        if !document.recommendations.is_empty() {
            self.gap();
        }
        for next in &document.recommendations {
            // Commands to be copied are never shortened.
            self.hanging("next: ", Tone::Good, next, false);
        }
        if !document.notes.is_empty() {
            self.gap();
        }
        for note in document.notes.iter() {
            self.hanging("note: ", Tone::Warning, &note.to_string(), true);
        }
    }

    /// A label, and beside it a text that keeps to the right of the label.
    fn hanging(&mut self, label: &str, tone: Tone, text: &str, shorten_words: bool) {
        let indent = shorten::text_width(label);
        let width = self.style.width.min(PROSE).saturating_sub(indent).max(20);
        let text = escape::terminal(text);
        let lines = if shorten_words {
            wrap::wrap(&text, width)
        } else {
            wrap::wrap_whole(&text, width)
        };
        let label = self.paint(label, tone, false);
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                self.line(&format!("{label}{line}"));
            } else {
                self.line(&format!("{:indent$}{line}", ""));
            }
        }
    }

    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn paint(&self, text: &str, tone: Tone, bold: bool) -> String {
        if !self.style.color || (color(tone).is_none() && !bold) {
            return text.to_owned();
        }
        let mut out = String::new();
        if bold {
            out.push_str("\x1b[1m");
        }
        if let Some((_, code)) = color(tone) {
            // Writing to a string does not fail.
            let _ = write!(out, "\x1b[38;5;{code}m");
        }
        out + text + "\x1b[0m"
    }
}

/// The colour of a tone, for the table and by its number. From the palette of 16, which people adapt to their background.
fn color(tone: Tone) -> Option<(Color, u8)> {
    match tone {
        Tone::Plain => None,
        Tone::Good => Some((Color::DarkGreen, 2)),
        Tone::Warning => Some((Color::DarkYellow, 3)),
        Tone::Bad => Some((Color::DarkRed, 1)),
        Tone::Faint => Some((Color::DarkGrey, 8)),
    }
}

fn aligned(text: String, column: &Column) -> comfy_table::Cell {
    comfy_table::Cell::new_owned(text).set_alignment(match column.align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    })
}

/// What a cell says in at most `width` columns; a number is never cut.
fn cell_text(cell: &Cell, width: usize, centred_bar: bool) -> (String, Tone) {
    match cell {
        Cell::Missing => (String::new(), Tone::Plain),
        Cell::Text(text, tone) => (shorten::name(&escape::terminal(text), width), *tone),
        Cell::Number(text, _, tone) => (escape::terminal(text).into_owned(), *tone),
        Cell::Path(frames, tone) => {
            let frames: Vec<_> = frames.iter().map(|frame| escape::terminal(frame)).collect();
            (shorten::path(&frames, width), *tone)
        }
        Cell::Bar(share, tone) if centred_bar => (bar::about_centre(*share), *tone),
        Cell::Bar(share, tone) => (bar::from_left(*share), *tone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::{NoteKind, Notes};
    use crate::report::Fact;

    fn column(title: &str, align: Align, dispensable: u8, flexible: bool) -> Column {
        Column {
            title: title.to_owned(),
            align,
            dispensable,
            flexible,
        }
    }

    fn number(text: &str, value: f64, tone: Tone) -> Cell {
        Cell::Number(text.to_owned(), value, tone)
    }

    fn path(frames: &[&str]) -> Cell {
        Cell::Path(frames.iter().map(|&f| f.to_owned()).collect(), Tone::Plain)
    }

    fn document() -> Document {
        let mut notes = Notes::default();
        notes.add_many(NoteKind::CutName, 3, || "x\x1b[2J".to_owned());
        Document {
            title: "a.pb.gz -> b.pb.gz".to_owned(),
            verdict: Some(Verdict {
                word: "leaking".to_owned(),
                tone: Tone::Bad,
                sentence: "One call path grew and frees nothing.".to_owned(),
                evidence: vec!["main.leak grew by +13.7 MiB, 12 times its noise.".to_owned()],
            }),
            facts: vec![
                Fact {
                    label: "period".to_owned(),
                    text: "512 KiB".to_owned(),
                },
                Fact {
                    label: "in use".to_owned(),
                    text: "20.0 MiB → 33.7 MiB".to_owned(),
                },
            ],
            tables: vec![Table {
                title: "What changed".to_owned(),
                columns: vec![
                    column("delta", Align::Right, 0, false),
                    column("", Align::Left, 3, false),
                    column("before", Align::Right, 2, false),
                    column("q", Align::Right, 1, false),
                    column("call path", Align::Left, 0, true),
                ],
                rows: vec![
                    vec![
                        number("+13.7 MiB", 13.7, Tone::Bad),
                        Cell::Bar(1.0, Tone::Bad),
                        number("20.0 MiB", 20.0, Tone::Plain),
                        number("<0.001", 0.0, Tone::Plain),
                        path(&["main.leak", "main.serve", "net/http.(*conn).serve"]),
                    ],
                    vec![
                        number("-900 KiB", -0.9, Tone::Good),
                        Cell::Bar(-0.07, Tone::Good),
                        Cell::Missing,
                        Cell::Missing,
                        path(&["github.com/acme/service/internal/store/cache.(*Cache).Put"]),
                    ],
                ],
                rest: Some("and 12 more, +1.00 KiB together".to_owned()),
            }],
            recommendations: vec!["Look at main.leak.".to_owned()],
            notes,
        }
    }

    fn plain(document: &Document, width: usize) -> String {
        render(
            document,
            Style {
                width,
                color: false,
            },
        )
    }

    #[test]
    fn a_document_says_its_verdict_first_and_its_notes_last() {
        assert_eq!(
            plain(&document(), 120),
            "\
a.pb.gz -> b.pb.gz

leaking: One call path grew and frees nothing.
  - main.leak grew by +13.7 MiB, 12 times its noise.

period  512 KiB
in use  20.0 MiB → 33.7 MiB

What changed
    delta                 before       q  call path
+13.7 MiB       │█████  20.0 MiB  <0.001  main.leak ← main.serve ← net/http.(*conn).serve
 -900 KiB      ▕│                         github.com/acme/service/internal/store/cache.(*Cache).Put
and 12 more, +1.00 KiB together

next: Look at main.leak.

note: names cut to what fabric keeps (3, first: x\\u{1b}[2J)
"
        );
    }

    #[test]
    fn a_narrow_terminal_loses_the_columns_that_can_be_spared() {
        let text = plain(&document(), 60);
        let table: Vec<&str> = text.lines().skip(9).take(3).collect();
        assert_eq!(
            table,
            [
                "    delta       q  call path",
                "+13.7 MiB  <0.001  main.leak ← main.serve ← net/h…onn).serve",
                " -900 KiB          github.com/…/cache.(*Cache).Put",
            ]
        );
    }

    #[test]
    fn no_line_is_too_wide_and_none_ends_in_a_space() {
        let mut document = document();
        let hostile = "<T>".repeat(5000) + "\u{202e}\x07\n";
        document.tables[0].rows[1][4] = path(&[&hostile, &hostile]);
        document.facts[0].text = hostile.clone();
        for width in [60, 80, 120, 200] {
            let text = plain(&document, width);
            for line in text.lines() {
                assert!(shorten::text_width(line) <= width, "{width}: {line}");
                assert_eq!(line, line.trim_end());
                assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'));
            }
        }
    }

    #[test]
    fn a_verdict_is_bold_in_its_tone_where_colours_are_wanted() {
        let text = render(
            &document(),
            Style {
                width: 80,
                color: true,
            },
        );
        assert!(text.contains("\x1b[1m\x1b[38;5;1mleaking:\x1b[0m One"));
    }
}
