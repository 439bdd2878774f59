//! Settings from the command line, the environment and a file.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use super::process::{Folders, eventually};

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
        "--listen",
        "127.0.0.1:0",
        "--source",
        "/logs",
        "--max-clients",
        "9",
        "--watch-limit",
        "api=512MiB",
        "--config",
    ])
    .arg(&file)
    .env("FABRIC_WATCH", "api=http://h:6060/x?key=s3cret")
    .env("HOME", folders.path("home"))
    .env("FABRIC_MAX_FILES", "20")
    .env_remove("XDG_STATE_HOME")
    .env_remove("STATE_DIRECTORY"));
    assert_eq!((code, err.as_str()), (0, ""));
    let state = folders.path("home/.local/state/fabric");
    let snapshots = format!("snapshot-dir = {:?}", state.join("snapshots"));
    let state = format!("state-dir = {state:?}");
    let expected = r#"source = "/logs"                                         # command line
listen = ["127.0.0.1:0"]                                 # command line
STATE # default
SNAPSHOTS # default
snapshot-interval = "30m"                                # default
no-own-snapshots = false                                 # default
watch = ["api=http://h:6060/x?key=..."]                  # environment
WATCHED # default
watch-interval = "30m"                                   # default
watch-limit = { "api" = "512MiB" }                       # command line
watch-token-file = {}                                    # default
# auth-token-file is not set                             # default
auth-reads = false                                       # default
allowed-host = ["a.example", "b.example"]                # file
allowed-origin = []                                      # default
alert-within = "1d"                                      # default
# alert-webhook is not set                               # default
# alert-webhook-secret-file is not set                   # default
# alert-command is not set                               # default
max-clients = 9                                          # command line
client-rate = 50                                         # default
max-rss = "512MiB"                                       # file
# limit is not set                                       # default
max-files = 20                                           # environment
history = "90m"                                          # file
poll-interval = "2s"                                     # default
log-format = "auto"                                      # default
log-level = "info"                                       # default
# the folder of --source is not there yet: fabric waits for it
# token: none
"#;
    let watched = folders.path("home/.local/state/fabric/watched");
    let watched = format!("watch-dir = {watched:?}");
    let expected = expected
        .replace("STATE", &format!("{state:<56}"))
        .replace("SNAPSHOTS", &format!("{snapshots:<56}"))
        .replace("WATCHED", &format!("{watched:<56}"));
    assert_eq!(out, expected);
    // Whether the folder could be made was found out, and it is not there.
    assert!(!folders.path("home").exists());
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
        (
            "max-client = 7\n",
            "line 1: there is no setting max-client: ",
        ),
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
    for (arguments, expected) in [
        (&["--watch", "self=http://h"][..], "the server's own"),
        (&["--watch", "..=http://h"], "no dot"),
        (
            &["--watch", "a=http://h", "--watch", "a=http://i"],
            "names a twice",
        ),
        (&["--watch", "a=ftp://h"], "--watch a: the URL"),
        (&["--watch", "http://h"], "NAME=URL"),
        (&["--watch-limit", "a=1MiB"], "which --watch does not"),
        (
            &["--watch", "a=http://h", "--watch-limit", "a=x"],
            "--watch-limit a: 'x' is not a size",
        ),
        (
            &[
                "--watch",
                "a=http://h",
                "--watch-token-file",
                "a=/nowhere/token",
            ],
            "--watch-token-file a=/nowhere/token: No such file",
        ),
        (
            &["--watch", "a=http://h", "--watch-interval", "10ms"],
            "--watch-interval is 10ms: it must be at least 1s",
        ),
    ] {
        let (code, _, err) = run(serve(&["--check"]).args(arguments));
        assert_eq!(code, 2, "{arguments:?}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
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
fn check_shows_where_alerts_go_and_no_secret_of_it() {
    let folders = Folders::new();
    let file = folders.path("serve.toml");
    let secret = folders.path("secret");
    let text = format!(
        "alert-within = \"6h\"\nalert-webhook = \"https://hooks.example/T0/s3cret?k=s3cret\"\nalert-webhook-secret-file = {secret:?}\n\
         alert-command = \"jq -r .text | mail ops\"\n"
    );
    std::fs::write(&file, text).expect("the file can be written");
    let check = || {
        let mut command = serve(&["--check", "--listen", "127.0.0.1:0", "--config"]);
        command
            .arg(&file)
            .args(["--source", "/logs", "--state-dir"])
            .arg(folders.path("state"));
        run(&mut command)
    };
    let (code, _, err) = check();
    assert_eq!(code, 2);
    assert!(err.contains("--alert-webhook-secret-file"), "{err}");
    std::fs::write(&secret, "short\n").expect("the file can be written");
    let (code, _, err) = check();
    assert_eq!(code, 2);
    assert!(err.contains("fewer than 16 bytes"), "{err}");
    std::fs::write(&secret, "0123456789abcdef s3cret\n").expect("the file can be written");
    let (code, out, err) = check();
    assert_eq!((code, err.as_str()), (0, ""));
    for line in [
        "alert-within = \"6h\"                                      # file",
        "# alert-webhook is https://hooks.example/...             # file",
        "# alert-command is \"jq\" ...                              # file",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    assert!(!out.contains("s3cret"), "{out}");
    for (flags, expected) in [
        (
            ["--alert-within", "1s"],
            "--alert-within is 1s: it must be from 1m",
        ),
        (
            ["--alert-webhook", "https://me:s3cret@hooks.example/"],
            "has a user name",
        ),
        (["--alert-webhook", "s3cret"], "is not an http"),
        (["--alert-command", " "], "--alert-command is no command"),
        (["--limit", "1023KiB"], "--limit is 1023 KiB: "),
    ] {
        let (code, _, err) = run(serve(&["--check", "--listen", "127.0.0.1:0"]).args(flags));
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(expected), "{err}");
        assert!(!err.contains("s3cret"), "{err}");
    }
    let (code, _, err) = run(serve(&["--check", "--alert-webhook-secret-file"]).arg(&secret));
    assert_eq!(code, 2);
    assert!(err.contains("there is no --alert-webhook"), "{err}");
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
    // Nor with other logs: their heap snapshots would be one series.
    let state = folders.path("state").to_string_lossy().into_owned();
    let other = [
        "--source",
        "/nowhere",
        "--listen",
        "127.0.0.1:0",
        "--state-dir",
        &state,
    ];
    let (code, _, err) = run(serve(&other).arg("--check"));
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains("another fabric serve has its state in"),
        "{err}"
    );
    let (code, _, err) = run(&mut serve(&other));
    assert_eq!(code, 5, "{err}");
    first.stop();
    let (code, out, err) = run(serve(&other).arg("--check"));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("is not there yet: fabric waits for it"),
        "{out}"
    );
}

#[test]
fn an_empty_variable_is_not_set_and_a_yes_is_a_yes() {
    let mut command = serve(&["--check", "--listen", "127.0.0.1:0"]);
    command.envs([
        ("FABRIC_SOURCE", ""),
        ("FABRIC_MAX_RSS", ""),
        ("FABRIC_WATCH", ""),
    ]);
    command.envs([
        ("FABRIC_AUTH_READS", "1"),
        ("FABRIC_AUTH_TOKEN", "abcdefghijklmnop"),
    ]);
    let (code, out, err) = run(&mut command);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("auth-reads = true"), "{out}");
    assert!(out.contains("max-rss = \"400MiB\""), "{out}");
    let (code, _, err) =
        run(serve(&["--check", "--listen", "4700"]).env("FABRIC_AUTH_READS", "no"));
    assert_eq!(code, 2);
    assert!(err.contains("write it like 127.0.0.1:3000"), "{err}");
}

#[test]
fn a_file_says_what_it_means_in_its_own_words() {
    let folders = Folders::new();
    let file = folders.path("serve.toml");
    let check = |text: &str| {
        std::fs::write(&file, text).expect("the file can be written");
        let mut command = serve(&["--check", "--listen", "127.0.0.1:0", "--config"]);
        let (code, out, err) = run(command.arg(&file));
        (code, out + &err)
    };
    let (code, out) = check("listen = [\"localhost:0\"]\n[watch]\napi = \"http://127.0.0.1:1\"\n");
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("watch = [\"api=http://127.0.0.1:1/debug/pprof/heap\"]"),
        "{out}"
    );
    for (text, expected) in [
        (
            "max_rss = \"1GiB\"",
            "there is no setting max_rss: write max-rss",
        ),
        (
            "FABRIC_MAX_RSS = \"1GiB\"",
            "there is no setting FABRIC_MAX_RSS: write max-rss",
        ),
        (
            "sourc = \"x\"",
            "there is no setting sourc: `fabric serve --check` prints",
        ),
        ("source = 3", "expected a text in quotes"),
        ("listen = [\"4700\"]", "write it like 127.0.0.1:3000"),
        ("watch = 3", "watch is a table"),
    ] {
        let (code, out) = check(text);
        assert_eq!(code, 2, "{text}: {out}");
        assert!(out.contains(expected), "{text}: {out}");
    }
}

#[test]
fn check_says_what_is_in_the_way_and_leaves_nothing_behind() {
    let folders = Folders::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let file = folders.path("file");
    std::fs::write(&file, "").expect("the file can be written");
    let check = |listen: &str, state: &Path, snapshots: &Path| {
        let mut command = serve(&["--check", "--listen", listen, "--source"]);
        command.arg(folders.logs());
        command.arg("--state-dir").arg(state);
        command.arg("--snapshot-dir").arg(snapshots);
        run(&mut command)
    };
    let (state, snapshots) = (folders.path("a/b/state"), folders.path("a/snapshots"));
    let (code, out, err) = check("127.0.0.1:0", &state, &snapshots);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("# token: none\n"), "{out}");
    let (code, out, err) = check(&address, &file, &file.join("inside"));
    assert_eq!(code, 2, "{err}");
    assert!(out.contains("listen = ["), "the settings are shown: {out}");
    for expected in [
        format!("cannot listen on {address}"),
        format!("--state-dir {} cannot be written", file.display()),
        format!("--snapshot-dir {}/inside cannot be written", file.display()),
    ] {
        assert!(err.contains(&expected), "{expected}: {err}");
    }
    // One port cannot be listened on twice.
    drop(taken);
    let (code, _, err) = check(&format!("{address},{address}"), &state, &snapshots);
    assert_eq!(code, 2, "{err}");
    let mut left: Vec<_> = std::fs::read_dir(folders.path("."))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["file", "logs"]);
}

#[test]
fn check_says_where_the_token_is_from_and_not_what_it_is() {
    let folders = Folders::new();
    let file = folders.path("token");
    std::fs::write(&file, "hunter2\n").expect("the file can be written");
    let credentials = folders.path("credentials");
    std::fs::create_dir(&credentials).expect("the folder can be made");
    std::fs::write(credentials.join("auth-token"), "hunter2\n").expect("it can be written");
    let state = folders.path("state");
    let check = |change: &dyn Fn(&mut Command)| {
        let mut command = serve(&["--check", "--listen", "127.0.0.1:0", "--state-dir"]);
        command.arg(&state).env_remove("CREDENTIALS_DIRECTORY");
        change(&mut command);
        let (code, out, err) = run(&mut command);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(!out.contains("hunter2"), "{out}");
        out.lines().last().unwrap_or_default().to_owned()
    };
    let from_file = check(&|command| {
        command.arg("--auth-token-file").arg(&file);
    });
    assert_eq!(
        from_file,
        format!("# token: from the file {}", file.display())
    );
    let from_credential = check(&|command| {
        command.env("CREDENTIALS_DIRECTORY", &credentials);
        command.env("FABRIC_AUTH_TOKEN", "other");
    });
    assert_eq!(from_credential, "# token: from the credential auth-token");
    let from_variable = check(&|command| {
        command.env("FABRIC_AUTH_TOKEN", "hunter2");
    });
    assert_eq!(
        from_variable,
        "# token: from the environment variable FABRIC_AUTH_TOKEN"
    );
    assert_eq!(check(&|_| {}), "# token: none");
}

#[test]
fn values_that_cannot_be_meant_are_refused_with_what_to_write() {
    let folders = Folders::new();
    let file = folders.path("worker.jsonl");
    std::fs::write(&file, "").expect("the file can be written");
    let file = file.to_str().expect("a plain name").to_owned();
    let state = folders.path("state");
    let cases = [
        ("--source", file.as_str(), "name the folder it is in"),
        ("--max-rss", "1MiB", "at least 32MiB"),
        ("--snapshot-interval", "999ms", "at least 1s"),
        ("--poll-interval", "9ms", "at least 10ms"),
        (
            "--allowed-host",
            "https://a.example",
            "write the name alone",
        ),
        ("--allowed-host", "a.example:80", "write the name alone"),
        ("--allowed-origin", "a.example", "write scheme://host"),
        (
            "--allowed-origin",
            "https://a.example/",
            "write scheme://host",
        ),
    ];
    for (name, value, expected) in cases {
        for check in [&["--check"][..], &[]] {
            let mut command = serve(&["--listen", "127.0.0.1:0", "--state-dir"]);
            command.arg(&state).args(check).args([name, value]);
            let (code, _, err) = run(&mut command);
            assert_eq!(code, 2, "{name} {value}: {err}");
            assert!(err.contains(name) && err.contains(expected), "{err}");
        }
    }
    let least = [
        "--check",
        "--max-rss=32MiB",
        "--snapshot-interval=1s",
        "--poll-interval=10ms",
        "--allowed-host=a.example",
        "--allowed-origin=https://a.example:8443",
        "--listen=127.0.0.1:0",
        "--state-dir",
    ];
    let (code, _, err) = run(serve(&least).arg(&state));
    assert_eq!((code, err.as_str()), (0, ""));
}

#[test]
fn a_tilde_is_the_home_folder_where_no_shell_has_seen_it() {
    let folders = Folders::new();
    let home = folders.path("home");
    std::fs::create_dir(&home).expect("the folder can be made");
    std::fs::write(home.join("token"), "hunter2").expect("the file can be written");
    std::fs::write(
        home.join("serve.toml"),
        "source = \"~/logs\"\nauth-token-file = \"~/token\"\nsnapshot-dir = \"~other/x\"\n",
    )
    .expect("the file can be written");
    let mut command = serve(&["--check", "--listen", "127.0.0.1:0"]);
    command
        .current_dir(folders.path("."))
        .env("HOME", &home)
        .env("FABRIC_CONFIG", "~/serve.toml")
        .env("FABRIC_STATE_DIR", "~/state");
    let (code, out, err) = run(&mut command);
    assert_eq!((code, err.as_str()), (0, ""));
    let inside = |name: &str| format!("{:?}", home.join(name));
    for expected in [
        format!("source = {}", inside("logs")),
        format!("state-dir = {}", inside("state")),
        format!("auth-token-file = {}", inside("token")),
        "snapshot-dir = \"~other/x\"".to_owned(),
    ] {
        assert!(out.contains(&expected), "{expected}: {out}");
    }
}

#[test]
fn a_snapshot_that_is_asked_for_and_not_wanted_is_said_to_be_so() {
    let folders = Folders::new();
    let live = folders.start(&["--no-own-snapshots"]);
    live.signal("USR1");
    let mut said = Vec::new();
    eventually("the log says why there is none", || {
        said.extend(live.said());
        said.iter()
            .any(|line| line.contains("started with --no-own-snapshots"))
    });
    live.stop();
}
