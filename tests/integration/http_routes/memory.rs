//! Judgements of heap snapshots, over HTTP: the names of the service that was replaced, and the words of the command line.

use std::fs;

use serde_json::Value;

use super::server::{Server, snapshot_name};
use crate::run_fabric::fabric;

/// What the command prints, and what the server answers for the same folder.
fn same(server: &Server, path: &str, arguments: &[&str]) {
    let folder = server.snapshots.path().to_str().expect("a name");
    let mut all = arguments.to_vec();
    all.push(folder);
    let run = fabric(&all);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let reply = server.get(path);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.text(), run.stdout, "{path}");
}

#[test]
fn the_server_says_byte_for_byte_what_the_commands_say() {
    let server = Server::start();
    same(&server, "/api/memory/trend", &["trend", "--format", "json"]);
    same(&server, "/api/memory/trend.md", &["report", "--md"]);
    same(&server, "/api/memory/report.html", &["report", "--html"]);
    same(
        &server,
        "/api/memory/chart.svg",
        &["trend", "--format", "svg"],
    );
    let place = |number| {
        let path = server.snapshots.path().join(snapshot_name(number));
        path.to_str().expect("a name").to_owned()
    };
    for (query, before, after) in [
        (String::new(), 10, 19),
        (
            format!(
                "?baseline={}&current={}",
                snapshot_name(3),
                snapshot_name(7)
            ),
            3,
            7,
        ),
    ] {
        for (path, format) in [("diff-analysis", "json"), ("flame.svg", "svg")] {
            let run = fabric(&["diff", "--format", format, &place(before), &place(after)]);
            let reply = server.get(&format!("/api/memory/{path}{query}"));
            assert_eq!(reply.text(), run.stdout, "{path}{query}");
        }
    }
}

#[test]
fn the_verdict_names_the_function_that_leaks() {
    let server = Server::start();
    let trend = server.get("/api/memory/trend").json();
    assert_eq!(trend["overallAssessment"], "leaking");
    assert_eq!(trend["suspects"][0]["function"], "main.newSession");
    let diff = server.get("/api/memory/diff-analysis").json();
    let growing = diff["growingObjects"].as_array().expect("a list");
    assert!(!growing.is_empty());
    for member in ["name", "countDelta", "sizeDeltaBytes", "percentChange"] {
        assert!(!growing[0][member].is_null(), "{member}: {}", growing[0]);
    }
    // The verdict was told before anybody asked.
    let told = server.get("/api/memory/targets").json();
    assert_eq!(told["targets"][0]["target"], "self");
    assert_eq!(told["targets"][0]["assessment"], "leaking");
    assert_eq!(
        told["targets"][0]["suspects"][0]["function"],
        "main.newSession"
    );
    let metrics = server.get("/api/metrics");
    let metrics = metrics.text();
    assert!(
        metrics.contains("fabric_memory_analyses_total 1\n"),
        "{metrics}"
    );
}

#[test]
fn with_fewer_than_two_snapshots_there_is_a_verdict_and_no_report() {
    let server = Server::start();
    for entry in fs::read_dir(server.snapshots.path()).expect("a folder") {
        fs::remove_file(entry.expect("an entry").path()).expect("it goes");
    }
    let reply = server.get("/api/memory/trend");
    assert_eq!(reply.status, 200);
    let trend = reply.json();
    assert_eq!(trend["overallAssessment"], "insufficient-data");
    assert_eq!(trend["snapshots"], serde_json::json!([]));
    assert_eq!(trend["diffs"], serde_json::json!([]));
    for path in ["trend.md", "diff-analysis", "report.html", "flame.svg"] {
        let reply = server.get(&format!("/api/memory/{path}"));
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (404, "too-few-snapshots"),
            "{path}"
        );
    }
    let reply = server.post("/api/memory/trend/save", "");
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (404, "too-few-snapshots")
    );
}

#[test]
fn documents_may_run_their_own_script_and_be_framed_by_this_server_alone() {
    let server = Server::start();
    for (path, kind, scripts) in [
        ("flame.svg", "image/svg+xml", 1),
        ("chart.svg", "image/svg+xml", 0),
        ("report.html", "text/html; charset=utf-8", 2),
    ] {
        let reply = server.get(&format!("/api/memory/{path}"));
        assert_eq!(reply.header("content-type"), Some(kind));
        assert_eq!(reply.header("x-frame-options"), Some("SAMEORIGIN"));
        let policy = reply
            .header("content-security-policy")
            .expect("a policy")
            .to_owned();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
        assert_eq!(policy.matches("'sha256-").count(), scripts, "{policy}");
        // Every script on it, and nothing but these, is let run.
        let text = reply.text();
        assert_eq!(text.matches("<script").count(), scripts, "{path}");
        for script in text.split("<script>").skip(1) {
            let script = script.split("</script>").next().expect("an end");
            let script = script
                .strip_prefix("<![CDATA[")
                .and_then(|script| script.strip_suffix("]]>"))
                .unwrap_or(script);
            let hash = sha256(script);
            assert!(policy.contains(&hash), "{path}: {hash} is not in {policy}");
        }
    }
    let reply = server.get("/api/memory/trend");
    assert_eq!(reply.header("x-frame-options"), Some("DENY"));
}

/// As policies write it.
fn sha256(script: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, script.as_bytes());
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("'sha256-");
    for three in digest.as_ref().chunks(3) {
        let bits = (0..3).fold(0u32, |sum, at| {
            sum << 8 | u32::from(three.get(at).copied().unwrap_or(0))
        });
        for place in 0..4 {
            match place > three.len() {
                true => text.push('='),
                false => text.push(digits[(bits >> (18 - 6 * place)) as usize & 63].into()),
            }
        }
    }
    text + "'"
}

#[test]
fn a_snapshot_can_be_had_and_pinned_and_nothing_else_can() {
    let server = Server::start();
    let list = server.get("/api/memory/files").json();
    let files = list["files"].as_array().expect("a list").clone();
    assert_eq!((files.len(), &list["total"]), (20, &Value::from(20)));
    let first = &files[0];
    assert_eq!(first["filename"], snapshot_name(0));
    assert_eq!(first["trigger"], "periodic");
    assert_eq!(first["pinned"], false);
    let path = format!("/api/memory/files/{}", snapshot_name(0));
    for header in ["accept: */*", "accept-encoding: gzip"] {
        let reply = server.ask("GET", &path, &[header], "");
        assert_eq!(reply.status, 200);
        let there = server.snapshots.path().join(snapshot_name(0));
        assert!(reply.body == fs::read(there).expect("a file"), "{header}");
        assert_eq!(
            reply.header("content-type"),
            Some("application/octet-stream")
        );
        assert_eq!(reply.header("content-encoding"), None);
    }
    for (verb, pinned, changed) in [
        ("pin", true, true),
        ("pin", true, false),
        ("unpin", false, true),
        ("unpin", false, false),
    ] {
        let reply = server.post(&format!("{path}/{verb}"), "").json();
        assert_eq!(
            (&reply["pinned"], &reply["changed"]),
            (&Value::from(pinned), &Value::from(changed))
        );
        let list = server.get("/api/memory/files").json();
        assert_eq!(list["files"][0]["pinned"], pinned);
    }
    let folder = server.snapshots.path();
    let outside = tempfile::NamedTempFile::new().expect("a file");
    std::os::unix::fs::symlink(outside.path(), folder.join("heap-1-manual.pb.gz")).expect("a link");
    fs::create_dir(folder.join("heap-2-manual.pb.gz")).expect("a folder");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        folder.join("heap-3-manual.pb.gz"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .expect("a pipe");
    fs::write(folder.join("notes.txt"), "mine").expect("a file");
    for name in [
        "heap-1-manual.pb.gz",
        "heap-2-manual.pb.gz",
        "heap-3-manual.pb.gz",
        "heap-4-manual.pb.gz",
        "notes.txt",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "heap-1-manual.pb.gz.json",
        "%ff",
        "heap-1795000000000-periodic.pb.gz%00",
    ] {
        let path = format!("/api/memory/files/{name}");
        let reply = server.get(&path);
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (404, "not-found"),
            "{name}"
        );
        let reply = server.post(&format!("{path}/pin"), "");
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (404, "not-found"),
            "{name}"
        );
    }
    let reply = server.get("/api/memory/files/../../../etc/passwd");
    assert_eq!(reply.status, 404);
}

#[test]
fn a_report_is_saved_beside_the_snapshots_and_is_none_of_them() {
    let server = Server::start();
    let reply = server.post("/api/memory/trend/save", "").json();
    assert_eq!(reply["success"], true);
    let path = reply["filepath"].as_str().expect("a path");
    let inside = server.snapshots.path().join("reports");
    assert!(std::path::Path::new(path).starts_with(&inside), "{path}");
    let text = fs::read_to_string(path).expect("a report");
    assert_eq!(text, server.get("/api/memory/trend.md").text());
    assert_eq!(fs::read_dir(&inside).expect("a folder").count(), 1);
    let trend = server.get("/api/memory/trend").json();
    assert_eq!(trend["snapshots"].as_array().map(Vec::len), Some(20));
}
