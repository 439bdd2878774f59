//! A leak reaches everybody who is to know, once: the log, the page, the WebSocket, the metrics, a webhook and a command.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

use super::snapshots;
use crate::live::client::get;
use crate::live::process::{Folders, Live, eventually_within};

pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The receiver of `contrib/`, which checks signatures with Python's own library.
pub(super) struct Receiver {
    child: Child,
    port: u16,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    fn new(secret: &std::path::Path) -> Receiver {
        Receiver::at(0, secret)
    }

    /// At port 0, one of its own choice.
    pub(super) fn at(port: u16, secret: &std::path::Path) -> Receiver {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/contrib/alert-receiver.py");
        let mut child = Command::new("python3")
            .arg(script)
            .arg(port.to_string())
            .arg(secret)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is there");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut first = String::new();
        output
            .read_line(&mut first)
            .expect("it says where it listens");
        let port = first
            .trim()
            .rsplit(' ')
            .next()
            .and_then(|it| it.parse().ok());
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                heard.lock().expect("no panic").push(line);
            }
        });
        Receiver {
            port: port.expect("a port"),
            child,
            lines,
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("no panic").clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Client(WebSocket<MaybeTlsStream<TcpStream>>);

impl Client {
    fn new(address: SocketAddr) -> Client {
        let (mut socket, _) =
            tungstenite::connect(format!("ws://{address}/ws")).expect("it lets in");
        if let MaybeTlsStream::Plain(stream) = socket.get_mut() {
            stream
                .set_read_timeout(Some(PATIENCE))
                .expect("a time limit");
        }
        Client(socket)
    }

    fn next(&mut self, wanted: &str) -> Value {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Message::Text(text) = self.0.read().expect("a message") {
                let message: Value = serde_json::from_str(&text).expect("JSON");
                if message["type"] == wanted {
                    return message["data"].clone();
                }
            }
        }
        panic!("no {wanted} in time");
    }
}

struct Scene {
    folders: Folders,
    receiver: Receiver,
}

impl Scene {
    fn new() -> Scene {
        let folders = Folders::new();
        let secret = folders.path("secret");
        std::fs::write(&secret, "correct horse battery staple\n").expect("a file");
        let receiver = Receiver::new(&secret);
        Scene { folders, receiver }
    }

    fn start(&self) -> Live {
        let mut command = self.folders.command(&["--limit", "1GiB"]);
        let heard = self.folders.path("heard");
        command
            .arg("--snapshot-dir")
            .arg(self.folders.path("snapshots"))
            .arg("--alert-webhook-secret-file")
            .arg(self.folders.path("secret"))
            .arg("--alert-command")
            .arg(format!(
                "printf '%s %s\\n' \"$FABRIC_ALERT_CHANGE\" \"$FABRIC_ALERT_ID\" >> {}",
                heard.display()
            ))
            .env(
                "FABRIC_ALERT_WEBHOOK",
                format!("http://127.0.0.1:{}/s3cret", self.receiver.port),
            );
        Live::start(command)
    }

    fn heard(&self) -> String {
        std::fs::read_to_string(self.folders.path("heard")).unwrap_or_default()
    }
}

/// The alerts that hold, by id.
fn active(live: &Live) -> Vec<Value> {
    let alerts = get(live.address, "/api/alerts").json();
    let mut active = alerts["active"].as_array().expect("a list").clone();
    active.sort_by_key(|alert| alert["id"].to_string());
    active
}

/// Whether the verdict is `leaking`.
pub(super) fn leaks(live: &Live) -> bool {
    let metrics = get(live.address, "/api/metrics").body;
    metrics.contains("fabric_leak_assessment{target=\"self\"} 3")
}

const LEAK: &str = "memory-leak:self#1";
const LIMIT: &str = "memory-limit:self#1";

#[test]
fn a_leak_is_told_to_everybody_once_and_its_end_is_seen() {
    let scene = Scene::new();
    let folder = scene.folders.path("snapshots");
    snapshots::write(&folder, 0..3, 20);
    let live = scene.start();
    let mut client = Client::new(live.address);
    assert_eq!(client.next("init")["alerts"], serde_json::json!([]));
    let nothing = get(live.address, "/api/alerts").body;
    assert_eq!(nothing, r#"{"active":[],"history":[]}"#);

    // 40 MiB an hour, and about 500 MiB are left.
    snapshots::write(&folder, 3..11, 20);
    // One verdict may be a flicker.
    eventually_within(PATIENCE, "it leaks", || leaks(&live));
    snapshots::write(&folder, 11..12, 20);
    let mut seen = Vec::new();
    while seen.len() < 2 {
        let told = client.next("alert");
        assert_eq!(told["change"], "created");
        assert_eq!(told["notified"], true);
        seen.push(told["alert"]["id"].as_str().expect("an id").to_owned());
    }
    seen.sort();
    assert_eq!(seen, [LEAK, LIMIT]);
    let alerts = active(&live);
    assert_eq!(alerts.len(), 2);
    let leak = &alerts[0];
    assert_eq!(leak["function"], "main.remember");
    assert_eq!(
        (&leak["severity"], &leak["notifications"]),
        (&"warning".into(), &1.into())
    );
    let growth = leak["growthBytesPerHour"].as_f64().expect("a rate") / f64::from(1 << 20);
    assert!((35.0..45.0).contains(&growth), "{leak}");
    let hours = &alerts[1]["hoursToLimit"];
    assert!(
        (5.0..24.0).contains(&hours[0].as_f64().expect("a time")),
        "{hours}"
    );

    eventually_within(PATIENCE, "webhook and command are told", || {
        scene.receiver.lines().len() >= 2 && scene.heard().lines().count() >= 2
    });
    let mut posted = scene.receiver.lines();
    posted.sort();
    let begins = format!("{LEAK}/1 [warning] this server leaks in main.remember: +");
    assert!(posted[0].starts_with(&begins), "{posted:?}");
    assert!(posted[1].starts_with(&format!("{LIMIT}/1 [")), "{posted:?}");
    let mut heard: Vec<String> = scene.heard().lines().map(str::to_owned).collect();
    heard.sort();
    assert_eq!(
        heard,
        [format!("created {LEAK}"), format!("created {LIMIT}")]
    );
    let metrics = get(live.address, "/api/metrics").body;
    for line in [
        "fabric_leak_assessment{target=\"self\"} 3",
        "fabric_alerts_active{kind=\"memory-leak\"} 1",
        "fabric_alert_notifications_total{via=\"webhook\",outcome=\"delivered\"} 2",
        "fabric_alert_notifications_total{via=\"command\",outcome=\"delivered\"} 2",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let log = live.said();
    let lines: Vec<Value> = log
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["alert"] == LEAK)
        .collect();
    assert_eq!(lines.len(), 1, "{log:#?}");
    assert_eq!(
        (&lines[0]["level"], &lines[0]["change"]),
        (&"WARN".into(), &"created".into())
    );
    assert!(!log.iter().any(|line| line.contains("s3cret")), "{log:#?}");
    live.stop();

    // The same leak, and whoever is on call knows of it.
    let live = scene.start();
    eventually_within(PATIENCE, "it is judged again", || leaks(&live));
    let mut client = Client::new(live.address);
    let first = client.next("init");
    assert_eq!(first["alerts"].as_array().map(Vec::len), Some(2));
    snapshots::write(&folder, 12..13, 20);
    let observed = |alerts: &[Value]| alerts[0]["occurrences"].as_u64();
    eventually_within(PATIENCE, "it is observed again", || {
        observed(&active(&live)) > observed(&alerts)
    });
    let again = active(&live);
    for (before, after) in alerts.iter().zip(&again) {
        for same in ["id", "createdAt", "notifications", "lastNotifiedAt"] {
            assert_eq!(before[same], after[same], "{same}");
        }
    }
    assert_eq!(scene.receiver.lines().len(), 2);

    // Another version of the service, and the time of rest is not over.
    snapshots::remove_all(&folder);
    snapshots::write(&folder, 24..33, 0);
    eventually_within(PATIENCE, "the verdict is stable", || {
        get(live.address, "/api/metrics")
            .body
            .contains("fabric_leak_assessment{target=\"self\"} 1")
    });
    // The load may pause.
    assert_eq!(active(&live).len(), 2);
    snapshots::write(&folder, 33..34, 0);
    let mut over = Vec::new();
    while over.len() < 2 {
        let told = client.next("alert");
        assert_eq!(
            (&told["change"], &told["notified"]),
            (&"resolved".into(), &false.into())
        );
        over.push(told["alert"]["id"].as_str().expect("an id").to_owned());
    }
    over.sort();
    assert_eq!(over, [LEAK, LIMIT]);
    assert_eq!(active(&live), Vec::<Value>::new());
    let history = get(live.address, "/api/alerts").json()["history"].clone();
    assert_eq!(history.as_array().map(Vec::len), Some(2));
    assert!(history[0]["resolvedAt"].is_i64(), "{history}");
    assert_eq!(scene.receiver.lines().len(), 2);
    live.stop();
}

#[test]
fn a_damaged_file_of_alerts_is_put_aside_and_what_holds_is_told_again() {
    let scene = Scene::new();
    let folder = scene.folders.path("snapshots");
    snapshots::write(&folder, 0..11, 20);
    let live = scene.start();
    eventually_within(PATIENCE, "it leaks", || leaks(&live));
    snapshots::write(&folder, 11..12, 20);
    eventually_within(PATIENCE, "it is told", || scene.receiver.lines().len() >= 2);
    live.stop();
    let state = std::fs::read_dir(scene.folders.path("state")).expect("a folder");
    let file = state
        .map(|entry| entry.expect("a file").path())
        .find(|path| path.to_string_lossy().contains("/alerts-"))
        .expect("the alerts are kept");
    let text = std::fs::read_to_string(&file).expect("text");
    // As long as before, and an alert of another kind than its identity says.
    let changed = text.replace("\"kind\":\"memory-leak\"", "\"kind\":\"oom-risk\"   ");
    assert_ne!(text, changed);
    std::fs::write(&file, changed).expect("it can be written");
    let live = scene.start();
    eventually_within(PATIENCE, "it leaks", || leaks(&live));
    snapshots::write(&folder, 12..13, 20);
    eventually_within(PATIENCE, "it is told again", || {
        scene.receiver.lines().len() >= 4
    });
    assert!(file.with_extension("json.damaged").exists());
    live.stop();
}
