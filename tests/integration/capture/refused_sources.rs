//! Sources that give none: one line says why, and the folder stays as it was.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;
use std::time::Instant;

use super::{GOLEAK, check_failure, folder_with_one, names, ok, profile, serve, snapshot};
use crate::run_fabric::fixtures;

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
