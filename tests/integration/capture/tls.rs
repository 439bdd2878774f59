//! HTTPS with an authority of our own.

use std::fs;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use super::{Child, check_failure, eventually, folder, folder_with_one, profile, snapshot};

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
