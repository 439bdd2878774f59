//! A document for an issue or a pull request: GitHub flavoured Markdown.

use crate::escape;
use crate::report::{Align, Cell, Document, Table, Tone};

use super::shorten;

/// A page is as wide as it is: more callers than this are a wall of text.
const MOST_FRAMES: usize = 8;
/// Longer names say no more.
const LONGEST_NAME: usize = 160;

/// A document as Markdown.
pub fn markdown(document: &Document) -> String {
    let mut out = format!("## {}\n", escape::markdown(&document.title));
    if let Some(verdict) = &document.verdict {
        out.push_str(&format!(
            "\n{} **{}**: {}\n",
            sign(verdict.tone),
            escape::markdown(&verdict.word),
            escape::markdown(&verdict.sentence)
        ));
        list(&mut out, "", &verdict.evidence);
    }
    let facts: Vec<(&str, &str)> = document
        .facts
        .iter()
        .map(|fact| (fact.label.as_str(), fact.text.as_str()))
        .collect();
    if !facts.is_empty() {
        out.push_str("\n| | |\n| --- | --- |\n");
    }
    for (label, text) in facts {
        out.push_str(&format!(
            "| {} | {} |\n",
            escape::markdown(label),
            escape::markdown(text)
        ));
    }
    for one in &document.tables {
        table(&mut out, one);
    }
    list(&mut out, "\n### Next\n", &document.recommendations);
    let notes: Vec<String> = document.notes.iter().map(ToString::to_string).collect();
    list(&mut out, "\n### Notes\n", &notes);
    out
}

fn table(out: &mut String, table: &Table) {
    out.push_str(&format!("\n### {}\n", escape::markdown(&table.title)));
    // A bar is a picture of a number that stands beside it.
    let shown: Vec<usize> = (0..table.columns.len())
        .filter(|&index| {
            !table
                .rows
                .iter()
                .any(|row| matches!(row.get(index), Some(Cell::Bar(..))))
        })
        .collect();
    if !table.rows.is_empty() && !shown.is_empty() {
        out.push('\n');
        line(
            out,
            shown
                .iter()
                .map(|&index| escape::markdown(&table.columns[index].title).into_owned()),
        );
        line(
            out,
            shown.iter().map(|&index| match table.columns[index].align {
                Align::Left => "---".to_owned(),
                Align::Right => "---:".to_owned(),
            }),
        );
        for row in &table.rows {
            line(
                out,
                shown
                    .iter()
                    .map(|&index| row.get(index).map_or_else(String::new, cell)),
            );
        }
    }
    if let Some(rest) = &table.rest {
        out.push_str(&format!("\n{}\n", escape::markdown(rest)));
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Missing | Cell::Bar(..) => String::new(),
        Cell::Text(text, _) => escape::markdown(&shorten::name(text, LONGEST_NAME)).into_owned(),
        Cell::Number(text, ..) => escape::markdown(text).into_owned(),
        Cell::Path(frames, _) => {
            let mut names: Vec<String> = frames
                .iter()
                .take(MOST_FRAMES)
                .map(|frame| escape::markdown(&shorten::name(frame, LONGEST_NAME)).into_owned())
                .collect();
            if frames.len() > MOST_FRAMES {
                names.push("…".to_owned());
            }
            names.join(shorten::CALLED_BY)
        }
    }
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for cell in cells {
        out.push_str("| ");
        out.push_str(&cell);
        out.push(' ');
    }
    out.push_str("|\n");
}

fn list(out: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    out.push_str(title);
    out.push('\n');
    for item in items {
        out.push_str(&format!("- {}\n", escape::markdown(item)));
    }
}

/// Markdown has no colours.
fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "🔴",
        Tone::Warning => "🟡",
        Tone::Good => "🟢",
        Tone::Plain | Tone::Faint => "⚪",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::{NoteKind, Notes};
    use crate::report::{Column, Fact, Verdict};

    #[test]
    fn a_document_is_a_comment_that_can_be_pasted() {
        let mut notes = Notes::default();
        notes.add(NoteKind::FewSamples, String::new);
        let column = |title: &str, align, flexible| Column {
            title: title.to_owned(),
            align,
            dispensable: 0,
            flexible,
        };
        let document = Document {
            title: "a_1 -> b_2".to_owned(),
            verdict: Some(Verdict {
                word: "leaking".to_owned(),
                tone: Tone::Bad,
                sentence: "It grows.".to_owned(),
                evidence: vec!["main.leak grew.".to_owned()],
            }),
            facts: vec![Fact {
                label: "period".to_owned(),
                text: "512 KiB".to_owned(),
            }],
            tables: vec![Table {
                title: "What changed".to_owned(),
                columns: vec![
                    column("delta", Align::Right, false),
                    column("", Align::Left, false),
                    column("call path", Align::Left, true),
                ],
                rows: vec![vec![
                    Cell::Number("+13.7 MiB".to_owned(), 13.7, Tone::Bad),
                    Cell::Bar(1.0, Tone::Bad),
                    Cell::Path(
                        vec!["a|b</script>".to_owned(), "Vec<T>".to_owned()],
                        Tone::Plain,
                    ),
                ]],
                rest: Some("and 2 more".to_owned()),
            }],
            recommendations: vec!["Look.".to_owned()],
            notes,
        };
        assert_eq!(
            markdown(&document),
            "\
## a\\_1 -&gt; b\\_2

🔴 **leaking**: It grows.

- main.leak grew.

| | |
| --- | --- |
| period | 512 KiB |

### What changed

| delta | call path |
| ---: | --- |
| +13.7 MiB | a\\|b&lt;/script&gt; ← Vec&lt;T&gt; |

and 2 more

### Next

- Look.

### Notes

- few sampled objects: wide error bars
"
        );
    }
}
