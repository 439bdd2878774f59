//! Notifications on their way: receivers on loopback that answer well, badly, late and not at all; commands that do the same.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::announcer::{Announcer, Outlets};
use super::*;
use crate::serve::bounds::ALERT_QUEUE_PER_WAY;
use crate::serve::store::{
    Alert, AlertChange, AlertFigures, AlertKind, AlertOutcome, AlertStatus, Severity,
};
use crate::serve::time::WallTime;

const KEY: &[u8] = b"0123456789abcdef";

/// What a receiver does with one request.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Text(&'static str),
    /// Nothing, for so long.
    Silence(Duration),
    /// Goodbye.
    Close,
}

pub(super) const OK: Answer = Answer::Text("HTTP/1.1 204 No Content\r\n\r\n");
pub(super) const FAULT: Answer =
    Answer::Text("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\n\r\noops");

#[derive(Debug, Clone)]
pub(super) struct Request {
    path: String,
    headers: Vec<(String, String)>,
    pub(super) body: String,
    at: Instant,
}

impl Request {
    fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or_else(String::new, |(_, value)| value.clone())
    }

    pub(super) fn id(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        body["notificationId"].as_str().unwrap().to_owned()
    }
}

/// A receiver that answers by a list, and with the last of it from then on.
pub(super) struct Receiver {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    pub(super) fn new(answers: &[Answer]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/secret/path", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (seen, answers) = (Arc::clone(&requests), answers.to_vec());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&mut stream) else {
                    continue;
                };
                let place = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(request);
                    (seen.len() - 1).min(answers.len() - 1)
                };
                match &answers[place] {
                    Answer::Text(text) => {
                        let _ = stream.write_all(text.as_bytes());
                    }
                    Answer::Silence(time) => std::thread::sleep(*time),
                    Answer::Close => {}
                }
            }
        });
        Receiver { url, requests }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    fn webhook(&self) -> Webhook {
        Webhook::new(&self.url, SigningKey::new(KEY).ok())
            .unwrap()
            .within(Duration::from_millis(500))
    }
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length?.1.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        path,
        headers,
        body: String::from_utf8(body).ok()?,
        at: Instant::now(),
    })
}

pub(super) fn change(scope: &str, summary: &str) -> AlertChange {
    let identity = format!("memory-leak:{scope}");
    AlertChange {
        change: AlertOutcome::Created,
        notified: true,
        alert: Arc::new(Alert {
            id: format!("{identity}#1").into(),
            identity: identity.into(),
            kind: AlertKind::MemoryLeak,
            scope: scope.into(),
            epoch: 1,
            status: AlertStatus::Active,
            severity: Severity::Warning,
            summary: summary.into(),
            created_at: WallTime(1),
            first_observed_at: WallTime(1),
            last_observed_at: WallTime(2),
            resolved_at: None,
            occurrences: 1,
            notifications: 1,
            last_notified_at: Some(WallTime(2)),
            last_reason: "so".into(),
            resolution_note: None,
            figures: AlertFigures::default(),
            told: None,
        }),
    }
}

pub(super) fn start(options: AlertOptions) -> (Announcer, Outlets, Arc<AlertGauges>) {
    let gauges = Arc::default();
    let (announcer, outlets) = Outlets::start(&options, "box", &gauges, &[]);
    (announcer, outlets, gauges)
}

pub(super) fn posting(receiver: &Receiver, pauses: usize) -> AlertOptions {
    AlertOptions {
        webhook: Some(receiver.webhook()),
        pauses: Pauses::new(vec![Duration::from_millis(50); pauses]),
        ..AlertOptions::default()
    }
}

/// Waits until it is so; a test that waits in vain fails.
pub(super) async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..2000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_and_what_comes_after_it_waits_its_turn() {
    let receiver = Receiver::new(&[FAULT, Answer::Close, OK]);
    let (announcer, mut outlets, gauges) = start(posting(&receiver, 4));
    announcer.tell(&change("api", "first"));
    announcer.tell(&change("web", "second"));
    // Only the log hears of it.
    let quiet = AlertChange {
        notified: false,
        ..change("db", "third")
    };
    announcer.tell(&quiet);
    until("both arrive", || gauges.webhook.delivered.get() == 2).await;
    let requests = receiver.requests();
    let ids: Vec<String> = requests.iter().map(Request::id).collect();
    let api = "memory-leak:api#1/1";
    assert_eq!(ids, [api, api, api, "memory-leak:web#1/1"]);
    assert_eq!(
        (gauges.webhook.retried.get(), gauges.webhook.failed.get()),
        (2, 0)
    );
    for request in &requests {
        assert_eq!(request.path, "/secret/path");
        assert_eq!(request.header("content-type"), "application/json");
        // As a receiver checks it: of the time and the bytes that came, with a library of its own.
        let time = request.header("x-fabric-timestamp");
        let age = WallTime::now().0 / 1000 - time.parse::<i64>().unwrap();
        assert!((0..60).contains(&age), "{time}");
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, KEY);
        let signed = format!("{time}.{}", request.body);
        let signature = request.header("x-fabric-signature");
        let digits = signature.strip_prefix("sha256=").unwrap();
        let tag: Vec<u8> = (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
            .collect();
        assert!(ring::hmac::verify(&key, signed.as_bytes(), &tag).is_ok());
    }
    outlets.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_succeed_is_not_tried_again_and_redirects_are_not_followed() {
    let other = Receiver::new(&[OK]);
    let redirect = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}\r\n\r\n",
        other.url
    );
    let receiver = Receiver::new(&[
        Answer::Text("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
        Answer::Text(redirect.leak()),
        Answer::Text(
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n",
        ),
        OK,
    ]);
    let (announcer, mut outlets, gauges) = start(posting(&receiver, 4));
    for scope in ["a", "b", "c"] {
        announcer.tell(&change(scope, "it"));
    }
    until("the third arrives", || gauges.webhook.delivered.get() == 1).await;
    assert_eq!(gauges.webhook.failed.get(), 2);
    let requests = receiver.requests();
    assert_eq!(requests.len(), 4);
    let pause = requests[3].at - requests[2].at;
    assert!(
        pause >= Duration::from_secs(1),
        "it asked for a second: {pause:?}"
    );
    assert!(other.requests().is_empty());
    outlets.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_never_answers_is_given_up_and_costs_nobody_else_anything() {
    let receiver = Receiver::new(&[Answer::Silence(Duration::from_secs(2))]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heard");
    let command = format!("printf '%s\\n' \"$FABRIC_ALERT_ID\" >> {}", file.display());
    let options = AlertOptions {
        command: AlertCommand::new(&command).ok(),
        ..posting(&receiver, 1)
    };
    let (announcer, mut outlets, gauges) = start(options);
    let began = Instant::now();
    for index in 0..ALERT_QUEUE_PER_WAY + 10 {
        announcer.tell(&change(&format!("t{index}"), "it"));
    }
    assert!(began.elapsed() < Duration::from_secs(1), "nobody waited");
    until("one is given up", || gauges.webhook.failed.get() >= 1).await;
    // One is on its way, at most so many wait, and the oldest went.
    let dropped = gauges.webhook.dropped.get();
    assert!((9..=10).contains(&dropped), "{dropped}");
    assert!(gauges.webhook.waiting() <= ALERT_QUEUE_PER_WAY as u64);
    until("the command hears of those that its queue held", || {
        gauges.command.delivered.get() + gauges.command.dropped.get() == 74
    })
    .await;
    let heard = std::fs::read_to_string(&file).unwrap();
    let last = heard.lines().last();
    assert_eq!(last, Some("memory-leak:t73#1"));
    let bound = gauges.bound();
    assert!(bound.usage.high_water_length <= bound.bound.cap_entries.unwrap());
    // At the end there is no time to wait for it.
    let began = Instant::now();
    outlets.stop().await;
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(gauges.webhook.waiting(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_at_the_end_is_tried_once_more() {
    let receiver = Receiver::new(&[FAULT, OK]);
    let options = AlertOptions {
        pauses: Pauses::new(vec![Duration::from_secs(600); 4]),
        ..posting(&receiver, 0)
    };
    let (announcer, mut outlets, gauges) = start(options);
    announcer.tell(&change("a", "it"));
    announcer.tell(&change("b", "it"));
    until("the first try", || receiver.requests().len() == 1).await;
    until("it rests", || gauges.webhook.retried.get() == 1).await;
    outlets.stop().await;
    assert_eq!(gauges.webhook.delivered.get(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_gets_the_document_and_the_essentials_and_nothing_of_them_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display();
    let command = format!(
        "cat > {out}/document; env > {out}/environment; echo $FABRIC_ALERT_SUMMARY > {out}/said"
    );
    let options = AlertOptions {
        command: AlertCommand::new(&command).ok(),
        ..AlertOptions::default()
    };
    let (announcer, mut outlets, gauges) = start(options);
    let hostile = "api leaks in $(touch /tmp/fabric-alert-was-run); `x` \0 <b>";
    announcer.tell(&change("api", hostile));
    until("it ends", || gauges.command.delivered.get() == 1).await;
    outlets.stop().await;
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let document: serde_json::Value = serde_json::from_str(&read("document")).unwrap();
    assert_eq!(document["alert"]["summary"], hostile);
    let environment = read("environment");
    for line in [
        "FABRIC_ALERT_CHANGE=created",
        "FABRIC_ALERT_HOST=box",
        "FABRIC_ALERT_ID=memory-leak:api#1",
        "FABRIC_ALERT_KIND=memory-leak",
        "FABRIC_ALERT_SCOPE=api",
        "FABRIC_ALERT_SEVERITY=warning",
        "FABRIC_ALERT_STATUS=active",
    ] {
        assert!(
            environment.lines().any(|it| it == line),
            "{line}: {environment}"
        );
    }
    // Cargo gives its tests dozens of variables; none of them is passed on.
    assert!(!environment.contains("CARGO"), "{environment}");
    assert_eq!(
        read("said"),
        "api leaks in $(touch /tmp/fabric-alert-was-run); `x` \u{fffd} <b>\n"
    );
    assert!(!std::path::Path::new("/tmp/fabric-alert-was-run").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_fails_or_never_ends_is_a_failure_and_leaves_no_process() {
    let notification = Notification::new(&change("api", "it"), &"box".into());
    let run = async |command: &str| {
        let command = AlertCommand::new(command)
            .unwrap()
            .within(Duration::from_millis(700));
        let outcome = command.run(&notification).await;
        outcome.map_err(|error| error.to_string())
    };
    assert_eq!(run("exit 0").await, Ok(()));
    assert_eq!(
        run("echo no; printf 'b\\033ad\\n' >&2; exit 3").await,
        Err("ends with exit status: 3: b\\u{1b}ad".to_owned())
    );
    // More output than a pipe holds, and than is kept.
    assert_eq!(run("head -c 1000000 /dev/zero").await, Ok(()));
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let forever = format!("sleep 1000 & echo $! > {}; wait", pid.display());
    let told = run(&forever).await;
    assert_eq!(
        told,
        Err("does not end within 0.7 s, and was ended".to_owned())
    );
    let pid = std::fs::read_to_string(pid).unwrap();
    let stat = format!("/proc/{}/stat", pid.trim());
    until("the child of the command has ended", || {
        // Who has nobody to wait for it stays as a name without a process.
        std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z"))
    })
    .await;
    assert!(AlertCommand::new(" ").is_err());
}
