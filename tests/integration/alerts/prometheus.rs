//! What is in `contrib/prometheus` is right, and every metric that it names is one that a server gives.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::snapshots;
use crate::live::client::get;
use crate::live::process::{Folders, eventually_within};

pub(super) fn contrib(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("contrib")
        .join(path)
}

/// Whether Debian's package prometheus is there. In CI it always is: `.ci/test` installs it.
pub(super) fn has_promtool() -> bool {
    let is_there = Command::new("promtool").arg("--version").output().is_ok();
    assert!(
        is_there || std::env::var_os("CI").is_none(),
        "there is no promtool: install the package prometheus"
    );
    if !is_there {
        println!("SKIPPED: there is no promtool (Debian's package prometheus)");
    }
    is_there
}

/// Exit code, and everything it said.
pub(super) fn promtool(arguments: &[&str], input: &str) -> (i32, String) {
    let mut child = Command::new("promtool")
        .args(arguments)
        .current_dir(contrib("prometheus"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.code().unwrap_or(-1), said)
}

/// What a server answers that keeps snapshots of something that leaks and has a limit.
fn metrics() -> &'static str {
    static METRICS: OnceLock<String> = OnceLock::new();
    METRICS.get_or_init(|| {
        let folders = Folders::new();
        let folder = folders.path("snapshots");
        snapshots::write(&folder, 0..11, 40);
        let mut command = folders.command(&["--limit", "1GiB"]);
        command.arg("--snapshot-dir").arg(&folder);
        let live = crate::live::process::Live::start(command);
        let patience = Duration::from_secs(60);
        eventually_within(patience, "it leaks", || super::told::leaks(&live));
        snapshots::write(&folder, 11..12, 40);
        let mut text = String::new();
        eventually_within(patience, "it is told, and memory was looked at", || {
            text = get(live.address, "/api/metrics").body;
            text.contains("fabric_hours_to_limit{")
                && text.contains("fabric_alerts_active{kind=\"memory-leak\"} 1")
                && text.contains("fabric_memory_heap_used_bytes")
        });
        live.stop();
        text
    })
}

/// Names of metrics of fabric in an expression.
pub(super) fn names(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices("fabric_")
        .filter(|(at, _)| !text[..*at].ends_with(is_part))
        .map(|(at, _)| text[at..].chars().take_while(|&c| is_part(c)).collect())
        .collect()
}

/// Names of those that a server gives numbers of.
pub(super) fn given() -> BTreeSet<String> {
    let samples = metrics().lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| line.chars().take_while(|c| !"{ ".contains(*c)).collect())
        .collect()
}

#[test]
fn the_rules_and_their_tests_hold() {
    if !has_promtool() {
        return;
    }
    for arguments in [
        ["check", "rules", "fabric.rules.yml"],
        ["check", "config", "scrape.yml"],
        ["test", "rules", "fabric.test.yml"],
    ] {
        let (code, said) = promtool(&arguments, "");
        assert_eq!(code, 0, "{arguments:?}: {said}");
    }
}

#[test]
fn every_rule_is_tested_and_every_metric_in_it_is_given() {
    let rules = std::fs::read_to_string(contrib("prometheus/fabric.rules.yml")).expect("rules");
    let tests = std::fs::read_to_string(contrib("prometheus/fabric.test.yml")).expect("tests");
    let alerts = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let untested: Vec<&str> = alerts
        .filter(|alert| !tests.contains(&format!("alertname: {alert}\n")))
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
    let given = given();
    let missing: Vec<String> = names(&rules).difference(&given).cloned().collect();
    // These are no metrics.
    let missing: Vec<&String> = missing
        .iter()
        .filter(|name| !matches!(name.as_str(), "fabric_serve"))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_metrics_are_as_prometheus_reads_them() {
    if !has_promtool() {
        return;
    }
    let (code, said) = promtool(&["check", "metrics"], metrics());
    // It has opinions on names, which are those of the service that was replaced, and in hours because people on call think in hours.
    let opinions = [
        "metrics should not have \"_count\" suffix",
        "use base unit",
        "should not contain abbreviated units",
    ];
    let complaints: Vec<&str> = said
        .lines()
        .filter(|line| !line.is_empty() && !opinions.iter().any(|it| line.contains(it)))
        .collect();
    assert!(complaints.is_empty(), "{code}: {said}");
    let ours = [
        "fabric_leak_assessment{target=\"self\"} 3",
        "fabric_alerts_active{kind=\"memory-leak\"} 1",
    ];
    for line in ours {
        assert!(metrics().contains(line), "{line}: {}", metrics());
    }
}
