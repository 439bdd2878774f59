//! Settings from the command line, the environment and a file.

use std::net::TcpListener;
use std::process::{Command, Output};

use super::process::Folders;

fn run(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the binary starts");
    (
        status.code().unwrap_or(-1),
        String::from_utf8_lossy(&stdout).into_owned(),
        String::from_utf8_lossy(&stderr).into_owned(),
    )
}

fn serve(arguments: &[&str]) -> Command {
    let mut command = crate::run_fabric::command(&["serve"]);
    command.args(arguments).env_remove("FABRIC_AUTH_TOKEN");
    command
}

#[test]
fn check_prints_what_counts_and_whence() {
    let folders = Folders::new();
    let file = folders.path("serve.toml");
    std::fs::write(
        &file,
        "max-rss = \"512MiB\"\nmax-clients = 7\nhistory = \"90m\"\nallowed-host = [\"a.example\", \"b.example\"]\n",
    )
    .expect("the file can be written");
    let (code, out, err) = run(serve(&[
        "--check",
        "--source",
        "/logs",
        "--max-clients",
        "9",
        "--config",
    ])
    .arg(&file)
    .env("HOME", "/home/someone")
    .env("FABRIC_MAX_FILES", "20")
    .env_remove("XDG_STATE_HOME")
    .env_remove("STATE_DIRECTORY"));
    assert_eq!((code, err.as_str()), (0, ""));
    let expected = r#"source = "/logs"                                         # command line
listen = ["127.0.0.1:3000"]                              # default
state-dir = "/home/someone/.local/state/fabric"          # default
# snapshot-dir is not set                                # default
snapshot-interval = "30m"                                # default
# auth-token-file is not set                             # default
auth-reads = false                                       # default
allowed-host = ["a.example", "b.example"]                # file
allowed-origin = []                                      # default
max-clients = 9                                          # command line
client-rate = 50                                         # default
max-rss = "512MiB"                                       # file
max-files = 20                                           # environment
history = "90m"                                          # file
poll-interval = "2s"                                     # default
log-format = "auto"                                      # default
log-level = "info"                                       # default
"#;
    assert_eq!(out, expected);
    // What it prints is a file that gives the same.
    std::fs::write(&file, &out).expect("the file can be written");
    let (code, again, err) = run(serve(&["--check", "--config"]).arg(&file));
    assert_eq!((code, err.as_str()), (0, ""));
    let values = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                line.split(" #")
                    .next()
                    .unwrap_or_default()
                    .trim_end()
                    .to_owned()
            })
            .collect()
    };
    assert_eq!(values(&again), values(&out));
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_starts() {
    let folders = Folders::new();
    let file = folders.path("serve.toml");
    let cases = [
        ("max-client = 7\n", "line 1: unknown field `max-client`"),
        ("\nmax-rss = \"many\"\n", "line 2: 'many' is not a size"),
        ("history = 4\n", "line 1: "),
        ("listen = [\"here\"]\n", "line 1: "),
    ];
    for (text, expected) in cases {
        std::fs::write(&file, text).expect("the file can be written");
        let (code, out, err) = run(serve(&["--check", "--config"]).arg(&file));
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(expected), "{err}");
    }
    let (code, _, err) = run(&mut serve(&["--check", "--listen", "0.0.0.0:3000"]));
    assert_eq!(code, 2);
    assert!(
        err.contains("can be reached from other machines, and there is no token"),
        "{err}"
    );
    let (code, _, err) = run(&mut serve(&["--check", "--auth-reads"]));
    assert_eq!(code, 2);
    assert!(err.contains("--auth-reads needs a token"), "{err}");
    let (code, _, err) = run(serve(&["--check"]).env("FABRIC_AUTH_TOKEN", " "));
    assert_eq!(code, 2);
    assert!(
        err.contains("FABRIC_AUTH_TOKEN: the token is empty"),
        "{err}"
    );
}

#[test]
fn an_address_that_is_taken_ends_with_5() {
    let folders = Folders::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let mut command = serve(&["--listen", &address, "--source"]);
    command
        .arg(folders.logs())
        .arg("--state-dir")
        .arg(folders.path("state"));
    let (code, _, err) = run(&mut command);
    assert_eq!(code, 5, "{err}");
    assert!(
        err.contains(&format!("cannot listen on {address}")),
        "{err}"
    );
}

#[test]
fn two_servers_do_not_share_a_state() {
    let folders = Folders::new();
    let first = folders.start(&[]);
    let (code, _, err) = run(&mut folders.command(&[]));
    assert_eq!(code, 5, "{err}");
    assert!(err.contains("another fabric serve"), "{err}");
    first.stop();
}
