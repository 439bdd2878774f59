//! A document as one page that needs no network and no other file.

use crate::escape;
use crate::report::{Align, Cell, Column, Document, Table, Tone, Verdict};

use super::shorten;

const CSS: &str = include_str!("html/report.css");
const SCRIPT: &str = include_str!("html/report.js");
/// Nothing is loaded and nothing is sent, whatever a name in the profile says. What is inline is this page itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'";
/// Longer names say no more.
const LONGEST_NAME: usize = 400;
/// More callers than this are behind a click.
const CALLERS: usize = 3;
/// A table of fewer rows needs no filter.
const FILTERED: usize = 6;

/// A document, with the picture of [`flame_svg`](super::flame_svg()) if there is one.
pub fn html(document: &Document, flame: Option<&str>) -> String {
    let title = text(&document.title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n\
         <header><div class=\"brand\">Heap profile report</div><h1>{title}</h1></header>\n<main>\n"
    );
    if let Some(verdict) = &document.verdict {
        push_verdict(&mut out, verdict);
    }
    list(
        &mut out,
        "next",
        "What to do next",
        "ol",
        &document.recommendations,
    );
    facts(&mut out, document);
    for one in &document.tables {
        table(&mut out, one);
    }
    if let Some(flame) = flame {
        out.push_str(
            "<section class=\"flame-box\">\n<div class=\"bar-top\"><h2>Call tree</h2>\
             <input class=\"filter flame-filter\" type=\"search\" placeholder=\"Highlight functions\" \
             aria-label=\"Highlight functions in the call tree\" hidden></div>\n<div class=\"scroll\">\n",
        );
        out.push_str(flame);
        out.push_str("</div>\n</section>\n");
    }
    let notes: Vec<String> = document.notes.iter().map(ToString::to_string).collect();
    list(&mut out, "notes", "Notes on the data", "ul", &notes);
    out.push_str(&format!(
        "</main>\n<footer>Made by fabric {}. This page is complete: it loads nothing and sends nothing.</footer>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    ));
    out
}

fn push_verdict(out: &mut String, verdict: &Verdict) {
    out.push_str(&format!(
        "<section class=\"verdict {}\">\n<p class=\"word\">{}</p>\n<p class=\"sentence\">{}</p>\n",
        class(verdict.tone),
        text(&verdict.word),
        text(&verdict.sentence)
    ));
    if !verdict.evidence.is_empty() {
        items(out, "ul", &verdict.evidence);
    }
    out.push_str("</section>\n");
}

fn facts(out: &mut String, document: &Document) {
    if document.facts.is_empty() {
        return;
    }
    out.push_str("<section><dl class=\"facts\">\n");
    for fact in &document.facts {
        out.push_str(&format!(
            "<div><dt>{}</dt><dd>{}</dd></div>\n",
            text(&fact.label),
            text(&fact.text)
        ));
    }
    out.push_str("</dl></section>\n");
}

fn list(out: &mut String, class: &str, title: &str, tag: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!(
        "<section class=\"list {class}\"><h2>{title}</h2>\n"
    ));
    items(out, tag, lines);
    out.push_str("</section>\n");
}

fn items(out: &mut String, tag: &str, lines: &[String]) {
    out.push_str(&format!("<{tag}>\n"));
    for line in lines {
        out.push_str(&format!("<li>{}</li>\n", text(line)));
    }
    out.push_str(&format!("</{tag}>\n"));
}

fn table(out: &mut String, table: &Table) {
    out.push_str(&format!(
        "<section class=\"table\">\n<div class=\"bar-top\"><h2>{}</h2>",
        text(&table.title)
    ));
    if table.rows.len() >= FILTERED {
        out.push_str(
            "<input class=\"filter\" type=\"search\" placeholder=\"Filter rows\" aria-label=\"Filter rows\" hidden>",
        );
    }
    out.push_str("</div>\n");
    if !table.rows.is_empty() {
        out.push_str("<div class=\"scroll\"><table>\n<thead><tr>");
        for column in &table.columns {
            let title = text(&column.title);
            if title.is_empty() {
                out.push_str(&format!("<th class=\"{}\"></th>", classes(column)));
            } else {
                out.push_str(&format!(
                    "<th class=\"{}\" scope=\"col\"><button type=\"button\">{title}</button></th>",
                    classes(column)
                ));
            }
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        let signed: Vec<bool> = (0..table.columns.len())
            .map(|index| {
                table
                    .rows
                    .iter()
                    .any(|row| matches!(row.get(index), Some(Cell::Bar(share, _)) if *share < 0.0))
            })
            .collect();
        for row in &table.rows {
            out.push_str("<tr>");
            for ((column, one), &signed) in table.columns.iter().zip(row).zip(&signed) {
                cell(out, column, one, signed);
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table></div>\n<p class=\"none\">No row matches.</p>\n");
    }
    if let Some(rest) = &table.rest {
        out.push_str(&format!("<p class=\"rest\">{}</p>\n", text(rest)));
    }
    out.push_str("</section>\n");
}

fn cell(out: &mut String, column: &Column, cell: &Cell, signed: bool) {
    let column = classes(column);
    out.push_str(&match cell {
        Cell::Missing => format!("<td class=\"{column}\"></td>"),
        Cell::Text(name, tone) => format!(
            "<td class=\"{column} text {}\">{}</td>",
            class(*tone),
            text(name)
        ),
        Cell::Number(number, value, tone) => {
            // Where there is no value the text sorts.
            let sort = if value.is_finite() {
                format!(" data-sort=\"{value}\"")
            } else {
                String::new()
            };
            let strong = if matches!(tone, Tone::Good | Tone::Bad | Tone::Warning) {
                " strong"
            } else {
                ""
            };
            format!(
                "<td class=\"{column} number {}{strong}\"{sort}>{}</td>",
                class(*tone),
                text(number)
            )
        }
        Cell::Path(frames, tone) => {
            format!(
                "<td class=\"{column} path {}\">{}</td>",
                class(*tone),
                path(frames)
            )
        }
        Cell::Bar(share, tone) => format!(
            "<td class=\"{column} bar {}\" data-sort=\"{share}\">{}</td>",
            class(*tone),
            bar(*share, signed)
        ),
    });
}

/// The frame to blame, its nearest callers, and the others behind a click.
fn path(frames: &[String]) -> String {
    let Some((first, callers)) = frames.split_first() else {
        return String::new();
    };
    let mut out = format!("<b>{}</b>", text(first));
    // One more is shown rather than hidden behind a click that shows one.
    let near = if callers.len() <= CALLERS + 1 {
        callers.len()
    } else {
        CALLERS
    };
    for caller in &callers[..near] {
        out.push_str(&format!(
            "<span>{}{}</span>",
            shorten::CALLED_BY,
            text(caller)
        ));
    }
    if callers.len() > near {
        out.push_str(&format!(
            "<details><summary>{} more callers</summary>",
            callers.len() - near
        ));
        for caller in &callers[near..] {
            out.push_str(&format!("<div>← {}</div>", text(caller)));
        }
        out.push_str("</details>");
    }
    out
}

fn bar(share: f64, signed: bool) -> String {
    if share == 0.0 || share.is_nan() {
        return format!(
            "<div{}></div>",
            if signed { " class=\"signed\"" } else { "" }
        );
    }
    let length = share.abs().min(1.0) * if signed { 50.0 } else { 100.0 };
    match (signed, share < 0.0) {
        (false, _) => format!("<div><i style=\"left:0;width:{length:.1}%\"></i></div>"),
        (true, true) => {
            format!("<div class=\"signed\"><i style=\"right:50%;width:{length:.1}%\"></i></div>")
        }
        (true, false) => {
            format!("<div class=\"signed\"><i style=\"left:50%;width:{length:.1}%\"></i></div>")
        }
    }
}

fn classes(column: &Column) -> String {
    let align = match column.align {
        Align::Left => "left",
        Align::Right => "right",
    };
    // A phone has no room for what a narrow terminal has no room for.
    let spare = if column.dispensable > 1 { " spare" } else { "" };
    format!("{align}{spare}")
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "Plain",
        Tone::Good => "Good",
        Tone::Warning => "Warning",
        Tone::Bad => "Bad",
        Tone::Faint => "Faint",
    }
}

/// Foreign text, of a length a page can show.
fn text(foreign: &str) -> String {
    if foreign.len() <= LONGEST_NAME {
        return escape::html(foreign).into_owned();
    }
    escape::html(&shorten_words(foreign)).into_owned()
}

/// Sentences may be long, single words may not.
fn shorten_words(text: &str) -> String {
    let words: Vec<String> = text
        .split(' ')
        .map(|word| shorten::middle(word, LONGEST_NAME))
        .collect();
    shorten::middle(&words.join(" "), LONGEST_NAME * 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::{NoteKind, Notes};
    use crate::report::Fact;

    fn document(name: &str) -> Document {
        let mut notes = Notes::default();
        notes.add(NoteKind::CutName, || name.to_owned());
        let column = |title: &str, align, dispensable| Column {
            title: title.to_owned(),
            align,
            dispensable,
            flexible: false,
        };
        Document {
            title: name.to_owned(),
            verdict: Some(Verdict {
                word: name.to_owned(),
                tone: Tone::Bad,
                sentence: name.to_owned(),
                evidence: vec![name.to_owned()],
            }),
            facts: vec![Fact {
                label: name.to_owned(),
                text: name.to_owned(),
            }],
            tables: vec![Table {
                title: name.to_owned(),
                columns: vec![
                    column("delta", Align::Right, 0),
                    column("", Align::Left, 3),
                    column(name, Align::Left, 0),
                ],
                rows: vec![vec![
                    Cell::Number("+900 KiB".to_owned(), 921_600.0, Tone::Bad),
                    Cell::Bar(-0.5, Tone::Good),
                    Cell::Path(vec![name.to_owned(); 6], Tone::Plain),
                ]],
                rest: Some(name.to_owned()),
            }],
            recommendations: vec![name.to_owned()],
            notes,
        }
    }

    #[test]
    fn a_number_sorts_by_its_value_and_a_bar_has_its_side() {
        let page = html(&document("main.leak"), None);
        assert!(page.contains(
            "<tr><td class=\"right number Bad strong\" data-sort=\"921600\">+900 KiB</td>\
             <td class=\"left spare bar Good\" data-sort=\"-0.5\"><div class=\"signed\">\
             <i style=\"right:50%;width:25.0%\"></i></div></td>\
             <td class=\"left path Plain\"><b>main.leak</b><span> ← main.leak</span>"
        ));
        assert!(page.contains("<summary>2 more callers</summary>"));
    }

    #[test]
    fn a_hostile_name_is_text_everywhere() {
        let hostile = "</script><script>alert(1)</script>\" onload='x' \u{202e}\x1b\0";
        let page = html(&document(hostile), None);
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("</script").count(), 1);
        assert!(!page.contains(['\u{202e}', '\x1b', '\0']));
        assert!(!page.contains("\" onload"));
        let long = "<".repeat(16 * 1024);
        assert!(html(&document(&long), None).len() < 80_000);
    }

    #[test]
    fn a_page_loads_nothing() {
        let page = html(&document("main.leak"), Some("<svg class=\"flame\"></svg>"));
        assert!(page.contains("content=\"default-src 'none'; "));
        for address in ["http:", "https:", "src=", "href=", "@import", "url("] {
            assert!(!page.contains(address), "{address}");
        }
        assert!(page.contains("<svg class=\"flame\"></svg>"));
    }
}
