//! Golden outputs of the binary, named by their arguments; exit codes; destinations.

use std::process::Stdio;

use super::golden;
use super::run_fabric::{Run, command, fabric, fabric_with_input, fixtures};

const GOLEAK_7: &str = "pprof/go-1.27/goleak/heap.007.pb.gz";
const GOLEAK_19: &str = "pprof/go-1.27/goleak/heap.019.pb.gz";
const CADDY_1: &str = "pprof/go-1.19/caddy-2.6.2/heap.001.pb.gz";
const CADDY_23: &str = "pprof/go-1.19/caddy-2.6.2/heap.023.pb.gz";
const REDIS_0: &str = "jemalloc/5.3/redis/redis.6655.0000.m0.heap";
const REDIS_23: &str = "jemalloc/5.3/redis/redis.6655.0023.m23.heap";
const JELEAK_RUN1: &str = "jemalloc/5.3/jeleak/run1/jeleak.023.heap";
const JELEAK_RUN2: &str = "jemalloc/5.3/jeleak/run2/jeleak.023.heap";
const SYMBOLIZED_7: &str = "jemalloc/5.3/jeleak/symbolized/jeleak.007.symbolized.heap";
const SYMBOLIZED_23: &str = "jemalloc/5.3/jeleak/symbolized/jeleak.023.symbolized.heap";
const TCS_5: &str = "gperftools/2.10/heap_v2/tcs.0005.heap";
const TCS_19: &str = "gperftools/2.10/heap_v2/tcs.0019.heap";
const GO_TEXT: &str = "go-text/go-1.27/heap.009.txt";
const NODE_1: &str = "pprof/pprof-nodejs-5.20/heap.000.pb.gz";
const NODE_2: &str = "pprof/pprof-nodejs-5.20/heap.001.pb.gz";
const JEMALLOC_PPROF_1: &str = "pprof/jemalloc_pprof-0.9/process1/heap.000.pb.gz";
const JEMALLOC_PPROF_2: &str = "pprof/jemalloc_pprof-0.9/process1/heap.001.pb.gz";
const TWO_COLUMNS: &str = "gperftools/2.10/heapprofile-zst/tc.0001.heap.zst";
const FOUR_COLUMNS: &str = "gperftools/2.10/heapprofile-zst/tc.0004.heap.zst";

/// The file of a golden output: its arguments, with what a file name cannot hold replaced.
pub(crate) fn check(arguments: &[&str]) {
    // Names of system libraries differ between machines: whoever wants names asks for them in a test of its own.
    let mut all = arguments.to_vec();
    all.push("--no-symbolize");
    let Run {
        code,
        stdout,
        stderr,
    } = fabric(&all);
    assert_eq!(code, 0, "{arguments:?}: {stderr}");
    assert_eq!(stderr, "", "{arguments:?}");
    let name: String = arguments
        .iter()
        .map(|argument| {
            argument
                .rsplit('/')
                .take(2)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect::<Vec<_>>()
                .join("_")
        })
        .collect::<Vec<_>>()
        .join(".")
        .replace("--", "");
    golden::check(&fixtures().join("golden").join(name), stdout.as_bytes());
}

#[test]
fn show_says_where_the_memory_is() {
    for file in [
        GOLEAK_19,
        REDIS_23,
        SYMBOLIZED_23,
        TCS_19,
        GO_TEXT,
        NODE_2,
        JEMALLOC_PPROF_2,
    ] {
        check(&["show", "--top", "8", file]);
    }
    check(&["show", "--top", "5", "--by", "module", GOLEAK_19]);
    check(&["show", "--top", "5", "--by", "line", GOLEAK_19]);
    check(&[
        "show",
        "--top",
        "5",
        "--by",
        "file",
        "--sample-index",
        "alloc_space",
        GOLEAK_19,
    ]);
    check(&[
        "show", "--top", "5", "--by", "stack", "--focus", "leak", GOLEAK_19,
    ]);
}

#[test]
fn diff_says_what_changed_and_what_that_means() {
    for (before, after) in [
        (GOLEAK_7, GOLEAK_19),
        (CADDY_1, CADDY_23),
        (REDIS_0, REDIS_23),
        (JELEAK_RUN1, JELEAK_RUN2),
        (SYMBOLIZED_7, SYMBOLIZED_23),
        (TCS_5, TCS_19),
        (NODE_1, NODE_2),
        (JEMALLOC_PPROF_1, JEMALLOC_PPROF_2),
        (TWO_COLUMNS, FOUR_COLUMNS),
    ] {
        check(&["diff", "--top", "8", before, after]);
    }
    check(&[
        "diff", "--top", "5", "--by", "function", GOLEAK_7, GOLEAK_19,
    ]);
    check(&[
        "diff",
        "--top",
        "5",
        "--normalize",
        "--ignore",
        "newSession",
        GOLEAK_7,
        GOLEAK_19,
    ]);
    check(&[
        "diff",
        "--top",
        "5",
        "--hide",
        "main.main",
        "--sample-index",
        "inuse_objects",
        GOLEAK_7,
        GOLEAK_19,
    ]);
}

#[test]
fn every_format_has_its_golden_output() {
    for format in ["json", "md", "folded", "svg", "html"] {
        check(&["show", "--format", format, "--top", "6", GOLEAK_19]);
        check(&[
            "diff", "--format", format, "--top", "6", GOLEAK_7, GOLEAK_19,
        ]);
    }
    check(&[
        "diff", "--color", "always", "--top", "6", GOLEAK_7, GOLEAK_19,
    ]);
}

#[test]
fn an_output_in_pprof_opens_as_a_difference() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("difference.pb.gz");
    let path = path.to_str().expect("UTF-8");
    let run = fabric(&["diff", GOLEAK_7, GOLEAK_19, "-o", path]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    // It has negative values, which fabric itself refuses in words.
    let run = fabric(&["show", path]);
    assert_eq!(run.code, 3);
    assert!(
        run.stderr.contains("already a difference"),
        "{}",
        run.stderr
    );
    let run = fabric(&["show", "--format", "pprof", GOLEAK_19, "-o", path]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (first, second) = (
        fabric(&["show", "--format", "folded", path]),
        fabric(&["show", "--format", "folded", GOLEAK_19]),
    );
    assert_eq!(first.stdout, second.stdout);
}

#[test]
fn filters_hold_for_every_output() {
    for format in ["folded", "pprof", "json"] {
        let run = fabric(&[
            "show",
            "--format",
            format,
            "--ignore",
            "newSession",
            GOLEAK_19,
        ]);
        assert_eq!(run.code, 0);
        assert!(!run.stdout.contains("main.newSession"), "{format}");
    }
    let run = fabric(&[
        "show",
        "--format",
        "folded",
        "--hide",
        "runtime.main",
        GOLEAK_19,
    ]);
    assert!(!run.stdout.contains("runtime.main"));
    let run = fabric(&["show", "--focus", "nothing like this", GOLEAK_19]);
    assert!(
        run.stdout.contains("a filter matched nothing"),
        "{}",
        run.stdout
    );
}

#[test]
fn standard_input_is_an_input() {
    let bytes = std::fs::read(fixtures().join(GOLEAK_19)).expect("the fixture");
    let run = fabric_with_input(&["show", "-"], &bytes);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("main.newSession"));
    let run = fabric_with_input(&["diff", GOLEAK_7, "-"], &bytes);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = fabric(&["diff", "-", "-"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn a_gate_fails_holds_or_cannot_tell() {
    let code = |fail_on: &str, before: &str, after: &str| {
        fabric(&[
            "diff",
            "--no-symbolize",
            "--fail-on",
            fail_on,
            before,
            after,
        ])
        .code
    };
    assert_eq!(code("growing", GOLEAK_7, GOLEAK_19), 1);
    assert_eq!(code("leaking", GOLEAK_7, GOLEAK_19), 1);
    assert_eq!(code("growing", CADDY_1, CADDY_23), 0);
    assert_eq!(code("growing", REDIS_0, REDIS_23), 1);
    assert_eq!(code("leaking", REDIS_0, REDIS_23), 0);
    // In the wrong order.
    assert_eq!(code("growing", GOLEAK_19, GOLEAK_7), 6);
    // Folded stacks do not say how they were sampled.
    let folded = (
        "folded/jeprof-5.3/jeleak.007.folded",
        "folded/jeprof-5.3/jeleak.023.folded",
    );
    assert_eq!(code("growing", folded.0, folded.1), 6);
}

#[test]
fn what_cannot_be_done_is_said_in_one_line_with_its_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().to_str().expect("UTF-8");
    let missing = format!("{folder}/missing.heap");
    let nowhere = format!("{folder}/no/such/folder/x.json");
    let cases: [(&[&str], i32, &str); 9] = [
        (&["show", &missing], 3, "no such file"),
        (&["show", folder], 3, "directory"),
        (&["show", "pprof/go-1.27/kinds/cpu.pb.gz"], 3, "CPU profile"),
        (
            &["show", "pprof/go-1.27/kinds/goroutine.pb.gz"],
            3,
            "goroutine",
        ),
        (
            &["show", "pprof/go-1.27/kinds/mutex.pb.gz"],
            3,
            "contention",
        ),
        (&["show", GOLEAK_7, GOLEAK_19], 2, "fabric diff"),
        (
            &["show", "--sample-index", "nonsense", GOLEAK_7],
            2,
            "inuse_space",
        ),
        (
            &["diff", "gperftools/2.10/growth/tcs.0019.growth", TCS_19],
            3,
            "in common",
        ),
        (&["show", "-o", &nowhere, GOLEAK_7], 4, "cannot write"),
    ];
    for (arguments, code, text) in cases {
        let run = fabric(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(text), "{arguments:?}: {}", run.stderr);
        assert_eq!(
            run.stderr.lines().count(),
            1,
            "{arguments:?}: {}",
            run.stderr
        );
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("out.json");
    std::fs::write(&target, "what was there").expect("written");
    let path = target.to_str().expect("UTF-8");
    let run = fabric(&["show", "hostile/gzip-truncated.pb.gz", "-o", path]);
    assert_eq!(run.code, 3);
    assert_eq!(
        std::fs::read_to_string(&target).expect("still there"),
        "what was there"
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("listed").count(),
        1,
        "a part was left behind"
    );
    let run = fabric(&["show", GOLEAK_7, "-o", path]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(
        std::fs::read_to_string(&target)
            .expect("written")
            .starts_with("{\n  \"schema\"")
    );
    let run = fabric(&["show", GOLEAK_7, "--format", "json", "-o", "/dev/full"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
}

#[test]
fn a_closed_pipe_is_success() {
    let mut child = command(&[
        "show",
        "--format",
        "json",
        "--top",
        "0",
        "pprof/go-1.19/prometheus-2.42/heap.023.pb.gz",
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn names_come_from_the_program_itself() {
    let folder = "jemalloc/5.3/cleak";
    let run = fabric(&[
        "show",
        "--format",
        "json",
        "--symbols",
        folder,
        "jemalloc/5.3/cleak/run1.2.heap",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for name in ["shop::make_order", "shop::leak_orders", "cleak.cc"] {
        assert!(run.stdout.contains(name), "{name}");
    }
    // Two processes of one program: addresses differ, names do not.
    let run = fabric(&[
        "diff",
        "--symbols",
        folder,
        "jemalloc/5.3/cleak/run1.2.heap",
        "jemalloc/5.3/cleak/run2.2.heap",
    ]);
    assert!(run.stdout.contains("stable"), "{}", run.stdout);
}
