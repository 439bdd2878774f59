//! Sources that give a profile: what is stored of them, and with which circumstances.

use std::fs;
use std::io::Write;
use std::time::Duration;

use super::{
    GOLEAK, JEMALLOC, check_failure, folder, folder_with_one, head, names, ok, profile, serve,
    sidecar, snapshot, snapshots,
};
use crate::run_fabric::{command, fabric, fabric_with_input, fixtures};

#[test]
fn a_profile_is_stored_as_it_came_with_its_circumstances() {
    let base = serve(|_, stream| ok(stream, &profile()));
    let dir = folder();
    let url = format!("{base}/debug/pprof/heap?gc=1&key=s3cret");
    let run = snapshot(
        &dir.path().join("new"),
        &[&url, "--trigger", "periodic", "--service", "web"],
    );
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, "", "")
    );
    let stored = snapshots(&dir.path().join("new"));
    assert_eq!(stored.len(), 1);
    assert_eq!(fs::read(&stored[0]).ok(), Some(profile()));
    let beside = sidecar(&stored[0]);
    assert_eq!(beside["schema"], "fabric.snapshot/1");
    assert_eq!(beside["trigger"], "periodic");
    assert_eq!(beside["service"], "web");
    assert_eq!(
        beside["source"],
        format!("{base}/debug/pprof/heap?gc=1&key=...")
    );
    assert_eq!(beside["sourceFormat"], "pprof");
    // Who listens there is this test, and the profile is of another program: a proxy, as far as anybody can see.
    assert!(beside.get("pid").is_none() && beside.get("memory").is_none());
    let name = stored[0].file_name().unwrap_or_default().to_string_lossy();
    let time = beside["capturedAt"].as_i64().unwrap_or(0);
    assert_eq!(name, format!("heap-{time}-periodic.pb.gz"));
}

/// A profile that does not say of which program it is.
fn nameless() -> Vec<u8> {
    fs::read(fixtures().join("pprof/pprof-nodejs-5.20/heap.000.pb.gz")).expect("it is there")
}

#[test]
fn the_process_is_found_by_the_port_it_listens_on() {
    let base = serve(|_, stream| ok(stream, &nameless()));
    let dir = folder();
    let run = snapshot(dir.path(), &[&base]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let beside = sidecar(&snapshots(dir.path())[0]);
    assert_eq!(beside["pid"], std::process::id());
    assert!(beside["memory"]["residentBytes"].as_u64() > Some(1_000_000));
    assert!(beside["processStartedAt"].as_i64() > Some(1_600_000_000_000));
    // Whoever names a process knows better.
    let other = serve(|_, stream| ok(stream, &profile()));
    let pid = std::process::id().to_string();
    let out = folder();
    assert_eq!(snapshot(out.path(), &[&other, "--pid", &pid]).code, 0);
    let beside = sidecar(&snapshots(out.path())[0]);
    assert_eq!(beside["pid"], std::process::id());
}

#[test]
fn verbose_says_where_it_is() {
    let dir = folder();
    let run = snapshot(dir.path(), &[GOLEAK, "-v"]);
    assert_eq!(run.code, 0);
    let stored = snapshots(dir.path());
    assert_eq!(run.stdout, format!("{}\n", stored[0].display()));
    // A file keeps the time that is in it.
    let origin = sidecar(&stored[0])["capturedAt"].as_i64();
    assert!(origin < Some(1_800_000_000_000) && origin > Some(1_700_000_000_000));
}

#[test]
fn other_formats_become_pprof_and_their_bytes_are_kept_on_demand() {
    let dir = folder();
    let run = snapshot(dir.path(), &[JEMALLOC, "--keep-original"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let stored = snapshots(dir.path());
    let beside = sidecar(&stored[0]);
    assert_eq!(beside["sourceFormat"], "jemalloc");
    let original = dir
        .path()
        .join(beside["original"].as_str().unwrap_or_default());
    assert_eq!(
        fs::read(original).ok(),
        fs::read(fixtures().join(JEMALLOC)).ok()
    );
    let total = |path: &str| {
        let run = fabric(&["show", "--format", "json", "--no-symbolize", path]);
        let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_default();
        (json["inuseBytes"].clone(), json["total"].clone(), run.code)
    };
    assert_eq!(total(&stored[0].display().to_string()), total(JEMALLOC));
}

#[test]
fn names_are_looked_up_while_the_program_is_there() {
    let dir = folder();
    let folder = dir.path().display().to_string();
    // The program lies beside its dumps.
    let run = fabric(&[
        "snapshot",
        "--dir",
        &folder,
        "--symbols",
        "jemalloc/5.3/cleak",
        JEMALLOC,
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let stored = snapshots(dir.path())[0].display().to_string();
    let shown = fabric(&["show", "--no-symbolize", &stored]);
    assert!(shown.stdout.contains("leak"), "{}", shown.stdout);
}

#[test]
fn standard_input_is_a_source() {
    let dir = folder();
    let path = dir.path().display().to_string();
    let run = fabric_with_input(&["snapshot", "--dir", &path, "-"], &profile());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(
        sidecar(&snapshots(dir.path())[0])["source"],
        "standard input"
    );
}

#[test]
fn heap_snapshots_are_stored_as_they_are() {
    let dir = folder();
    let file = dir.path().join("in.heapsnapshot");
    assert!(fs::write(&file, "{\"snapshot\":{\"meta\":{}},\"strings\":[]}").is_ok());
    let out = dir.path().join("out");
    let run = snapshot(&out, &[&file.display().to_string()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        names(&out)[0].ends_with("-manual.heapsnapshot"),
        "{:?}",
        names(&out)
    );
}

#[test]
fn secrets_go_to_the_server_that_is_named_alone() {
    let other = serve(
        |head, stream| match head.contains("Bearer") || head.contains("s3cret") {
            true => ok(stream, b"leaked"),
            false => ok(stream, &profile()),
        },
    );
    let base = serve(move |head, stream| {
        let head = head.to_ascii_lowercase();
        let is_known =
            head.contains("authorization: bearer t0ken") && head.contains("x-key: s3cret");
        let _ = match (head.split(' ').nth(1), is_known) {
            (Some("/moved"), true) => write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: /heap\r\nContent-Length: 0\r\n\r\n"
            ),
            (Some("/away"), true) => write!(
                stream,
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: {other}/heap\r\nContent-Length: 0\r\n\r\n"
            ),
            (_, true) => {
                ok(stream, &profile());
                Ok(())
            }
            _ => write!(
                stream,
                "HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\nno token\n"
            ),
        };
    });
    let dir = folder_with_one();
    let file = dir.path().join("token");
    assert!(fs::write(&file, "t0ken\n").is_ok());
    let token = file.display().to_string();
    for path in ["moved", "away", "heap"] {
        let out = folder();
        let url = format!("{base}/{path}");
        let run = snapshot(
            out.path(),
            &[&url, "--token-file", &token, "--header", "X-Key: s3cret"],
        );
        assert_eq!(run.code, 0, "{path}: {}", run.stderr);
    }
    assert!(fs::remove_file(file).is_ok());
    let run = snapshot(dir.path(), &[&base]);
    check_failure(dir.path(), &run, 3, &["401", "no token", "--token-file"]);
    let run = command(&[
        "snapshot",
        "--dir",
        &dir.path().display().to_string(),
        &base,
    ])
    .env("FABRIC_TOKEN", "t0ken")
    .args(["--header", "x-key: s3cret"])
    .output()
    .expect("it runs");
    assert_eq!(run.status.code(), Some(0));
}

#[test]
fn unix_sockets_are_asked_like_any_server() {
    let dir = folder();
    let path = dir.path().join("service.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let head = head(&mut stream);
            if head.contains("/hang") {
                std::thread::sleep(Duration::from_secs(60));
            }
            ok(&mut stream, &nameless());
        }
    });
    let out = dir.path().join("out");
    let path = path.display().to_string();
    for arguments in [
        &[format!("http+unix://{path}/debug/pprof/heap").as_str()][..],
        &["http://localhost/debug/pprof/heap", "--unix-socket", &path],
    ] {
        let run = snapshot(&out, arguments);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let stored = snapshots(&out);
    assert_eq!(stored.len(), 2);
    // Who listens is known from the socket.
    assert_eq!(sidecar(&stored[0])["pid"], std::process::id());
    assert!(sidecar(&stored[0])["memory"]["residentBytes"].is_u64());
    let run = snapshot(
        &out,
        &[&format!("http+unix://{path}/hang"), "--timeout", "500ms"],
    );
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("500 ms"), "{}", run.stderr);
}
