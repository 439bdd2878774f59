//! Services that answer `fabric snapshot` with anything: a profile is kept whole, or a line says why none is.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::campaign::{Outcome, campaign};
use super::{byte_changes, corpus, protobuf_changes, token_changes, well_formed, wrappings};

/// What a service says, whatever it is asked.
fn serve(answer: Arc<Mutex<Vec<u8>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
    let address = listener.local_addr().expect("it has an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = answer.lock().expect("nobody panics with it").clone();
            std::thread::spawn(move || {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                let mut request = Vec::new();
                let mut byte = [0];
                while !request.ends_with(b"\r\n\r\n")
                    && stream.read(&mut byte).is_ok_and(|count| count == 1)
                {
                    request.push(byte[0]);
                }
                let _ = stream.write_all(&answer);
            });
        }
    });
    format!("http://{address}/debug/pprof/heap")
}

const HEADERS: [&str; 14] = [
    "content-encoding: gzip\r\n",
    "content-encoding: br\r\n",
    "transfer-encoding: chunked\r\n",
    "content-length: 0\r\n",
    "content-length: 18446744073709551615\r\n",
    "content-length: -1\r\n",
    "content-type: text/html\r\n",
    "location: /debug/pprof/heap\r\n",
    "location: file:///etc/passwd\r\n",
    "location: http://127.0.0.1:1/\r\n",
    "location: \u{1b}[2J\r\n",
    "connection: keep-alive\r\n",
    "set-cookie: a=b\r\n",
    "x: \0\r\n",
];

#[test]
fn captures() {
    let mut sound = corpus::profiles();
    sound.retain(|original| original.is_sound);
    let answer = Arc::new(Mutex::new(Vec::new()));
    let url = serve(Arc::clone(&answer));
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("snapshots");
    campaign(
        "captures",
        60,
        |random| {
            let which = random.below(sound.len() as u64) as usize;
            let mut body = sound[which].bytes.clone();
            match random.below(6) {
                0 => protobuf_changes::change(&mut body, random),
                1 => body = wrappings::wrap(&body, random),
                _ => {}
            }
            let status = [
                "200 OK",
                "200 OK",
                "200 OK",
                "301 Moved",
                "302 Found",
                "401 No",
                "404 \u{1b}[31m",
                "500 Oh",
                "204 Nothing",
                "100 Continue",
                "999 What",
            ];
            let status = match random.below(2) {
                0 => "200 OK",
                _ => status[random.below(status.len() as u64) as usize],
            };
            let length = match random.below(3) {
                0 => String::new(),
                _ => format!("content-length: {}\r\n", body.len()),
            };
            let mut header = String::new();
            for _ in 0..random.below(4).saturating_sub(1) {
                header += HEADERS[random.below(HEADERS.len() as u64) as usize];
            }
            let mut head = format!("HTTP/1.1 {status}\r\n{header}{length}\r\n").into_bytes();
            match random.below(4) {
                0 => token_changes::change(&mut head, random),
                1 => byte_changes::change(&mut head, &body, random),
                _ => {}
            }
            head.extend(body);
            head
        },
        |bytes, _| {
            *answer.lock().expect("nobody panics with it") = bytes.to_vec();
            let output = Command::new(env!("CARGO_BIN_EXE_fabric"))
                .args([
                    "snapshot",
                    "--no-symbolize",
                    "--timeout",
                    "20s",
                    "--keep",
                    "1",
                    "--dir",
                ])
                .arg(&dir)
                .arg(&url)
                .env_clear()
                .stdin(Stdio::null())
                .output()
                .expect("the binary starts");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!said.contains("panicked"), "{said}");
            let names: Vec<String> = std::fs::read_dir(&dir)
                .map(|entries| {
                    entries
                        .flatten()
                        .map(|entry| entry.file_name().to_string_lossy().into_owned())
                        .collect()
                })
                .unwrap_or_default();
            assert!(
                !names.iter().any(|name| name.ends_with(".part")),
                "{names:?}"
            );
            match output.status.code() {
                Some(0) => Outcome::Accepted,
                Some(3 | 4) => {
                    well_formed::plain("why there is none", &said);
                    assert_eq!(said.lines().count(), 1, "{said}");
                    assert!(said.len() < 2_000, "{} bytes: {said}", said.len());
                    Outcome::Refused
                }
                other => panic!("{other:?}: {said}"),
            }
        },
    );
}
