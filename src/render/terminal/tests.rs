use super::*;
use crate::render::sample;
use crate::render::trend_sample::trend_report;

fn text(width: usize, color: bool) -> String {
    let style = Style {
        width,
        color,
        unicode: true,
    };
    terminal(&sample::document(), style)
}

fn check(lines: &str, expected: &str) {
    assert_eq!(
        lines, expected,
        "\n--- got ---\n{lines}\n--- expected ---\n{expected}"
    );
}

#[test]
fn a_document_is_read_from_its_title_to_its_notes() {
    let mut document = sample::document();
    sample::first_table(&mut document).rows.truncate(5);
    let style = Style {
        width: 80,
        ..Style::default()
    };
    check(
        &terminal(&document, style),
        "\
heap.1.pb.gz → heap.2.pb.gz

leaking: session.(*Store).Put keeps 13.7 MiB more than 12 h 5 min earlier,
         between 11.2 and 16.2 MiB, and nothing gives it back.
  • The growth is 10.9 times its standard error; over all 214 stacks at most 1
    in 1,000 such findings is false (q = 0.0004).
  • It began in the third of nine profiles and holds to the last one.
  • Load explains none of it: allocations of the same stack went down by 4 %.

profiles   heap.1.pb.gz (2026-11-20 08:00) and heap.2.pb.gz (2026-11-20 20:05),
           same process
in use     412 MiB → 431 MiB (+19.2 MiB, +4.7 %)
precision  sampled every 512 KiB; growth under 2.1 MiB cannot be told from noise

What changed, by stack
   change       error                 stack, from the function to blame outward
────────────────────────────────────────────────────────────────────────────────
+13.7 MiB  ± 1.58 MiB        │██████  …/payments/internal/session.(*Store).Put
+10.3 MiB  ± 1.20 MiB        │████▌   <acme_index::post…iter::Extend<…>>::extend
+7.71 MiB   ± 935 KiB        │███▍    std::vector<…>::_M_realloc_insert<…> ← …
+5.78 MiB   ± 716 KiB        │██▌     encoding/json.(*decodeState).object ← …
-2.17 MiB   ± 552 KiB       █│        缓存管理器.添加条目 ← 处理请求 ← main
189 more stacks: +402 KiB together, none of them certain

next: Look at who removes entries from session.(*Store): nothing in these
      profiles does.
next: fabric trend /var/lib/fabric/payments tells the rate once there are five
      profiles.

note: stacks as deep as the profiler's limit: their root frames are missing (12,
      first: main.recurse)
note: sampling period recovered from the values, not stated in the file (524288
      bytes)
",
    );
}

#[test]
fn no_line_of_a_table_is_wider_than_the_terminal_and_none_ends_in_a_space() {
    for width in [50, 60, 80, 100, 120, 200, 1000] {
        for line in text(width, false).lines() {
            assert!(columns(line) <= width, "{width}: {line}");
            assert_eq!(line, line.trim_end(), "{width}");
        }
    }
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    for width in [60, 120] {
        let mut bare = String::new();
        let mut painted = &*text(width, true);
        while let Some((before, after)) = painted.split_once('\x1b') {
            bare.push_str(before);
            painted = after.split_once('m').map_or("", |(_, rest)| rest);
        }
        bare.push_str(painted);
        check(&bare, &text(width, false));
    }
}

#[test]
fn the_verdict_and_the_changes_have_the_colour_of_their_tone() {
    let text = text(120, true);
    for part in [
        "\x1b[1;31mleaking\x1b[0m",
        "\x1b[31m+13.7 MiB\x1b[0m",
        "\x1b[32m-2.17 MiB\x1b[0m",
        "\x1b[2m-125 KiB\x1b[0m",
        "缓存管理器.添加条目\x1b[2m ← 处理请求",
    ] {
        assert!(text.contains(part), "{part:?}");
    }
}

#[test]
fn what_is_least_needed_is_left_out_first_and_numbers_are_never_cut() {
    let header = |width| {
        text(width, false)
            .lines()
            .find(|line| line.contains("change  "))
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(
        header(120).as_deref(),
        Some("change error objects state stack, from the function to blame outward")
    );
    assert_eq!(
        header(80).as_deref(),
        Some("change error stack, from the function to blame outward")
    );
    assert_eq!(
        header(60).as_deref(),
        Some("change error stack, from the function to blame ou…")
    );
    assert_eq!(
        header(1).as_deref(),
        Some("change stack, from the function to…")
    );
    assert!(text(1, false).contains("\n+13.7 MiB  "));
}

#[test]
fn hostile_names_neither_move_the_cursor_nor_fill_the_screen() {
    for name in ["a\x1b[2J\x07b", "safe\u{202e}live", &"x".repeat(16 * 1024)] {
        let text = terminal(&sample::document_of(name), Style::default());
        assert!(!text.contains(['\x1b', '\x07', '\u{202e}']), "{text}");
    }
}

#[test]
fn a_document_with_nothing_in_it_is_its_title() {
    let mut document = sample::document_of("heap.pb.gz");
    document.body.clear();
    document.notes = crate::notes::Notes::default();
    check(&terminal(&document, Style::default()), "heap.pb.gz\n");
}

#[test]
fn a_series_fits_every_width_and_the_course_is_drawn_without_unicode_too() {
    let mut report = trend_report(63);
    for frame in report
        .trend
        .suspects
        .iter_mut()
        .flat_map(|it| &mut it.frames)
    {
        frame.name += "\x1b[2J";
    }
    for width in [60, 80, 120, 200] {
        for unicode in [true, false] {
            let style = Style {
                width,
                color: false,
                unicode,
            };
            for document in [report.document(), report.page()] {
                let text = terminal(&document, style);
                assert!(!text.contains('\x1b'));
                assert!(unicode || !text.contains(['█', '▁', '│', '─', '•']));
                for line in text.lines() {
                    assert!(columns(line) <= width, "{width}: {line}");
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }
}
