//! What is read.

use std::io::{Read, Write};
use std::path::Path;

use fabric::capture::Resident;
use fabric::serve::tail::TailReport;
use fabric::serve::time::WallTime;

use super::server::{START, Server, picture, reply, store};

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
    assert_eq!(messages(&server, "limit=1&path=/src/f-2.rs"), [298]);
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
    for path in ["/api/workers/%ff", "/api/workers/%FF/collisions"] {
        let reply = server.get(path);
        assert_eq!((reply.status, reply.error().as_str()), (400, "bad-path"));
    }
    let collisions = server.get("/api/workers/w%2Fc%20%C3%BC/collisions");
    assert_eq!(collisions.status, 200);
}

#[test]
fn health_is_503_when_files_are_not_followed_any_more() {
    let server = Server::start();
    let health = server.get("/api/health");
    let json = health.json();
    assert_eq!((health.status, &json["status"]), (200, &"ok".into()));
    assert_eq!(json["uptime_sec"].as_i64().expect("seconds") / 10, 9);
    assert_eq!(json["memory"]["trend"], "unknown");
    assert_eq!(json["problems"][0], "x.jsonl: permission denied");
    let mut paused = store(300);
    paused.set_tail(TailReport {
        paused_for_memory: true,
        ..TailReport::default()
    });
    let paused = paused.view(WallTime::now());
    server.views.send(paused).expect("it is read");
    let health = server.get("/api/health");
    let json = health.json();
    assert_eq!(
        (health.status, &json["status"]),
        (503, &"overloaded".into())
    );
    assert_eq!(json["paused"], true);
    server.views.send(picture(300)).expect("it is read");
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
fn a_query_that_cannot_be_decoded_is_refused_and_finds_not_nothing() {
    let server = Server::start();
    for query in ["worker=%ff", "worker=%zz", "path=100%"] {
        let reply = server.get(&format!("/api/events?{query}"));
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (400, "bad-parameter"),
            "{query}"
        );
    }
}

#[test]
fn memory_is_that_of_the_moment_and_not_of_the_last_sample() {
    let server = Server::start();
    // The samples of the picture are of 50 MiB; the server is this process.
    let plausible = |bytes: u64| {
        let own = Resident::read(Path::new("/"), std::process::id()).expect("it is there");
        // The kernel counts in batches; a sample of 50 MiB to the byte would be the one of the picture.
        bytes > 1 << 20 && bytes <= own.peak_bytes + (64 << 20) && bytes != 50 << 20
    };
    let json = server.get("/api/health").json();
    let rss = json["process_resident_memory_bytes"]
        .as_u64()
        .expect("bytes");
    assert!(plausible(rss), "{json}");
    assert_eq!(json["memory"]["rss"], rss);
    assert!(json["memory"]["max_rss"].as_u64() >= Some(rss), "{json}");
    let metrics = server.get("/api/metrics");
    let line = metrics
        .text()
        .lines()
        .find_map(|line| line.strip_prefix("fabric_process_resident_memory_bytes "))
        .expect("it is told");
    assert!(plausible(line.parse().expect("bytes")), "{line}");
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
        "fabric_ingest_rate_per_second 5.0",
        "fabric_websocket_clients 2",
        "fabric_websocket_messages_total 9",
        "fabric_tailer_files_watched 2",
        "fabric_dedup_dropped_total 0",
        "fabric_rejected_lines_total{reason=\"not-json\"} 2",
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
    let workers = server.get("/api/workers").json();
    let workers = workers.as_array().expect("an array").iter();
    let active = workers
        .filter(|worker| worker["status"] == "active")
        .count();
    let active = format!("fabric_active_workers {active}");
    assert!(lines.contains(&active.as_str()), "{active} is missing");
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
        (&2.into(), &12.into())
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
        "/api//",
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
    server.views.send(picture(10_000)).expect("it is read");
    assert_eq!(
        messages(&server, "limit=10000"),
        (0..10_000).collect::<Vec<u64>>()
    );
    assert_eq!(server.state.answers.bound().usage.bytes, 0);
    assert!(server.state.answers.bound().usage.high_water_bytes > 1_000_000);
}

#[test]
fn collisions_heat_and_errors_are_those_of_the_store() {
    let server = Server::start();
    let files = server.get("/api/collisions").json();
    let files = files.as_array().expect("an array");
    assert_eq!(files.len(), 4, "each file is modified by all workers");
    let all = server.get("/api/collisions/all").json();
    assert_eq!(all["files"].as_array().expect("files"), files);
    assert_eq!(all["stats"]["activeFileCollisions"], 4);
    assert_eq!(all["stats"]["workersWithCollisions"], 3);
    assert_eq!(all["alerts"][0]["severity"], "error");
    let heat = server.get("/api/heatmap?maxEntries=2").json();
    assert_eq!(heat.as_array().expect("entries").len(), 2);
    assert_eq!(
        (&heat[0]["modifications"], &heat[0]["heatLevel"]),
        (&75.into(), &"critical".into())
    );
    assert_eq!(server.get("/api/heatmap?directoryFilter=/etc").text(), "[]");
    assert_eq!(server.get("/api/heatmap?minModifications=76").text(), "[]");
    let stats = server.get("/api/heatmap/stats").json();
    assert_eq!(
        (&stats["totalFiles"], &stats["totalModifications"]),
        (&4.into(), &300.into())
    );
    let lapse = server
        .get("/api/heatmap/timelapse?snapshotCount=10&startTimestamp=1777368000000")
        .json();
    assert_eq!(lapse["startTimestamp"], START);
    let last = lapse["snapshots"]
        .as_array()
        .expect("pictures")
        .last()
        .expect("one")
        .clone();
    assert!(
        last["stats"]["totalModifications"]
            .as_u64()
            .expect("a number")
            > 280
    );
    let backwards = "/api/heatmap/timelapse?startTimestamp=2&endTimestamp=1";
    assert_eq!(server.get(backwards).error(), "bad-parameter");
    let groups = server.get("/api/errors/groups?activeOnly=true").json();
    assert_eq!(
        (&groups[0]["count"], &groups[0]["severity"]),
        (&60.into(), &"critical".into())
    );
    assert_eq!(
        groups[0]["recentEvents"].as_array().expect("events").len(),
        5
    );
    let stats = server.get("/api/errors/stats").json();
    assert_eq!(
        (&stats["totalErrors"], &stats["byCategory"]["not_found"]),
        (&60.into(), &1.into())
    );
}
