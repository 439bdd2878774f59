//! `fabric snapshot` against loopback servers that behave well, badly and worse, and against folders that cannot be written.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::run_fabric::{Run, command, fabric, fabric_with_input, fixtures};

const GOLEAK: &str = "pprof/go-1.27/goleak/heap.007.pb.gz";
const JEMALLOC: &str = "jemalloc/5.3/cleak/run1.2.heap";

/// A server that gives each connection to `answer`, with the head of the request. It ends with the test's process; its thread waits in
/// `accept` until then.
fn serve(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
    let address = listener.local_addr().expect("it has an address");
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut stream = stream;
                let head = head(&mut stream);
                answer(&head, &mut stream);
            });
        }
    });
    format!("http://{address}")
}

fn head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn ok(stream: &mut impl Write, body: &[u8]) {
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(body);
}

fn profile() -> Vec<u8> {
    fs::read(fixtures().join(GOLEAK)).expect("the fixture is there")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn snapshot(dir: &Path, arguments: &[&str]) -> Run {
    let dir = dir.display().to_string();
    let mut all = vec!["snapshot", "--dir", &dir, "--no-symbolize"];
    all.extend_from_slice(arguments);
    fabric(&all)
}

/// What is in a folder, apart from the lock.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .filter(|name| name != ".fabric-snapshot.lock")
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

fn snapshots(dir: &Path) -> Vec<PathBuf> {
    names(dir)
        .into_iter()
        .filter(|name| name.ends_with(".pb.gz"))
        .map(|name| dir.join(name))
        .collect()
}

fn sidecar(snapshot: &Path) -> serde_json::Value {
    let text = fs::read(format!("{}.json", snapshot.display())).expect("a sidecar");
    serde_json::from_slice(&text).expect("JSON")
}

/// One line that says all of `expected`, exit code `code`, and the folder as it was.
fn check_failure(dir: &Path, run: &Run, code: i32, expected: &[&str]) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert_eq!(run.stdout, "");
    for text in expected {
        assert!(run.stderr.contains(text), "{text}: {}", run.stderr);
    }
    assert_eq!(names(dir).len(), 2, "{:?}", names(dir));
}

/// A folder with one good snapshot, which no failure may touch.
fn folder_with_one() -> tempfile::TempDir {
    let dir = folder();
    let run = snapshot(dir.path(), &[GOLEAK]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    dir
}

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
    // The server is this test, found by the port it listens on.
    assert_eq!(beside["pid"], std::process::id());
    assert!(beside["memory"]["residentBytes"].as_u64() > Some(1_000_000));
    assert!(beside["processStartedAt"].as_i64() > Some(1_600_000_000_000));
    let name = stored[0].file_name().unwrap_or_default().to_string_lossy();
    let time = beside["capturedAt"].as_i64().unwrap_or(0);
    assert_eq!(name, format!("heap-{time}-periodic.pb.gz"));
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
fn servers_that_answer_badly_are_reported_in_one_line() {
    let base = serve(|head, stream| {
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let _ = match path.as_str() {
            "/404" => write!(
                stream,
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            ),
            "/500" => write!(
                stream,
                "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n\x1b[31mboom\nmore"
            ),
            "/204" => write!(stream, "HTTP/1.1 204 No Content\r\n\r\n"),
            "/html" => {
                ok(stream, b"<!doctype html><title>Log in</title>");
                Ok(())
            }
            "/cpu" => {
                let cpu = fs::read(fixtures().join("pprof/go-1.27/kinds/cpu.pb.gz"));
                ok(stream, &cpu.expect("the fixture is there"));
                Ok(())
            }
            "/empty" => {
                ok(stream, b"");
                Ok(())
            }
            "/half" => {
                let body = profile();
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all(&body[..body.len() / 2])
            }
            // Without a length nobody but the reader of the profile can tell.
            "/half-unannounced" => {
                let body = profile();
                let _ = write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                stream.write_all(&body[..body.len() / 2])
            }
            "/half-text" => {
                let body = fs::read(fixtures().join("hostile/jemalloc-cut-mid-line.heap"));
                ok(stream, &body.expect("the fixture is there"));
                Ok(())
            }
            "/half-chunk" => write!(
                stream,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\nabc"
            ),
            "/huge" => write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\nabc"
            ),
            "/loop" => write!(
                stream,
                "HTTP/1.1 301 Moved Permanently\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"
            ),
            "/nowhere" => write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"
            ),
            "/not-http" => write!(stream, "220 mail.example ESMTP\r\n"),
            _ => Ok(()),
        };
    });
    let dir = folder_with_one();
    for (path, expected) in [
        ("404", &["404 Not Found", "/debug/pprof/heap"][..]),
        ("500", &["500", "\\u{1b}[31mboom", "log of the service"]),
        ("204", &["204"]),
        ("html", &["HTML"]),
        ("cpu", &["CPU profile", "/debug/pprof/heap"]),
        ("empty", &["empty"]),
        ("half", &["broke off"]),
        ("half-unannounced", &["cut off", "again"]),
        ("half-text", &["ends early"]),
        ("half-chunk", &["broke off"]),
        ("huge", &["larger than 1.00 GiB", "--max-size"]),
        ("loop", &["redirects more than"]),
        ("nowhere", &["file:///etc/passwd"]),
        ("not-http", &["HTTP"]),
        ("closes", &[""]),
    ] {
        let url = format!("{base}/{path}");
        let run = snapshot(dir.path(), &[&url]);
        let mut all = vec![url.as_str()];
        all.extend_from_slice(expected);
        check_failure(dir.path(), &run, 3, &all);
    }
}

#[test]
fn servers_without_end_are_cut_off() {
    let base = serve(|head, stream| {
        if head.contains("/hang-before") {
            std::thread::sleep(Duration::from_secs(60));
        }
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        let is_slow = head.contains("/slow");
        let chunk = vec![0u8; if is_slow { 1 } else { 1 << 16 }];
        // Ends when the other side goes away.
        while stream.write_all(&chunk).is_ok() {
            if is_slow {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    });
    let dir = folder_with_one();
    for path in ["hang-before", "slow"] {
        let began = Instant::now();
        let run = snapshot(
            dir.path(),
            &[&format!("{base}/{path}"), "--timeout", "700ms"],
        );
        check_failure(dir.path(), &run, 3, &["700 ms", "--timeout"]);
        assert!(began.elapsed() < Duration::from_secs(20), "{path}");
    }
    let run = snapshot(
        dir.path(),
        &[&format!("{base}/endless"), "--max-size", "3MiB"],
    );
    check_failure(dir.path(), &run, 3, &["larger than 3.00 MiB"]);
}

#[test]
fn hosts_that_are_not_there_are_named() {
    let dir = folder_with_one();
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
    let port = listener.local_addr().map_or(0, |address| address.port());
    drop(listener);
    let url = format!("http://127.0.0.1:{port}/debug/pprof/heap");
    check_failure(
        dir.path(),
        &snapshot(dir.path(), &[&url]),
        3,
        &[&url, "refused"],
    );
    let nowhere = "http://nowhere.invalid/heap";
    let run = snapshot(dir.path(), &[nowhere, "--timeout", "5s"]);
    check_failure(dir.path(), &run, 3, &[nowhere]);
}

#[test]
fn command_lines_that_make_no_sense_are_refused() {
    let dir = folder_with_one();
    for (arguments, expected) in [
        (&["ftp://h/heap"][..], "not an http"),
        (&["http://user:pw@h/heap"], "--header @FILE"),
        (&[], "name a source"),
        (&["http://127.0.0.1:1/", "--header", "no colon"], "colon"),
        (
            &["http://127.0.0.1:1/", "--token-file", "/nowhere"],
            "/nowhere",
        ),
        (&["http://127.0.0.1:1/", "--cacert", GOLEAK], "PEM"),
        (
            &["http://127.0.0.1:1/", "--trigger", "../../x"],
            "possible values",
        ),
        (&[GOLEAK, "--keep", "0"], "at least 1"),
        (&["--pin", "/etc/passwd"], "not the name of a snapshot"),
    ] {
        let run = snapshot(dir.path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(
            run.stderr.contains(expected),
            "{arguments:?}: {}",
            run.stderr
        );
        assert!(!run.stderr.contains("pw@"), "{}", run.stderr);
        assert_eq!(names(dir.path()).len(), 2, "{arguments:?}");
    }
    let missing = snapshot(dir.path(), &["no-such-file.heap"]);
    check_failure(
        dir.path(),
        &missing,
        3,
        &["no-such-file.heap: no such file"],
    );
    let gone = snapshot(dir.path(), &[GOLEAK, "--pid", "4194999"]);
    check_failure(dir.path(), &gone, 3, &["no such process"]);
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
            ok(&mut stream, &profile());
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

#[test]
fn two_runs_at_once_take_turns() {
    let base = serve(|_, stream| {
        std::thread::sleep(Duration::from_millis(200));
        ok(stream, &profile());
    });
    let dir = folder();
    let path = dir.path().display().to_string();
    let start = |more: &[&str]| {
        let mut arguments = vec!["snapshot", "--dir", &path, &base];
        arguments.extend_from_slice(more);
        command(&arguments).spawn().expect("it starts")
    };
    let runs: Vec<_> = (0..4).map(|_| start(&[])).collect();
    for mut run in runs {
        assert!(run.wait().is_ok_and(|status| status.success()));
    }
    assert_eq!(snapshots(dir.path()).len(), 4);
    // Two triggers that fire together take one.
    let other = folder();
    let path = other.path().display().to_string();
    let runs: Vec<_> = (0..4)
        .map(|_| {
            command(&["snapshot", "--dir", &path, &base, "--min-interval", "10m"])
                .spawn()
                .expect("it starts")
        })
        .collect();
    for mut run in runs {
        assert!(run.wait().is_ok_and(|status| status.success()));
    }
    assert_eq!(snapshots(other.path()).len(), 1);
}

#[test]
fn retention_keeps_pins_and_the_newest_and_dry_run_tells_before() {
    let dir = folder();
    let out = dir.path().join("out");
    for step in ["000", "005", "007", "010", "015"] {
        let file = format!("pprof/go-1.27/goleak/heap.{step}.pb.gz");
        let run = snapshot(&out, &[&file, "--max-age", "all"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let foreign = out.join("heap-1-manual.txt");
    assert!(fs::write(&foreign, "mine").is_ok());
    let stored = snapshots(&out);
    let first = stored[0].display().to_string();
    assert_eq!(fabric(&["snapshot", "--pin", &first]).code, 0);
    let bounds = ["--max-age", "all", "--keep", "2"];
    let mut dry = vec!["--dry-run", "--format", "json"];
    dry.extend_from_slice(&bounds);
    let run = snapshot(&out, &dry);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    assert_eq!(json["schema"], "fabric.snapshots/1");
    let removed: Vec<bool> = json["snapshots"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| row["remove"] == "keep")
        .collect();
    assert_eq!(removed, [false, true, true, false, false]);
    assert_eq!(snapshots(&out), stored);
    let mut arguments = vec!["pprof/go-1.27/goleak/heap.019.pb.gz"];
    arguments.extend_from_slice(&bounds);
    assert_eq!(snapshot(&out, &arguments).code, 0);
    let left = snapshots(&out);
    assert_eq!(left.len(), 3);
    assert_eq!((&left[0], &left[1]), (&stored[0], &stored[4]));
    assert!(foreign.exists());
    assert_eq!(names(&out).len(), 3 + 3 + 1 + 1, "{:?}", names(&out));
    let list = snapshot(&out, &["--list"]);
    assert!(list.stdout.contains("pinned"), "{}", list.stdout);
    assert!(list.stdout.contains("3 snapshots"), "{}", list.stdout);
    // Everything here is old; the newest stays, and the pin.
    assert_eq!(snapshot(&out, &[GOLEAK, "--max-age", "1ms"]).code, 0);
    assert_eq!(fabric(&["snapshot", "--unpin", &first]).code, 0);
    assert_eq!(snapshot(&out, &[JEMALLOC, "--max-age", "1ms"]).code, 0);
    assert_eq!(snapshots(&out).len(), 1);
}

#[test]
fn a_clock_that_jumped_back_overwrites_nothing() {
    let dir = folder();
    // A snapshot from a future that the clock has left.
    let future = dir.path().join("heap-9999999999999-periodic.pb.gz");
    assert!(fs::write(&future, profile()).is_ok());
    for _ in 0..2 {
        let base = serve(|_, stream| ok(stream, &profile()));
        let run = snapshot(dir.path(), &[&base, "--keep", "2", "--min-interval", "1ms"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    assert!(future.exists());
    assert_eq!(snapshots(dir.path()).len(), 2);
    // The same file again gets a name of its own.
    let other = folder();
    for _ in 0..3 {
        assert_eq!(
            snapshot(other.path(), &[GOLEAK, "--max-age", "all"]).code,
            0
        );
    }
    assert_eq!(snapshots(other.path()).len(), 3);
}

#[test]
fn folders_that_cannot_be_written_have_a_code_of_their_own() {
    let dir = folder();
    let file = dir.path().join("file");
    assert!(fs::write(&file, "").is_ok());
    for (path, expected) in [
        (file.clone(), "folder"),
        (file.join("below"), "folder"),
        (PathBuf::from("/proc/fabric"), ""),
    ] {
        let run = snapshot(&path, &[GOLEAK]);
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
    assert_eq!(snapshot(&dir.path().join("none"), &["--list"]).code, 3);
}

/// Runs as `nobody`, which only root can; root may write everywhere.
fn as_nobody(arguments: &[&str]) -> Option<Run> {
    use std::os::unix::process::CommandExt;
    let output = command(arguments)
        .uid(65534)
        .gid(65534)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    Some(Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

#[test]
fn a_folder_of_somebody_else_stays_as_it_is() {
    let dir = folder_with_one();
    let path = dir.path().display().to_string();
    let file = fixtures().join(GOLEAK).display().to_string();
    match as_nobody(&["snapshot", "--dir", &path, &file]) {
        None => println!("skipped: only root can become somebody else"),
        // The folder is closed to others altogether, and so may the binary be.
        Some(run) => {
            check_failure(
                dir.path(),
                &run,
                4,
                &["permission denied", "belongs to user 0"],
            );
        }
    }
}

#[test]
fn a_full_disk_keeps_what_it_has() {
    let dir = folder();
    let path = dir.path().display().to_string();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=20m", "fabric-test", &path])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        println!("skipped: only root can mount a small disk");
        return;
    }
    let work = || {
        assert_eq!(snapshot(dir.path(), &[GOLEAK]).code, 0);
        // It is stopped while it comes, before the disk is full.
        let base = serve(|_, stream| {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            let chunk = vec![0u8; 1 << 16];
            while stream.write_all(&chunk).is_ok() {}
        });
        let run = snapshot(dir.path(), &[&base]);
        check_failure(dir.path(), &run, 4, &["disk is full"]);
        assert!(fs::write(dir.path().join("ballast"), vec![1u8; 5 << 20]).is_ok());
        let run = snapshot(dir.path(), &[GOLEAK]);
        assert!(fs::remove_file(dir.path().join("ballast")).is_ok());
        check_failure(dir.path(), &run, 4, &["disk is full", "--max-bytes"]);
    };
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    let _ = std::process::Command::new("umount").arg(&path).status();
    if let Err(panic) = done {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn a_kill_at_any_point_leaves_whole_snapshots_alone() {
    let base = serve(|_, stream| {
        let body = profile();
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        for part in body.chunks(body.len() / 8) {
            let _ = stream.write_all(part);
            let _ = stream.flush();
            std::thread::sleep(Duration::from_micros(300));
        }
    });
    let dir = folder();
    let path = dir.path().display().to_string();
    let run = || {
        command(&[
            "snapshot",
            "--dir",
            &path,
            "--no-symbolize",
            "--keep",
            "5",
            &base,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
    };
    let began = Instant::now();
    assert!(run().wait().is_ok_and(|status| status.success()));
    let whole = began.elapsed();
    for step in 0..60u32 {
        let mut child = run();
        std::thread::sleep(whole * step / 50);
        let _ = child.kill();
        let _ = child.wait();
        for snapshot in snapshots(dir.path()) {
            // What has its name has everything.
            assert_eq!(fs::read(&snapshot).ok(), Some(profile()), "step {step}");
            assert_eq!(
                sidecar(&snapshot)["schema"],
                "fabric.snapshot/1",
                "step {step}"
            );
        }
    }
    assert!(run().wait().is_ok_and(|status| status.success()));
    let stored = snapshots(dir.path());
    assert_eq!(
        names(dir.path()).len(),
        2 * stored.len(),
        "{:?}",
        names(dir.path())
    );
    assert!((1..=5).contains(&stored.len()));
}

/// A process that ends with the test.
struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until `done`, for at most ten seconds.
fn eventually(done: impl Fn() -> bool) -> bool {
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if done() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

#[test]
fn dumps_are_filed_as_they_appear() {
    let dir = folder();
    let out = dir.path().join("out");
    let dump = |name: &str, bytes: &[u8]| {
        assert!(fs::write(dir.path().join(name), bytes).is_ok());
    };
    let text = fs::read(fixtures().join(JEMALLOC)).expect("the fixture is there");
    dump("je.77.0.i0.heap", &text);
    let prefix = dir.path().join("je").display().to_string();
    let folder = out.display().to_string();
    let watch = command(&[
        "snapshot",
        "--no-symbolize",
        "--watch-prefix",
        &prefix,
        "--dir",
        &folder,
    ])
    .stderr(Stdio::piped())
    .spawn()
    .expect("it starts");
    let mut watch = Child(watch);
    assert!(eventually(|| snapshots(&out).len() == 1));
    dump("je.77.1.i1.heap", &text[..text.len() / 3]);
    dump("je.77.2.i2.heap", &text);
    dump("other.heap", &text);
    assert!(eventually(|| snapshots(&out).len() == 2));
    let beside = sidecar(&snapshots(&out)[1]);
    assert_eq!(beside["pid"], 77);
    assert!(
        beside["source"]
            .as_str()
            .is_some_and(|it| it.ends_with("je.77.2.i2.heap"))
    );
    let _ = watch.0.kill();
    let mut said = String::new();
    let stderr = watch.0.stderr.as_mut().expect("it is piped");
    assert!(stderr.read_to_string(&mut said).is_ok());
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("je.77.1.i1.heap"), "{said}");
}

/// Node with a program, once it has printed a line.
fn node(arguments: &[&str], program: &str) -> Option<Child> {
    let mut child = std::process::Command::new("node")
        .args(arguments)
        .args(["-e", program])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut byte = [0];
    let stdout = child.stdout.as_mut().expect("it is piped");
    assert!(stdout.read_exact(&mut byte).is_ok());
    Some(Child(child))
}

const IDLE: &str = "globalThis.kept = new Array(1000).fill('a string of ours'); setInterval(() => {}, 1000); console.log('on')";

#[test]
fn a_node_process_gives_its_heap_over_its_inspector() {
    let Some(child) = node(&["--inspect=127.0.0.1:0"], IDLE) else {
        println!("skipped: there is no node");
        return;
    };
    let dir = folder();
    let pid = child.0.id().to_string();
    let run = snapshot(dir.path(), &["--pid", &pid]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let names = names(dir.path());
    assert!(names[0].ends_with("-manual.heapsnapshot"), "{names:?}");
    let text = fs::read(dir.path().join(&names[0])).expect("it is there");
    let json: serde_json::Value = serde_json::from_slice(&text).expect("V8 writes JSON");
    assert!(json["snapshot"]["node_count"].as_u64() > Some(1000));
    let beside = sidecar(&dir.path().join(&names[0]));
    assert_eq!(beside["pid"], child.0.id());
    assert_eq!(beside["command"], "node");
    assert!(beside["memory"]["residentBytes"].as_u64() > Some(10_000_000));
    let run = snapshot(dir.path(), &["--pid", &pid, "--max-size", "100KiB"]);
    check_failure(dir.path(), &run, 3, &["larger than 100 KiB"]);
}

#[test]
fn a_sleeping_inspector_is_woken_on_demand_and_sleeps_again() {
    let Some(child) = node(&["--inspect-port=127.0.0.1:0"], IDLE) else {
        println!("skipped: there is no node");
        return;
    };
    let dir = folder();
    let pid = child.0.id().to_string();
    let run = snapshot(dir.path(), &["--pid", &pid]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("--wake"), "{}", run.stderr);
    for count in 1..=2 {
        let run = snapshot(dir.path(), &["--pid", &pid, "--wake"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(names(dir.path()).len(), 2 * count);
    }
    let run = snapshot(dir.path(), &["--pid", &pid]);
    assert!(run.stderr.contains("--wake"), "{}", run.stderr);
    // Another program is left alone.
    let sleep = std::process::Command::new("sleep").arg("60").spawn();
    let mut sleep = Child(sleep.expect("sleep is there"));
    let run = snapshot(dir.path(), &["--pid", &sleep.0.id().to_string(), "--wake"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("it was not sent"), "{}", run.stderr);
    assert!(sleep.0.try_wait().is_ok_and(|ended| ended.is_none()));
}

#[test]
fn a_process_that_dies_in_the_middle_leaves_nothing() {
    let large = "const kept = []; for (let i = 0; i < 300000; i++) kept.push({i, s: 'x' + i}); setInterval(() => kept.length, 1000); \
                 console.log('on')";
    let Some(mut child) = node(&["--inspect=127.0.0.1:0"], large) else {
        println!("skipped: there is no node");
        return;
    };
    let dir = folder_with_one();
    let path = dir.path().display().to_string();
    let pid = child.0.id().to_string();
    let run = command(&["snapshot", "--dir", &path, "--pid", &pid])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    // The heap has begun to come.
    assert!(eventually(|| {
        let parts = fs::read_dir(dir.path()).expect("it is there").flatten();
        parts
            .filter(|it| it.file_name().to_string_lossy().ends_with(".part"))
            .any(|it| it.metadata().is_ok_and(|it| it.len() > 0))
    }));
    let _ = child.0.kill();
    let output = run.wait_with_output().expect("it ends");
    let run = Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    check_failure(dir.path(), &run, 3, &["the process ended"]);
}

/// Runs openssl in a folder; `None` where there is none.
fn openssl(dir: &Path, arguments: &str) -> Option<()> {
    std::process::Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(dir)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .ok()?
        .success()
        .then_some(())
}

/// An authority `ca.pem`, and a certificate of it for 127.0.0.1.
fn certificates(dir: &Path) -> Option<()> {
    fs::write(
        dir.join("ext"),
        "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n",
    )
    .ok()?;
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(
        dir,
        &format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca"),
    )?;
    openssl(
        dir,
        &format!("req {key} -keyout key.pem -out leaf.csr -subj /CN=leaf"),
    )?;
    openssl(
        dir,
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out leaf.pem",
    )
}

#[test]
fn tls_believes_the_authorities_it_is_told() {
    let dir = folder();
    if certificates(dir.path()).is_none() {
        println!("skipped: there is no openssl");
        return;
    }
    assert!(fs::write(dir.path().join("heap"), profile()).is_ok());
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_or(0, |address| address.port());
    let server = std::process::Command::new("openssl")
        .args([
            "s_server", "-cert", "leaf.pem", "-key", "key.pem", "-WWW", "-quiet",
        ])
        .args(["-accept", &format!("127.0.0.1:{port}")])
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _server = Child(server.expect("openssl is there"));
    assert!(eventually(
        || TcpStream::connect(("127.0.0.1", port)).is_ok()
    ));
    let out = folder_with_one();
    let url = format!("https://127.0.0.1:{port}/heap");
    let run = snapshot(out.path(), &[&url]);
    check_failure(out.path(), &run, 3, &["certificate", "--cacert"]);
    let authority = dir.path().join("ca.pem").display().to_string();
    let run = snapshot(out.path(), &[&url, "--cacert", &authority]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let other = format!("https://localhost:{port}/heap");
    let run = snapshot(out.path(), &[&other, "--cacert", &authority]);
    assert_eq!(run.code, 3, "{}", run.stderr);
}
