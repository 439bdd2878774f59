//! Files of settings, and documents of the state folder that something else has written: a server says what is wrong, or starts.

use std::process::{Command, Stdio};

use super::campaign::{Outcome, campaign};
use super::{byte_changes, corpus, token_changes, well_formed};
use crate::live::client::get;
use crate::live::load::Load;
use crate::live::process::{Folders, eventually};

#[test]
fn settings() {
    let honest = std::fs::read(format!("{}/contrib/serve.toml", env!("CARGO_MANIFEST_DIR")))
        .expect("the example");
    // Without the marks of comments everything in it counts.
    let all: Vec<u8> = String::from_utf8_lossy(&honest)
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.contains(" = ") || setting.starts_with('[') => {
                format!("{setting}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect::<String>()
        .into_bytes();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("serve.toml");
    campaign(
        "settings",
        80,
        |random| {
            let mut bytes = [&honest, &all][random.below(2) as usize].clone();
            match random.below(3) {
                0 => byte_changes::change(&mut bytes, &honest, random),
                _ => token_changes::change(&mut bytes, random),
            }
            bytes
        },
        |bytes, _| {
            std::fs::write(&path, bytes).expect("the settings are written");
            let output = Command::new(env!("CARGO_BIN_EXE_fabric"))
                .args(["serve", "--check", "--listen", "127.0.0.1:0", "--config"])
                .arg(&path)
                .arg("--source")
                .arg(folder.path())
                .arg("--state-dir")
                .arg(folder.path().join("state"))
                .env_clear()
                .env("HOME", folder.path())
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .output()
                .expect("the binary starts");
            let (out, err) = (
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            match output.status.code() {
                Some(0) => {
                    well_formed::plain("the settings", &out);
                    Outcome::Accepted
                }
                Some(2) => {
                    well_formed::plain("what is wrong", &err);
                    assert!(err.len() < 4_000, "{} bytes: {err}", err.len());
                    Outcome::Refused
                }
                other => panic!("{other:?}: {err}"),
            }
        },
    );
}

#[test]
fn state_documents() {
    let folders = Folders::new();
    let live = folders.start(&[]);
    let mut load = Load::new(&folders.logs());
    load.write(20);
    load.until_read(&live);
    live.stop();
    let state = folders.path("state");
    let mut documents = corpus::named(&state);
    documents.retain(|(_, bytes)| !bytes.is_empty());
    let names: Vec<&String> = documents.iter().map(|(name, _)| name).collect();
    println!("documents: {names:?}");
    assert!(!documents.is_empty(), "nothing is kept");
    let alerts = br#"{"format":"fabric-alerts","version":1,"alerts":[{"id":"targetLeaking:own#1","identity":"targetLeaking:own","kind":"targetLeaking","scope":"own","epoch":1,"status":"active"}],"undelivered":[]}"#;
    campaign(
        "state",
        12,
        |random| {
            let mut bytes = match random.below(documents.len() as u64 + 1) as usize {
                0 => alerts.to_vec(),
                which => documents[which - 1].1.clone(),
            };
            match random.below(3) {
                0 => byte_changes::change(&mut bytes, alerts, random),
                1 => token_changes::change_values(&mut bytes, random),
                _ => token_changes::change(&mut bytes, random),
            }
            bytes
        },
        |bytes, random| {
            // Everything that was kept is as it was, but for one; now and then two.
            for (name, bytes) in &documents {
                std::fs::write(state.join(name), bytes).expect("the state is written");
            }
            let name = match random.below(documents.len() as u64 + 1) as usize {
                0 => "alerts.json".to_owned(),
                which => documents[which - 1].0.clone(),
            };
            std::fs::write(state.join(&name), bytes).expect("the state is written");
            let live = folders.start(&[]);
            eventually("it is read", || {
                get(live.address, "/api/tail").json()["caughtUp"] == true
            });
            for path in [
                "/api/health",
                "/api/alerts",
                "/api/workers",
                "/api/memory/bounds",
            ] {
                assert_eq!(get(live.address, path).status, 200, "{path}");
            }
            let mut refused = false;
            for line in live.said() {
                refused |= line.contains("cannot be used")
                    || line.contains("moved_aside")
                    || line.contains("anew");
                assert!(!line.contains("panicked"), "{line}");
                well_formed::json("a line of its log", &line);
            }
            live.stop();
            for entry in std::fs::read_dir(&state).expect("the state folder") {
                let path = entry.expect("an entry").path();
                if path.is_file() {
                    std::fs::remove_file(path).expect("it is ours");
                }
            }
            match refused {
                true => Outcome::Refused,
                false => Outcome::Accepted,
            }
        },
    );
}
