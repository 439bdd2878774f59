//! What systemd gives and is told.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::client::get;
use super::process::{Folders, Live};

/// What is said until `word` comes.
fn hear(socket: &UnixDatagram, word: &str) -> Vec<String> {
    let mut heard = Vec::new();
    let until = Instant::now() + Duration::from_secs(20);
    let mut buffer = [0; 4096];
    while Instant::now() < until {
        if let Ok(length) = socket.recv(&mut buffer) {
            heard.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
            if heard.last().is_some_and(|it| it.contains(word)) {
                return heard;
            }
        }
    }
    panic!("{word} is not said: {heard:#?}");
}

#[test]
fn systemd_hears_of_readiness_progress_and_the_end() {
    let folders = Folders::new();
    let path = folders.path("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket
        .set_read_timeout(Some(Duration::from_secs(1)))
        .expect("a time limit");
    let mut command = folders.command(&[]);
    command
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "900000");
    let live = Live::start(command);
    let ready = hear(&socket, "READY=1");
    assert!(ready.iter().any(|it| it.contains("STATUS=")), "{ready:?}");
    hear(&socket, "WATCHDOG=1");
    live.signal("TERM");
    hear(&socket, "STOPPING=1");
    live.stop();
}

#[test]
fn a_socket_that_systemd_opened_is_used() {
    let folders = Folders::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it has an address");
    // Only the process that is named gets them, so the shell names itself and becomes the server.
    let serve = folders.command(&[]);
    let mut shell = Command::new("sh");
    shell
        .args([
            "-c",
            "exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"",
            "sh",
        ])
        .arg(serve.get_program())
        .args(serve.get_args())
        .stdin(OwnedFd::from(listener))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .env_remove("NOTIFY_SOCKET");
    let live = Live::start(shell);
    assert_eq!(live.address, address);
    assert_eq!(get(address, "/api/health").status, 200);
    live.stop();
}

#[test]
fn the_unit_is_one_that_systemd_takes_and_exposes_little() {
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        println!("SKIPPED: systemd-analyze is not installed (package systemd)");
        return;
    }
    let contrib = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contrib");
    let folder = tempfile::tempdir().expect("a folder");
    // What the unit names has to be there: the program under test stands in for the installed one, and pages are not installed.
    for name in ["fabric.service", "fabric.socket"] {
        let unit = std::fs::read_to_string(contrib.join(name)).expect("the unit is there");
        let unit = unit
            .replace("/usr/bin/fabric", env!("CARGO_BIN_EXE_fabric"))
            .lines()
            .filter(|line| !line.starts_with("Documentation="))
            .collect::<Vec<_>>()
            .join("\n");
        std::fs::write(folder.path().join(name), unit).expect("the unit can be written");
    }
    let unit = folder.path().join("fabric.service");
    let verified = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&unit)
        .output()
        .expect("systemd-analyze runs");
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(
        verified.status.success() && said.trim().is_empty(),
        "{said}"
    );
    let security = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=15"])
        .arg(&unit)
        .output()
        .expect("systemd-analyze runs");
    // The threshold is ten times the exposure: at most 1.5.
    assert!(
        security.status.success(),
        "{}",
        String::from_utf8_lossy(&security.stdout)
    );
}
