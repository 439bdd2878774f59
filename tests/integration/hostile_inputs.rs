//! Hostile inputs: for each a clear message or a result, never a panic, within bounded memory and time.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::golden;
use super::run_fabric::fixtures;

/// Address space for one run. The largest honest fixture needs a tenth of it.
const MEMORY_KIB: u64 = 1_500_000;

/// No input of these sizes has work for this long, even without optimisation on a busy machine.
const TIME: Duration = Duration::from_secs(60);

#[test]
fn every_hostile_input_is_refused_or_read_with_a_word() {
    let folder = fixtures().join("hostile");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("hostile inputs are there")
        .map(|entry| entry.expect("they can be listed").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".py") && !name.starts_with("__"))
        .collect();
    names.sort();
    assert!(names.len() > 100, "only {}", names.len());
    let mut said = String::new();
    for name in names {
        let (code, text) = run(&name);
        assert!(!text.contains("panicked"), "{name}: {text}");
        assert!([0, 3].contains(&code), "{name}: exit code {code}: {text}");
        let text = text.trim();
        assert!(text.len() < 600, "{name}: an error of {} bytes", text.len());
        assert!(!text.contains('\u{1b}'), "{name}: a terminal escape got through");
        if code == 3 {
            assert!(text.contains(&name), "{name}: the error does not name the input: {text}");
            assert_eq!(text.lines().count(), 1, "{name}: {text}");
        }
        said += &format!("{name}: {code} {text}\n");
    }
    golden::check(&fixtures().join("golden/hostile.txt"), said.as_bytes());
}

/// Runs `show` under a limit of memory; the exit code and what it said on standard error.
fn run(name: &str) -> (i32, String) {
    let script = format!(
        "ulimit -v {MEMORY_KIB}; exec \"$0\" show --no-symbolize --format json \"$1\""
    );
    let mut child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_fabric"), name])
        .current_dir(fixtures().join("hostile"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell starts");
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            let mut text = String::new();
            if let Some(mut stderr) = child.stderr.take() {
                std::io::Read::read_to_string(&mut stderr, &mut text).expect("messages are UTF-8");
            }
            return (status.code().unwrap_or(-1), text);
        }
        if start.elapsed() > TIME {
            child.kill().expect("the child can be ended");
            panic!("{name} is not done after {TIME:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
