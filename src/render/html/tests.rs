use super::super::sha256::source_expression;
use super::*;
use crate::render::trend_sample::trend_report;
use crate::render::{flame_svg, sample};
use crate::report::{Align, Cell, Column, RowOrder, Table};

/// What stands between the two marks, without them.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).map_or(text.len(), |at| at + from.len());
    let rest = &text[start..];
    &rest[..rest.find(to).unwrap_or(0)]
}

fn check(text: &str, expected: &str) {
    assert_eq!(text, expected, "\n--- got ---\n{text}");
}

#[test]
fn the_verdict_stands_first_and_large() {
    let mut document = sample::document();
    document.recommendations.truncate(1);
    if let Some(verdict) = &mut document.verdict {
        verdict.evidence.truncate(1);
    }
    check(
        between(&html(&document, None), "<main>\n", "<dl"),
        "\
<h1>heap.1.pb.gz → heap.2.pb.gz</h1>
<div class=\"summary\">
<section class=\"verdict bad\">
<p class=\"word\">leaking</p>
<p class=\"sentence\">session.(*Store).Put keeps 13.7 MiB more than 12 h 5 min earlier, between 11.2 and 16.2 MiB, and nothing gives it back.</p>
<ul class=\"evidence\">
<li>The growth is 10.9 times its standard error; over all 214 stacks at most 1 in 1,000 such findings is false (q = 0.0004).</li>
</ul>
</section>
<section class=\"next\">
<h2>Next</h2>
<ol>
<li>Look at who removes entries from session.(*Store): nothing in these profiles does.</li>
</ol>
</section>
</div>
",
    );
}

#[test]
fn a_row_knows_what_it_sorts_by_and_its_stack_unfolds() {
    let column = |title: &str, align| Column {
        title: title.to_owned(),
        align,
        dispensable: 0,
        flexible: false,
    };
    let mut document = sample::document_of("x");
    document.body = vec![Part::Table(Table {
        title: "Stacks".to_owned(),
        columns: vec![
            column("change", Align::Right),
            column("", Align::Left),
            column("objects", Align::Right),
            column("stack", Align::Left),
        ],
        rows: vec![vec![
            Cell::Number("-2.00 KiB".to_owned(), -2048.0, Tone::Good),
            Cell::Bar(-0.5, Tone::Good),
            Cell::Missing,
            Cell::Path(
                vec!["Vec<T>::push".to_owned(), "main".to_owned()],
                Tone::Plain,
            ),
        ]],
        rest: None,
        order: RowOrder::Rank,
    })];
    check(
        between(&html(&document, None), "<tbody>\n", "</tbody>"),
        "<tr>\
<td class=\"right good number\" data-label=\"change\" data-sort=\"-2048\">-2.00 KiB</td>\
<td class=\"bar\" data-sort=\"-0.5\"><svg class=\"track\" viewBox=\"0 0 100 18\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
<rect class=\"good\" x=\"25.0\" y=\"3\" width=\"25.0\" height=\"12\"/><path d=\"M50 0V18\"/></svg></td>\
<td class=\"right missing\" data-label=\"objects\"></td>\
<td class=\"path\"><details><summary><span class=\"leaf\">Vec&lt;T&gt;::push</span>\
<span class=\"callers\"> ← <bdi>main</bdi></span></summary>\
<ol><li>Vec&lt;T&gt;::push</li><li>main</li></ol></details></td>\
</tr>\n",
    );
}

#[test]
fn the_policy_of_the_page_allows_its_scripts_and_no_other() {
    assert_eq!(REPORT_SCRIPT_HASH, source_expression(SCRIPT));
    assert_eq!(FLAME_SCRIPT_HASH, source_expression(flame_svg::SCRIPT));
    // In an HTML page a script ends at the first end tag, and in a picture at the end of its section.
    assert!(!SCRIPT.contains("</") && !flame_svg::SCRIPT.contains("]]>"));
}

#[test]
fn a_hostile_name_is_text_wherever_it_stands() {
    for name in [
        "</script><script>alert(1)</script>",
        "</title></style><img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)",
        "' onmouseover='alert(1)",
        "a\u{0}b\u{1b}[31m\u{202e}c",
        &"x".repeat(16 * 1024),
    ] {
        let mut document = sample::document_of(name);
        document.verdict = sample::document().verdict.map(|verdict| Verdict {
            word: name.to_owned(),
            sentence: name.to_owned(),
            evidence: vec![name.to_owned()],
            ..verdict
        });
        document.facts = vec![Fact {
            label: name.to_owned(),
            text: name.to_owned(),
        }];
        document.recommendations = vec![name.to_owned()];
        let table = sample::first_table(&mut document);
        table.rest = Some(name.to_owned());
        table.columns[0].title = name.to_owned();
        let page = html(&document, None);
        assert_eq!(page.matches("<script").count(), 1);
        assert!(
            !page.contains("<img") && !page.contains("\" onmouse") && !page.contains("' onmouse")
        );
        assert!(!page.contains(|c: char| c.is_control() && c != '\n'));
        assert!(!page.contains('\u{202e}'));
    }
}

#[test]
fn the_page_loads_nothing() {
    let svg = flame_svg(&sample::service_tree(true, 50), "a");
    let page = html(&sample::document(), Some(&svg)).replace("http://www.w3.org/", "");
    for forbidden in [
        "http:", "https:", "src=", "<link", "@import", "url(h", "<?xml",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_document_with_nothing_in_it_is_its_title() {
    let mut document = sample::document_of("heap.pb.gz");
    document.body.clear();
    document.notes = crate::notes::Notes::default();
    check(
        between(&html(&document, None), "<main>\n", "</main>"),
        "<h1>heap.pb.gz</h1>\n",
    );
}

#[test]
fn the_page_of_a_series_goes_from_the_verdict_to_what_is_not_known() {
    let svg = flame_svg(&sample::service_tree(true, 50), "a");
    let page = html(&trend_report(63).page(), Some(&svg));
    let mut last = 0;
    for part in [
        "<p class=\"word\">leaking</p>",
        "<h2>Next</h2>",
        "<dl class=\"facts\">",
        "<h2>Heap in use over time</h2>",
        "<h2>Suspects: these leak</h2>",
        "<section class=\"panel section bad\">",
        "<h2>Other call paths that moved</h2>",
        "<h2>What changed between the first and the last snapshot</h2>",
        "class=\"flame\"",
        "<h2>All snapshots</h2>",
        "<h2>What this data cannot say</h2>",
    ] {
        let at = page.find(part).unwrap_or(0);
        assert!(at > last, "{part}");
        last = at;
    }
    let ours = page.replace("http://www.w3.org/", "");
    for forbidden in ["http:", "https:", "src=", "<link", "@import", "url(h"] {
        assert!(!ours.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_hostile_name_in_a_series_is_text_too() {
    for name in [
        "</script><script>alert(1)</script>",
        "</style></svg></code><img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)",
        "a\u{0}b\u{1b}[31m\u{202e}c",
    ] {
        let mut report = trend_report(9);
        report.title = name.to_owned();
        report.value_name = name.to_owned();
        report.is_bytes = false;
        for frame in report
            .trend
            .suspects
            .iter_mut()
            .flat_map(|it| &mut it.frames)
        {
            frame.name = name.to_owned();
            frame.file = name.to_owned();
        }
        for point in &mut report.snapshots {
            point.input.filename = name.to_owned();
            point.input.trigger = Some(name.to_owned());
        }
        let page = html(&report.page(), None);
        assert_eq!(page.matches("<script").count(), 1);
        assert!(!page.contains("<img") && !page.contains("\" onmouse"));
        assert!(!page.contains(|c: char| c.is_control() && c != '\n'));
        assert!(!page.contains('\u{202e}'));
    }
}
