//! Slips: what was typed wrong, what is not there, what may not be written. Each is answered in one line that says what to do.

use super::run_fabric::fabric;

const GOLEAK_7: &str = "pprof/go-1.27/goleak/heap.007.pb.gz";
const GOLEAK_19: &str = "pprof/go-1.27/goleak/heap.019.pb.gz";

#[test]
fn a_command_line_that_makes_no_sense_is_answered_with_what_would() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (packed, sheet) = (at("x.md.gz"), at("x.csv"));
    let cases: [(&[&str], &str); 24] = [
        (
            &["show"],
            "<FILE> is missing: fabric show [OPTIONS] <FILE>; see `fabric show --help`",
        ),
        (
            &["shwo"],
            "unrecognized subcommand 'shwo'; a similar subcommand exists: 'show'; see `fabric --help`",
        ),
        (
            &["show", GOLEAK_7, "--focsu", "3"],
            "unexpected argument '--focsu' found; a similar argument exists: '--focus'; see `fabric show --help`",
        ),
        (
            &["show", GOLEAK_7, "--top", "-1"],
            "'-1' for '--top <N>': not a number of rows: write it like 25, or 0 for all",
        ),
        (
            &["show", GOLEAK_7, "--top", "99999999999999999999"],
            "not a number of rows",
        ),
        (
            &["show", GOLEAK_7, "--focus", "("],
            "'(' for '--focus <REGEX>': no regular expression: unclosed group",
        ),
        (
            &["show", GOLEAK_7, "--by", "stak"],
            "[possible values: function, file, line, module, stack]; a similar value exists: 'stack'",
        ),
        (
            &["show", GOLEAK_7, "--sample-index", "9"],
            "no value type '9': this profile has alloc_objects",
        ),
        (
            &["show", GOLEAK_7, "--no-symbolize", "--symbols", "."],
            "cannot be used with",
        ),
        (
            &["show", GOLEAK_7, "-o", &packed],
            "fabric writes no .gz files",
        ),
        (
            &["trend", "pprof/go-1.27/goleak", "-o", &sheet],
            "fabric writes no .csv files",
        ),
        (
            &["report", "pprof/go-1.27/goleak", "-o", &sheet],
            "fabric writes no .csv files",
        ),
        (
            &["trend", "pprof/go-1.27/goleak", "--format", "pprof"],
            "[possible values: table, json, md, html, svg]",
        ),
        (
            &["trend", "pprof/go-1.27/goleak", "--last", "0"],
            "not a number of snapshots: write it like 12",
        ),
        (
            &["trend", "pprof/go-1.27/goleak", "--limit", "1.5"],
            "'1.5' has no unit: write it like 1.5GiB or 4096",
        ),
        (
            &["trend", "pprof/go-1.27/goleak", "--limit", "-1"],
            "'-1' is not a size",
        ),
        (
            &["trend", "pprof/go-1.27/goleak", "--since", "yesterday"],
            "not a time: write 2026-11-24",
        ),
        (
            &["trend", "pprof/go-1.27/goleak", "--since", "2030-01-01"],
            "--since leaves none of 20 snapshots: they are from 2026-11-23 18:32:00 UTC to 2026-11-23 18:32:20 UTC",
        ),
        (
            &["diff", GOLEAK_7, GOLEAK_19, "--max-growth", "5"],
            "5 of what? inuse_space is in bytes: write 5MiB or 5%",
        ),
        (
            &[
                "diff",
                GOLEAK_7,
                GOLEAK_19,
                "--max-growth",
                "5MiB",
                "--sample-index",
                "inuse_objects",
            ],
            "inuse_objects is not in bytes: write a number or a percentage",
        ),
        (
            &["diff", GOLEAK_7, GOLEAK_19, "--max-growth", "-5%"],
            "'-5%' is no amount of growth: write it like 8MiB or 5%",
        ),
        (
            &["snapshot", "127.0.0.1:6060/debug/pprof/heap", "--dir", "x"],
            "a URL begins with http:// or https://",
        ),
        (
            &["snapshot", "--dir", "x", "--pid", "1", "--inspector", "x"],
            "not an address: write it like 127.0.0.1:9229",
        ),
        (
            &["snapshot", GOLEAK_7, "--dir", "x", "--list"],
            "cannot be used with",
        ),
    ];
    for (arguments, text) in cases {
        let run = fabric(arguments);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{arguments:?}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(text), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.starts_with("fabric: "), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
    // What pprof users type is understood.
    let by_place = fabric(&["show", GOLEAK_7, "--sample-index", "3"]);
    assert_eq!(by_place.stdout, fabric(&["show", GOLEAK_7]).stdout);
    let minus = fabric(&["trend", "pprof/go-1.27/goleak", "--since", "-6h"]);
    assert_eq!(minus.code, 0, "{}", minus.stderr);
    let page = fabric(&["report", "pprof/go-1.27/goleak", "--format", "html"]);
    assert!(
        page.stdout.starts_with("<!doctype html>"),
        "{}",
        page.stderr
    );
}

#[test]
fn what_cannot_be_written_or_read_says_why_without_inner_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "hello\n").expect("written");
    let file = file.to_str().expect("UTF-8");
    let cases: [(&[&str], i32, &str); 5] = [
        (
            &["show", GOLEAK_7, "-o", "/proc/x.html"],
            4,
            "cannot write /proc/x.html: its folder takes no files",
        ),
        (&["snapshot", GOLEAK_7, "--dir", file], 4, "is no folder"),
        (
            &["snapshot", GOLEAK_7, "--dir", "/proc/x"],
            4,
            "cannot make the folder",
        ),
        (
            &["trend", file],
            3,
            "file: not a heap profile fabric knows (it begins with 'hello'): fabric reads",
        ),
        (
            &["trend", "pprof/go-1.27/../.."],
            3,
            "There are files in folders below, like pprof/go-1.27/../../",
        ),
    ];
    for (arguments, code, text) in cases {
        let run = fabric(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(text), "{arguments:?}: {}", run.stderr);
        assert!(!run.stderr.contains(".part") && !run.stderr.contains("left out (file"));
    }
}

#[test]
fn filters_that_leave_nothing_are_named_and_no_empty_picture_is_drawn() {
    let show = fabric(&["show", GOLEAK_7, "--ignore", "."]).stdout;
    assert!(show.contains("filter         lets nothing through: look at --focus and --ignore"));
    let hidden = fabric(&["show", GOLEAK_7, "--hide", "."]).stdout;
    assert!(hidden.contains("100 %  [no stack]"), "{hidden}");
    for arguments in [
        ["diff", "--focus", "nothing", GOLEAK_7, GOLEAK_19].as_slice(),
        &["trend", "--focus", "nothing", "pprof/go-1.27/goleak"],
    ] {
        let said = fabric(arguments).stdout;
        let words: Vec<&str> = said.split_whitespace().collect();
        assert!(
            words
                .join(" ")
                .contains("--focus, --ignore and --hide leave something to see"),
            "{said}"
        );
        assert!(!said.contains('│'), "{said}");
    }
}
