//! Readers that go away: before the first byte, after some, in the midst of every format of every command.

use std::process::{Command, Stdio};

use crate::run_fabric::fixtures;

/// Commands that print, each with every format that it has.
fn commands() -> Vec<String> {
    let large = "pprof/go-1.19/prometheus-2.42/heap.023.pb.gz";
    let smaller = "pprof/go-1.19/prometheus-2.42/heap.001.pb.gz";
    let heap = "v8/node-20/reduced/vr1.heapsnapshot.gz";
    let mut found = Vec::new();
    for format in ["table", "json", "md", "html", "svg", "pprof", "folded"] {
        found.push(format!(
            "show --no-symbolize --top 0 --format {format} {large}"
        ));
        found.push(format!(
            "diff --no-symbolize --top 0 --format {format} {smaller} {large}"
        ));
    }
    for format in ["table", "json", "md", "html", "svg"] {
        found.push(format!(
            "trend --no-symbolize --top 0 --format {format} pprof/go-1.27/goleak"
        ));
    }
    for format in ["table", "json", "md", "html"] {
        found.push(format!("show {heap} --retainers Object --format {format}"));
    }
    found.push("report --no-symbolize pprof/go-1.27/goleak".to_owned());
    found.push("report --no-symbolize --html pprof/go-1.27/goleak".to_owned());
    found.push(format!("show {heap} --redact"));
    found.push("completions bash".to_owned());
    found.push("completions zsh".to_owned());
    found.push("--help".to_owned());
    found.push("serve --help".to_owned());
    found.push("--version".to_owned());
    found
}

/// Runs a command of bash; its exit code and what it said.
fn run(script: &str) -> (Option<i32>, String) {
    let output = Command::new("bash")
        .args(["-c", script])
        .env("F", env!("CARGO_BIN_EXE_fabric"))
        .current_dir(fixtures())
        .stdin(Stdio::null())
        .output()
        .expect("bash starts");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn a_reader_that_goes_away_is_no_failure_whenever_it_does() {
    let mut tried = 0;
    for command in commands() {
        for bytes in ["0", "1", "5000", "70000", "300000"] {
            let (code, said) = run(&format!(
                "$F {command} | head -c {bytes} >/dev/null; exit ${{PIPESTATUS[0]}}"
            ));
            assert_eq!(code, Some(0), "{command} | head -c {bytes}: {said}");
            assert!(!said.contains("panicked"), "{command}: {said}");
            tried += 1;
        }
    }
    println!("{tried} pipes");
}

#[test]
fn a_full_device_is_a_failure_and_a_closed_one_is_none() {
    for command in commands() {
        let (code, said) = run(&format!("$F {command} > /dev/full"));
        assert!(!said.contains("panicked"), "{command}: {said}");
        // clap prints help by itself, and takes no note of it.
        if !command.starts_with("--") && !command.ends_with("--help") {
            assert_eq!(code, Some(4), "{command}: {said}");
            assert_eq!(said.lines().count(), 1, "{command}: {said}");
        }
        let (code, said) = run(&format!("$F {command} >&-"));
        assert_eq!(code, Some(0), "{command} >&-: {said}");
        let (code, said) = run(&format!("$F {command} >/dev/null 2>&- <&-"));
        assert_eq!(code, Some(0), "{command}: {said}");
    }
}

#[test]
fn errors_whose_reader_is_gone_keep_their_exit_code() {
    for (command, expected) in [
        ("show nothing-here.heap", 3),
        ("show hostile/gzip-truncated.pb.gz", 3),
        ("diff one-alone", 2),
        ("trend --no-symbolize hostile/empty.pb", 3),
        ("snapshot http://127.0.0.1:1/ --dir /proc/nothing", 4),
        ("serve --listen 127.0.0.1:0 --source /tmp --max-files 0", 2),
    ] {
        for redirection in ["2>&-", "2>/dev/full", "2> >(exit 0)"] {
            let (code, _) = run(&format!("$F {command} {redirection}"));
            let (plain, said) = run(&format!("$F {command}"));
            assert_eq!(code, plain, "{command} {redirection}: {said}");
            assert!(
                plain == Some(expected) || plain.is_some_and(|code| (2..=5).contains(&code)),
                "{command}: {plain:?} {said}"
            );
        }
    }
}
