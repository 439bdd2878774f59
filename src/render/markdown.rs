//! A document -> GitHub-flavoured Markdown, for a pull request, an issue or a job summary.
//!
//! Besides what Markdown gives a meaning to, GitHub turns `@name` into a mention, `::word::` into an emoji, `$x$` into a
//! formula and a web address into a link. Only inside a code span does none of that happen, so functions are code.

use std::borrow::Cow;

use crate::escape;
use crate::report::{Align, Cell, Column, Document, Table, Tone};

/// Cells are padded to the widest of their column, but not beyond this: one long name would pad all rows.
const WIDEST_PADDING: usize = 48;

/// `document` as GitHub-flavoured Markdown. Bars are left out: the number beside them says the same.
pub fn markdown(document: &Document) -> String {
    let mut sections = vec![format!("## {}", prose(&document.title))];
    if let Some(verdict) = &document.verdict {
        sections.push(format!(
            "**{}**: {}",
            escape::markdown(&verdict.word),
            prose(&verdict.sentence)
        ));
        sections.push(list(verdict.evidence.iter().map(|reason| prose(reason))));
    }
    // Another marker than that of the evidence: the same one would make both a single list.
    let facts = document.facts.iter().map(|fact| {
        format!(
            "* **{}**: {}",
            escape::markdown(&fact.label),
            prose(&fact.text)
        )
    });
    sections.push(facts.collect::<Vec<_>>().join("\n"));
    for table in &document.tables {
        sections.extend(table_sections(table));
    }
    if !document.recommendations.is_empty() {
        sections.push("### Next".to_owned());
        sections.push(list(
            document.recommendations.iter().map(|text| prose(text)),
        ));
    }
    if !document.notes.is_empty() {
        sections.push("### Notes".to_owned());
        sections.push(list(
            document.notes.iter().map(|note| prose(&note.to_string())),
        ));
    }
    sections.retain(|section| !section.is_empty());
    sections.join("\n\n") + "\n"
}

fn list(items: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = items.map(|item| format!("- {item}")).collect();
    lines.join("\n")
}

fn table_sections(table: &Table) -> Vec<String> {
    let is_bar = |place: usize| {
        let mut cells = table.rows.iter().filter_map(|row| row.get(place));
        !table.rows.is_empty() && cells.all(|cell| matches!(cell, Cell::Bar(..)))
    };
    let kept: Vec<usize> = (0..table.columns.len())
        .filter(|&place| !is_bar(place))
        .collect();
    let header = kept
        .iter()
        .map(|&place| prose(&table.columns[place].title))
        .collect();
    let body = table.rows.iter().map(|row| {
        kept.iter()
            .map(|&place| row.get(place).map_or_else(String::new, cell))
            .collect()
    });
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(body).collect();
    let columns: Vec<&Column> = kept.iter().map(|&place| &table.columns[place]).collect();

    let mut sections = Vec::new();
    if !table.title.is_empty() {
        sections.push(format!("### {}", prose(&table.title)));
    }
    if !columns.is_empty() {
        sections.push(lines(&columns, &rows));
    }
    if let Some(rest) = &table.rest {
        sections.push(prose(rest));
    }
    sections
}

fn lines(columns: &[&Column], rows: &[Vec<String>]) -> String {
    // Three dashes are the least that a column rule may have.
    let widths: Vec<usize> = (0..columns.len())
        .map(|place| {
            let widest = rows.iter().map(|row| row[place].chars().count()).max();
            widest.unwrap_or(0).clamp(3, WIDEST_PADDING)
        })
        .collect();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(columns).zip(&widths);
            join(cells.map(|((cell, column), &width)| match column.align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            }))
        })
        .collect();
    let rule = join(
        columns
            .iter()
            .zip(&widths)
            .map(|(column, &width)| match column.align {
                Align::Left => "-".repeat(width),
                Align::Right => "-".repeat(width - 1) + ":",
            }),
    );
    lines.insert(1, rule);
    lines.join("\n")
}

fn join(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text, tone) | Cell::Number(text, _, tone) => match (tone, &*prose(text)) {
            (_, "") => String::new(),
            // Markdown has no colour; what matters most is bold instead.
            (Tone::Bad, text) => format!("**{text}**"),
            (_, text) => text.to_owned(),
        },
        Cell::Path(names, _) => {
            let names: Vec<String> = names.iter().map(|name| code(name)).collect();
            names.join(" ← ")
        }
        Cell::Bar(value, _) => format!("{:+.0} %", value * 100.0),
    }
}

/// A sentence, in which words that GitHub would make something else of become code.
fn prose(text: &str) -> String {
    let words: Vec<Cow<'_, str>> = text
        .split(' ')
        .map(|word| {
            let core = word.trim_end_matches([',', ';', ':', '.']);
            let special = ["@", "::", "://", "www.", "$"];
            if special.iter().any(|mark| core.contains(mark)) {
                Cow::Owned(code(core) + &word[core.len()..])
            } else {
                escape::markdown(word)
            }
        })
        .collect();
    words.join(" ")
}

/// A code span. Inside of it nothing is interpreted but its own fence, and in a table the pipe.
fn code(name: &str) -> String {
    let name = escape::terminal(name);
    if name.trim().is_empty() {
        return String::new();
    }
    // A table reads `\|` as a pipe even in code, and there is no way to write a backslash before one.
    if name.contains('|') && name.contains('\\') {
        return escape::markdown(&name).into_owned();
    }
    let name = name.replace('|', "\\|");
    let longest_run = name.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest_run + 1);
    // One space on both sides is taken off again; without it, a backtick at the end would be part of the fence.
    let space = if name.starts_with(['`', ' ']) || name.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{name}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_document_reads_well_as_source_too() {
        let mut document = sample::document();
        document.tables[0].rows.truncate(2);
        document.tables[0].rows[0][5] = Cell::Path(
            vec!["main.(*T).Leak".to_owned(), "main.main".to_owned()],
            Tone::Plain,
        );
        document.tables[0].rows[1][5] =
            Cell::Path(vec!["Vec<T>::push_mut|x".to_owned()], Tone::Plain);
        let text = markdown(&document);
        let expected = "\
## heap.1.pb.gz → heap.2.pb.gz

**leaking**: session.(\\*Store).Put keeps 13.7 MiB more than 12 h 5 min earlier, between 11.2 and 16.2 MiB, and nothing gives it back.

- The growth is 10.9 times its standard error; over all 214 stacks at most 1 in 1,000 such findings is false (q = 0.0004).
- It began in the third of nine profiles and holds to the last one.
- Load explains none of it: allocations of the same stack went down by 4 %.

* **profiles**: heap.1.pb.gz (2026-11-20 08:00) and heap.2.pb.gz (2026-11-20 20:05), same process
* **in use**: 412 MiB → 431 MiB (+19.2 MiB, +4.7 %)
* **precision**: sampled every 512 KiB; growth under 2.1 MiB cannot be told from noise

### What changed, by stack

|        change |      error | objects | state | stack, from the function to blame outward |
| ------------: | ---------: | ------: | ----- | ----------------------------------------- |
| **+13.7 MiB** | ± 1.58 MiB | +11,050 | grew  | `main.(*T).Leak` ← `main.main`            |
| **+10.3 MiB** | ± 1.20 MiB |  +8,287 | new   | `Vec<T>::push_mut\\|x`                     |

189 more stacks: +402 KiB together, none of them certain

### Next

- Look at who removes entries from session.(\\*Store): nothing in these profiles does.
- fabric trend /var/lib/fabric/payments tells the rate once there are five profiles.

### Notes

- stacks as deep as the profiler's limit: their root frames are missing (12, first: main.recurse)
- sampling period recovered from the values, not stated in the file (524288 bytes)
";
        assert_eq!(text, expected, "\n--- got ---\n{text}");
    }

    #[test]
    fn a_name_is_shown_as_it_is() {
        let check = |name: &str, expected: &str| assert_eq!(code(name), expected);
        check("*foo_bar_", "`*foo_bar_`");
        check("main.(*T).Leak", "`main.(*T).Leak`");
        check("a`b", "``a`b``");
        check("`a``", "``` `a`` ```");
        check("operator|=", "`operator\\|=`");
        check("a\\|b", "a\\\\\\|b");
        check("line\nbreak", "`line\\u{a}break`");
        check("<script>", "`<script>`");
    }

    #[test]
    fn a_sentence_pings_nobody_and_links_nowhere() {
        assert_eq!(
            prose("see @acme, acme::memo::run: https://evil.example costs $5 or *more*"),
            "see `@acme`, `acme::memo::run`: `https://evil.example` costs `$5` or \\*more\\*"
        );
    }

    #[test]
    fn a_long_name_does_not_pad_the_other_rows() {
        let mut document = sample::document_of(&"x".repeat(16 * 1024));
        let short = vec![Cell::Path(vec!["short".to_owned()], Tone::Plain)];
        document.tables[0].rows.push(short);
        assert!(
            markdown(&document)
                .lines()
                .any(|line| { line.starts_with("| `short`") && line.len() == WIDEST_PADDING + 4 })
        );
    }
}
