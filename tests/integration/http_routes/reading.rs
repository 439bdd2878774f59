//! What is read.

use std::io::{Read, Write};
use std::sync::Arc;

use fabric::serve::tail::TailReport;

use super::server::{Server, events, picture, reply};

fn messages(server: &Server, query: &str) -> Vec<u64> {
    let reply = server.get(&format!("/api/events?{query}"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let events = reply.json();
    let events = events.as_array().expect("an array");
    events
        .iter()
        .map(|event| event["n"].as_u64().expect("n"))
        .collect()
}

#[test]
fn events_are_the_newest_that_match_oldest_first() {
    let server = Server::start();
    assert_eq!(messages(&server, ""), (200..300).collect::<Vec<u64>>());
    assert_eq!(messages(&server, "limit=2"), [298, 299]);
    assert_eq!(messages(&server, "limit=10000").len(), 300);
    assert_eq!(messages(&server, "limit=2&worker=w-a"), [294, 297]);
    assert_eq!(messages(&server, "limit=2&level=warn"), [292, 297]);
    assert_eq!(messages(&server, "limit=2&bead=b-0"), [287, 294]);
    assert_eq!(messages(&server, "limit=1&path=/src/w-b.rs"), [298]);
    assert_eq!(messages(&server, "limit=2&type=bead.*"), [295, 297]);
    assert_eq!(messages(&server, "limit=1&type=tool.c?ll"), [296]);
    assert_eq!(messages(&server, "type=nothing"), Vec::<u64>::new());
    let between = "since=1777368010000&until=1777368012000";
    assert_eq!(messages(&server, between), [10, 11, 12]);
}

#[test]
fn a_worker_is_found_by_its_name_whatever_is_in_it() {
    let server = Server::start();
    assert_eq!(
        server
            .get("/api/workers")
            .json()
            .as_array()
            .expect("all")
            .len(),
        3
    );
    assert_eq!(server.get("/api/workers/w-a").json()["id"], "w-a");
    let strange = server.get("/api/workers/w%2Fc%20%C3%BC");
    assert_eq!(strange.json()["id"], "w/c ü");
    assert_eq!(server.get("/api/workers/%FF").status, 400);
    let collisions = server.get("/api/workers/w-b/collisions").json();
    assert_eq!(collisions[0]["path"], "/src/w-a.rs");
    let none = server.get("/api/workers/w%2Fc%20%C3%BC/collisions");
    assert_eq!(none.text(), "[]");
}

#[test]
fn health_is_503_when_files_are_not_followed_any_more() {
    let server = Server::start();
    let health = server.get("/api/health");
    let json = health.json();
    assert_eq!((health.status, &json["status"]), (200, &"ok".into()));
    assert_eq!(json["uptime_sec"].as_i64().expect("seconds") / 10, 9);
    assert_eq!(json["memory"]["trend"], "stable");
    assert_eq!(json["problems"][0], "x.jsonl: permission denied");
    let mut paused = picture();
    paused.tail = Arc::new(TailReport {
        paused_for_memory: true,
        ..TailReport::default()
    });
    server.views.send(Arc::new(paused)).expect("it is read");
    let health = server.get("/api/health");
    let json = health.json();
    assert_eq!(
        (health.status, &json["status"]),
        (503, &"overloaded".into())
    );
    assert_eq!(json["paused"], true);
    server.views.send(Arc::new(picture())).expect("it is read");
    server.state.hub.set_lag_ms(10_001);
    assert_eq!(server.get("/api/health").status, 503);
    assert!(
        server
            .get("/api/metrics")
            .text()
            .contains("fabric_status 0\n")
    );
}

#[test]
fn metrics_keep_the_names_that_dashboards_read() {
    let server = Server::start();
    let reply = server.get("/api/metrics");
    let kind = reply.header("content-type").expect("a type");
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    let lines: Vec<&str> = reply.text().lines().collect();
    for line in [
        "fabric_status 1",
        "fabric_event_count 300",
        "fabric_ingest_rate_per_second 1.5",
        "fabric_websocket_clients 2",
        "fabric_websocket_messages_total 9",
        "fabric_tailer_files_watched 2",
        "fabric_dedup_dropped_total 5",
        "fabric_process_resident_memory_bytes 52428800",
        "fabric_active_workers 3",
        "fabric_rejected_lines_total{reason=\"not-json\"} 3",
        "fabric_events_total{level=\"warn\"} 60",
        "fabric_bound_cap_entries{collection=\"events\"} 10000",
        "fabric_bound_length{collection=\"liveClients\"} 2",
        "# TYPE fabric_dedup_dropped_total counter",
        "# TYPE fabric_event_count gauge",
    ] {
        assert!(lines.contains(&line), "{line} is missing");
    }
    let info = concat!("fabric_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1");
    assert!(lines.contains(&info));
    // Each name is announced once, and each number is one.
    let mut types: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .collect();
    let all = types.len();
    types.sort_unstable();
    types.dedup();
    assert_eq!(types.len(), all);
    for line in lines.iter().filter(|line| !line.starts_with('#')) {
        let number = line.rsplit_once(' ').expect("a number").1;
        assert!(number.parse::<f64>().is_ok(), "{line}");
    }
    server.get("/api/nowhere");
    let again = server.get("/api/metrics");
    assert!(
        again
            .text()
            .contains("fabric_http_requests_total{class=\"4xx\"} 1\n")
    );
}

#[test]
fn every_room_is_in_the_list_of_bounds() {
    let server = Server::start();
    let json = server.get("/api/memory/bounds").json();
    let collections = json["collections"].as_array().expect("all");
    let names: Vec<&str> = collections
        .iter()
        .filter_map(|c| c["collection"].as_str())
        .collect();
    for name in [
        "events",
        "liveClients",
        "ingestQueue",
        "ingestKeys",
        "httpAnswers",
        "httpWrongTokens",
        "httpConnections",
        "httpRefusals",
    ] {
        assert_eq!(
            names.iter().filter(|&&found| found == name).count(),
            1,
            "{name}"
        );
    }
    let total: u64 = collections.iter().filter_map(|c| c["bytes"].as_u64()).sum();
    assert_eq!(json["totalBytes"], total);
}

#[test]
fn rejected_lines_and_the_reading_of_logs_are_shown() {
    let server = Server::start();
    let rejected = server.get("/api/rejected").json();
    assert_eq!(rejected[0]["reason"], "not-json");
    assert_eq!(
        (&rejected[0]["count"], &rejected[0]["offset"]),
        (&3.into(), &12.into())
    );
    let tail = server.get("/api/tail").json();
    assert_eq!(
        (&tail["filesFollowed"], &tail["caughtUp"]),
        (&2.into(), &true.into())
    );
    assert_eq!(tail["problems"][0]["problem"], "permission denied");
}

#[test]
fn large_answers_are_compressed_when_asked_and_equal() {
    let server = Server::start();
    let plain = server.get("/api/events?limit=300");
    assert_eq!(plain.header("content-encoding"), None);
    let length: usize = plain
        .header("content-length")
        .expect("a length")
        .parse()
        .expect("a number");
    assert_eq!(length, plain.body.len());
    let zipped = server.ask(
        "GET",
        "/api/events?limit=300",
        &["accept-encoding: gzip"],
        "",
    );
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    assert!(zipped.body.len() < plain.body.len() / 4);
    let mut text = Vec::new();
    let body = unchunked(&zipped.body);
    flate2::read::GzDecoder::new(body.as_slice())
        .read_to_end(&mut text)
        .expect("gzip");
    assert_eq!(text, plain.body);
    let small = server.ask("GET", "/api/events?limit=1", &["accept-encoding: gzip"], "");
    assert_eq!(small.header("content-encoding"), None);
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body
            .windows(2)
            .position(|two| two == b"\r\n")
            .expect("a length");
        let length = std::str::from_utf8(&body[..end]).expect("ASCII");
        let length = usize::from_str_radix(length, 16).expect("a length");
        if length == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + length]);
        body = &body[end + 4 + length..];
    }
}

#[test]
fn heads_alone_are_answered_without_a_body() {
    let server = Server::start();
    for path in ["/api/events", "/api/health", "/"] {
        let head = server.ask("HEAD", path, &[], "");
        let whole = server.get(path);
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-type"), whole.header("content-type"));
    }
    assert_eq!(server.ask("HEAD", "/api/nowhere", &[], "").status, 404);
}

#[test]
fn unknown_paths_are_404_in_json() {
    let server = Server::start();
    for path in [
        "/api",
        "/api/",
        "/api/event",
        "/api/events/",
        "/x",
        "/api/workers/a/b/c",
        "//",
    ] {
        let reply = server.get(path);
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (404, "not-found"),
            "{path}"
        );
    }
}

#[test]
fn requests_on_one_connection_are_answered_in_order() {
    let server = Server::start();
    let mut stream = server.connect();
    let mut text = String::new();
    for n in 1..=20 {
        text.push_str(&format!(
            "GET /api/events?limit={n} HTTP/1.1\r\nhost: localhost\r\n\r\n"
        ));
    }
    text.push_str("GET /api/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(text.as_bytes()).expect("it listens");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("answers");
    let text = String::from_utf8(bytes).expect("UTF-8");
    let answers: Vec<&str> = text.split("HTTP/1.1 ").skip(1).collect();
    assert_eq!(answers.len(), 21);
    for (n, answer) in answers.iter().take(20).enumerate() {
        let found = reply(format!("HTTP/1.1 {answer}").as_bytes());
        assert_eq!(found.json().as_array().expect("events").len(), n + 1);
    }
}

#[test]
fn an_answer_of_everything_is_whole() {
    let server = Server::start();
    let mut full = picture();
    full.events = events(10_000);
    server.views.send(Arc::new(full)).expect("it is read");
    assert_eq!(
        messages(&server, "limit=10000"),
        (0..10_000).collect::<Vec<u64>>()
    );
    assert_eq!(server.state.answers.bound().usage.bytes, 0);
    assert!(server.state.answers.bound().usage.high_water_bytes > 1_000_000);
}
