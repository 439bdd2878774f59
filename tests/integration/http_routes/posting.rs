//! Posts, and what is in the folder afterwards.

use super::server::Server;

const FLAT: &str = r#"{"ts":1777368075000,"worker":"w-1","level":"info","msg":"done","bead":"b"}"#;

fn canonical(sequence: u64) -> String {
    format!(
        r#"{{"timestamp":"2026-04-28T09:15:02Z","event_type":"worker.idle","worker_id":"w-2","session_id":"s","sequence":{sequence},"data":{{}}}}"#
    )
}

#[test]
fn each_shape_is_kept_as_it_came() {
    let server = Server::start();
    let needle =
        r#"{"ts":"2026-04-28T09:15:02Z","event":"worker.idle","worker":"w-3","data":{"k":1}}"#;
    let canonical = canonical(1);
    for body in [FLAT, needle, &canonical] {
        let reply = server.post("/api/events", body);
        assert_eq!(reply.status, 201, "{}", reply.text());
        let json = reply.json();
        assert_eq!(json["success"], true);
        assert!(
            json["event"]["worker"]
                .as_str()
                .expect("a name")
                .starts_with("w-")
        );
        assert!(server.posted().contains(body));
    }
    assert_eq!(server.posted().lines().count(), 3);
}

#[test]
fn an_event_over_several_lines_becomes_one_line() {
    let server = Server::start();
    let body = FLAT.replace(',', ",\r\n  ").replace('}', "\n}");
    assert_eq!(
        server.post("/api/events", &format!("\n{body}\n")).status,
        201
    );
    assert_eq!(server.posted().lines().count(), 1);
    let same = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    assert_eq!(same(server.posted().trim()), same(FLAT));
    // Within a string a raw newline is no JSON, and is not made any.
    let torn = FLAT.replace("done", "do\nne");
    let reply = server.post("/api/events", &torn);
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (400, "malformed-json")
    );
    assert_eq!(server.posted().lines().count(), 1);
}

#[test]
fn what_is_no_event_is_refused_with_its_reason() {
    let server = Server::start();
    for (body, error) in [
        ("", "malformed-json"),
        ("{", "malformed-json"),
        ("{}{}", "malformed-json"),
        ("{'a':1}", "malformed-json"),
        ("[]", "not-an-object"),
        ("\"text\"", "not-an-object"),
        ("null", "not-an-object"),
        ("{}", "unknown-shape"),
        (
            r#"{"ts":1777368075000,"worker":"w","level":"fatal","msg":"x"}"#,
            "bad-level",
        ),
        (
            r#"{"ts":"2026-04-28T09:15:02Z","worker":"w"}"#,
            "unknown-shape",
        ),
        (r#"{"ts":"yesterday","event":"x","worker":"w"}"#, "bad-time"),
        (
            r#"{"schema_version":2,"timestamp":"2026-04-28T09:15:02Z","event_type":"a","worker_id":"w","session_id":"s","sequence":1,"data":{}}"#,
            "schema-version",
        ),
    ] {
        let reply = server.post("/api/events", body);
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (400, error),
            "{body}"
        );
    }
    let bytes = b"POST /api/events HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{\"\xff\"}";
    assert_eq!(server.send(bytes).status, 400);
    assert!(server.posted().is_empty());
}

#[test]
fn a_batch_says_which_of_it_are_no_events() {
    let server = Server::start();
    let body = format!("[{FLAT},\n{{}}, 7, {}]", canonical(1));
    let reply = server.post("/api/events/batch", &body);
    let json = reply.json();
    assert_eq!(reply.status, 201);
    assert_eq!((&json["ingested"], &json["total"]), (&2.into(), &4.into()));
    assert_eq!(json["errors"][0]["index"], 1);
    assert_eq!(json["errors"][1]["index"], 2);
    assert_eq!(server.posted().lines().count(), 2);
    let none = server.post("/api/events/batch", "[1,2]").json();
    assert_eq!(
        (&none["success"], &none["ingested"]),
        (&true.into(), &0.into())
    );
    let all = server.post("/api/events/batch", &format!("[{FLAT}]"));
    assert!(all.json().get("errors").is_none());
    let many = |count: usize| format!("[{}]", vec![FLAT; count].join(","));
    assert_eq!(server.post("/api/events/batch", &many(100)).status, 201);
    for (body, error) in [
        ("[]".to_owned(), "batch-size"),
        (many(101), "batch-size"),
        ("{}".to_owned(), "not-an-array"),
        ("[".to_owned(), "malformed-json"),
    ] {
        let reply = server.post("/api/events/batch", &body);
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (400, error),
            "{error}"
        );
    }
}

#[test]
fn a_repeated_post_is_answered_alike_and_kept_once() {
    let server = Server::start();
    let first = server.post("/api/events", &canonical(7));
    let again = server.post("/api/events", &canonical(7));
    assert_eq!((first.status, first.text()), (201, again.text()));
    let batch = format!("[{0},{1},{1}]", canonical(7), canonical(8));
    let reply = server.post("/api/events/batch", &batch).json();
    assert_eq!(reply["ingested"], 3);
    assert_eq!(server.posted().lines().count(), 2);
}

#[test]
fn limits_of_a_body() {
    let server = Server::start();
    let padded = |length: usize| {
        let text = FLAT.trim_end_matches('}');
        format!(
            "{text},\"pad\":\"{}\"}}",
            "x".repeat(length - text.len() - 10)
        )
    };
    assert_eq!(padded(65_536).len(), 65_536);
    assert_eq!(server.post("/api/events", &padded(65_536)).status, 201);
    let reply = server.post("/api/events", &padded(65_537));
    assert_eq!((reply.status, reply.error().as_str()), (413, "too-large"));
    // A length that is not said beforehand.
    let mut chunked = b"POST /api/events HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..20 {
        chunked.extend_from_slice(b"1000\r\n");
        chunked.extend_from_slice(&[b' '; 4096]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(server.send(&chunked).status, 413);
    let gzip = ["content-type: application/json", "content-encoding: gzip"];
    assert_eq!(server.ask("POST", "/api/events", &gzip, FLAT).status, 415);
    assert_eq!(server.ask("POST", "/api/events", &[], FLAT).status, 415);
    let charset = ["content-type: Application/JSON; charset=utf-8"];
    assert_eq!(
        server.ask("POST", "/api/events", &charset, FLAT).status,
        201
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_said_to_the_client_and_in_health() {
    let server = Server::start();
    let folder = server.logs.clone();
    std::fs::remove_dir(&folder).expect("it is empty");
    std::fs::write(&folder, "in the way").expect("a file");
    let reply = server.post("/api/events", FLAT);
    assert_eq!((reply.status, reply.error().as_str()), (503, "disk-error"));
    assert!(reply.header("retry-after").is_some());
    let health = server.get("/api/health");
    assert!(health.text().contains("posted events cannot be written"));
    std::fs::remove_file(&folder).expect("it is there");
    assert_eq!(server.post("/api/events", FLAT).status, 201);
    assert!(!server.get("/api/health").text().contains("posted events"));
}
