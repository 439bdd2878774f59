use super::table::WIDEST_PADDING;
use super::text::code;
use super::*;
use crate::render::sample;
use crate::render::trend_sample::trend_report;
use crate::report::{Cell, Tone};

#[test]
fn a_document_reads_well_as_source_too() {
    let mut document = sample::document();
    let table = sample::first_table(&mut document);
    table.rows.truncate(2);
    table.rows[0][5] = Cell::Path(
        vec!["main.(*T).Leak".to_owned(), "main.main".to_owned()],
        Tone::Plain,
    );
    table.rows[1][5] = Cell::Path(vec!["Vec<T>::push_mut|x".to_owned()], Tone::Plain);
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

### Next

- Look at who removes entries from session.(\\*Store): nothing in these profiles does.
- fabric trend /var/lib/fabric/payments tells the rate once there are five profiles.

### What changed, by stack

|        change |      error | objects | state | stack, from the function to blame outward |
| ------------: | ---------: | ------: | ----- | ----------------------------------------- |
| **+13.7 MiB** | ± 1.58 MiB | +11,050 | grew  | `main.(*T).Leak` ← `main.main`            |
| **+10.3 MiB** | ± 1.20 MiB |  +8,287 | new   | `Vec<T>::push_mut\\|x`                     |

189 more stacks: +402 KiB together, none of them certain

### Notes

- stacks as deep as the profiler's limit: their root frames are missing (12, first: main.recurse)
- sampling period recovered from the values, not stated in the file (524288 bytes)
";
    assert_eq!(text, expected, "\n--- got ---\n{text}");
}

#[test]
fn a_name_is_shown_as_it_is() {
    let check = |name: &str, expected: &str| assert_eq!(code(name, usize::MAX), expected);
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
        prose(
            "see @acme, acme::memo::run: https://evil.example costs $5 or *more*",
            usize::MAX
        ),
        "see `@acme`, `acme::memo::run`: `https://evil.example` costs `$5` or \\*more\\*"
    );
}

#[test]
fn a_long_name_does_not_pad_the_other_rows() {
    let mut document = sample::document_of(&"x".repeat(16 * 1024));
    let short = vec![Cell::Path(vec!["short".to_owned()], Tone::Plain)];
    sample::first_table(&mut document).rows.push(short);
    assert!(
        markdown(&document)
            .lines()
            .any(|line| { line.starts_with("| `short`") && line.len() == WIDEST_PADDING + 4 })
    );
}

#[test]
fn a_long_series_is_shortened_to_what_github_takes() {
    let text = markdown(&trend_report(1000).page());
    assert!(text.chars().count() <= MOST_CHARACTERS, "{}", text.len());
    assert!(
        text.contains("\n700 rows after the first 100 left out: GitHub takes no longer text.\n"),
        "{text}"
    );
    assert!(text.contains("| 1,000 |") && text.contains("|     1 |"));
    assert!(text.contains("### What this data cannot say"));
}

#[test]
fn whatever_is_too_long_is_shortened() {
    let long = "x`@*|\\".repeat(3000);
    let mut report = trend_report(400);
    report.title.clone_from(&long);
    report.trend.evidence = vec![long.clone(); 300];
    report.trend.recommendations = vec![long.clone(); 300];
    for suspect in &mut report.trend.suspects {
        for frame in &mut suspect.frames {
            frame.name.clone_from(&long);
        }
        suspect.frames = suspect.frames.iter().cycle().take(400).cloned().collect();
    }
    for point in &mut report.snapshots {
        point.input.filename.clone_from(&long);
    }
    let text = markdown(&report.page());
    assert!(text.chars().count() <= MOST_CHARACTERS, "{}", text.len());
}

#[test]
fn a_document_of_nothing_but_long_things_ends_at_a_line() {
    let text = cut(&"many words\n".repeat(20_000));
    assert!(text.chars().count() <= MOST_CHARACTERS);
    assert!(text.ends_with("many words\n\nThe rest is left out: GitHub takes no longer text.\n"));
}

#[test]
fn a_suspect_is_told_with_its_course_and_its_call_path() {
    let text = markdown(&trend_report(63).page());
    let start = text.find("### `github.com/acme").unwrap_or(0);
    let end = text[start..].find("- 21.0 MiB").unwrap_or(0) + start;
    assert_eq!(
        &text[start..end],
        "\
### `github.com/acme/payments/internal/session.(*Store).Put`: leaking, +2.10 MiB/h

* **rate**: +2.10 MiB/h (95 %: 1.95 to 2.25)
* **size**: 1.00 MiB → 299 MiB, 47.5 % of all, 161,482 objects
* **since**: 2026-11-22 07:00:00 UTC
* **pattern**: grows at the same rate to the last snapshot
* **course**: ▁▁▁▂▂▃▁▁▂▂▂▃▃▄▄▅▅▆▆▇▇███

```text
runtime.goexit  session/store.go:44
 net/http.(*conn).serve  session/store.go:43
  net/http.HandlerFunc.ServeHTTP  session/store.go:42
   github.com/acme/payments/internal/http.(*Server).authenticate  session/store.go:41
    github.com/acme/payments/internal/session.(*Store).Put  session/store.go:40
```

"
    );
}

#[test]
fn a_name_cannot_end_the_code_block_it_stands_in() {
    let mut report = trend_report(9);
    for frame in report
        .trend
        .suspects
        .iter_mut()
        .flat_map(|it| &mut it.frames)
    {
        frame.name = "a\n```\n@acme <img> ````".to_owned();
    }
    let text = markdown(&report.page());
    assert!(
        text.contains("\n`````text\na\\u{a}```\\u{a}@acme <img> ````"),
        "{text}"
    );
}
