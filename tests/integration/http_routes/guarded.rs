//! Who is let in, over a real socket.

use std::io::{Read, Write};

use fabric::serve::http::{GuardOptions, Secret};

use super::server::{Server, read_reply};

const EVENT: &str = r#"{"ts":1777368075000,"worker":"w","level":"info","msg":"done"}"#;

fn options(auth_reads: bool) -> GuardOptions {
    GuardOptions {
        token: Some(Secret::new("right").expect("a token")),
        auth_reads,
        allowed_hosts: vec!["dash.example".to_owned()],
        allowed_origins: vec!["https://dash.example".to_owned()],
    }
}

fn post(server: &Server, headers: &[&str]) -> u16 {
    let mut all = vec!["content-type: application/json"];
    all.extend(headers);
    server.ask("POST", "/api/events", &all, EVENT).status
}

#[test]
fn posts_need_the_token_and_reads_do_not_unless_asked() {
    let server = Server::guarded(options(false));
    assert_eq!(post(&server, &[]), 401);
    assert_eq!(post(&server, &["authorization: Bearer wrong"]), 403);
    assert_eq!(post(&server, &["authorization: Basic right"]), 403);
    assert_eq!(post(&server, &["authorization: Bearer right"]), 201);
    assert_eq!(server.get("/api/events").status, 200);
    let challenge = server.ask("POST", "/api/events", &[], EVENT);
    assert_eq!(challenge.header("www-authenticate"), Some("Bearer"));
    assert_eq!(challenge.error(), "no-token");
    // Whoever is refused has nothing written.
    assert_eq!(server.posted().lines().count(), 1);
}

#[test]
fn a_snapshot_is_no_ordinary_reading_and_the_list_of_them_is() {
    let server = Server::guarded(options(false));
    let list = server.get("/api/memory/files").json();
    let name = list["files"][0]["filename"].as_str().expect("a name");
    let file = format!("/api/memory/files/{name}");
    for path in [&file, "/api/memory/files/heap-1-manual.pb.gz"] {
        for method in ["GET", "HEAD"] {
            let reply = server.ask(method, path, &[], "");
            assert_eq!(reply.status, 401, "{method} {path}");
        }
        let reply = server.ask("GET", path, &["authorization: Bearer wrong"], "");
        assert_eq!(reply.status, 403, "{path}");
    }
    let reply = server.ask("GET", &file, &["authorization: Bearer right"], "");
    let there = std::fs::read(server.snapshots.path().join(name)).expect("a file");
    assert!(reply.status == 200 && reply.body == there);
}

#[test]
fn reads_and_sockets_need_it_where_that_is_asked_for() {
    let server = Server::guarded(options(true));
    for path in [
        "/api/events",
        "/api/metrics",
        "/api/nowhere",
        "/api/openapi.json",
    ] {
        assert_eq!(server.get(path).status, 401, "{path}");
        let reply = server.ask("GET", path, &["authorization: Bearer right"], "");
        assert_ne!(reply.status, 401, "{path}");
    }
    let health = server.get("/api/health");
    assert_eq!((health.status, health.text()), (200, r#"{"status":"ok"}"#));
    let health = server.ask("GET", "/api/health", &["authorization: Bearer right"], "");
    assert_eq!(health.json()["event_count"], 300);
    let index = server.get("/");
    assert_eq!(
        (index.status, index.header("location")),
        (303, Some("/login"))
    );
    assert_eq!(socket(&server, &[]), 401);
    assert_eq!(socket(&server, &["authorization: Bearer wrong"]), 403);
    assert_eq!(socket(&server, &["authorization: Bearer right"]), 101);
}

/// The status that a WebSocket handshake gets; where it is 101, that it works.
fn socket(server: &Server, headers: &[&str]) -> u16 {
    let mut stream = server.connect();
    let mut text = "GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n".to_owned();
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes()).expect("it listens");
    let mut status = [0; 12];
    stream.read_exact(&mut status).expect("it answers");
    let status = String::from_utf8_lossy(&status)[9..]
        .parse()
        .expect("a status");
    if status == 101 {
        // A masked text frame `hi` with the key 0, which is said back.
        stream
            .write_all(&[0x81, 0x82, 0, 0, 0, 0, b'h', b'i'])
            .expect("it is open");
        let mut heard = Vec::new();
        let mut byte = [0];
        while !heard.ends_with(&[0x81, 2, b'h', b'i']) {
            stream.read_exact(&mut byte).expect("it says it back");
            heard.push(byte[0]);
        }
    }
    status
}

#[test]
fn pages_of_others_open_no_socket_and_post_nothing() {
    let server = Server::start();
    let origin = format!("origin: http://{}", server.address);
    let host = format!("host: {}", server.address);
    assert_eq!(post(&server, &[&host, &origin]), 201);
    assert_eq!(post(&server, &["origin: http://localhost:1"]), 403);
    assert_eq!(post(&server, &["origin: null"]), 403);
    assert_eq!(post(&server, &["sec-fetch-site: cross-site"]), 403);
    assert_eq!(socket(&server, &["origin: http://localhost"]), 101);
    assert_eq!(socket(&server, &["origin: http://evil.example"]), 403);
    assert_eq!(socket(&server, &["origin: null"]), 403);
    let server = Server::guarded(options(false));
    let allowed = [
        "authorization: Bearer right",
        "origin: https://dash.example",
    ];
    assert_eq!(post(&server, &allowed), 201);
}

#[test]
fn a_name_that_was_pointed_here_is_not_served() {
    let server = Server::guarded(options(false));
    for (host, status) in [
        ("host: localhost:3000", 200),
        ("host: fabric.localhost", 200),
        ("host: 127.0.0.1", 200),
        ("host: [::1]:3000", 200),
        ("host: DASH.example:8443", 200),
        ("host: evil.example", 421),
        ("host: dash.example.evil.example", 421),
        ("host: a b", 400),
    ] {
        assert_eq!(
            server.ask("GET", "/api/workers", &[host], "").status,
            status,
            "{host}"
        );
    }
    let none = server.send(b"GET /api/workers HTTP/1.1\r\nconnection: close\r\n\r\n");
    assert_eq!((none.status, none.error().as_str()), (400, "bad-host"));
    let old = server.send(b"GET /api/workers HTTP/1.0\r\n\r\n");
    assert_eq!(old.status, 200);
    let proxied = b"GET http://evil.example/api/workers HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert_eq!(server.send(proxied).status, 421);
}

#[test]
fn a_token_in_the_address_is_refused_and_not_repeated() {
    let server = Server::guarded(options(true));
    for query in [
        "token=right",
        "Access_Token=right",
        "%74oken=right",
        "limit=1&auth=right",
    ] {
        let reply = server.get(&format!("/api/events?{query}"));
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (400, "token-in-address"),
            "{query}"
        );
        assert!(!reply.text().contains("=right"));
    }
}

#[test]
fn a_browser_logs_in_and_out() {
    let server = Server::guarded(options(true));
    let form = ["content-type: application/x-www-form-urlencoded"];
    let page = server.get("/login");
    assert!(page.status == 200 && page.text().contains("type=\"password\""));
    let wrong = server.ask("POST", "/login", &form, "token=wrong");
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, None));
    assert!(
        !wrong.text().contains("wrong"),
        "what was typed is not shown"
    );
    for (body, status) in [
        ("", 400),
        ("token=right&x=1", 400),
        ("tok=right", 400),
        ("token=%zz", 403),
    ] {
        assert_eq!(
            server.ask("POST", "/login", &form, body).status,
            status,
            "{body}"
        );
    }
    assert_eq!(
        server
            .ask("POST", "/login", &["content-type: application/json"], "{}")
            .status,
        415
    );
    let right = server.ask("POST", "/login", &form, "token=right");
    assert_eq!((right.status, right.header("location")), (303, Some("/")));
    let cookie = right.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let session = format!("cookie: {}", cookie.split(';').next().expect("a value"));
    assert_eq!(
        server.ask("GET", "/api/events", &[&session], "").status,
        200
    );
    assert_eq!(server.ask("GET", "/", &[&session], "").status, 200);
    assert_eq!(socket(&server, &[&session]), 101);
    assert_eq!(post(&server, &[&session]), 201);
    // The cookie of a session is of no use to a page elsewhere.
    let cross = [session.as_str(), "sec-fetch-site: cross-site"];
    assert_eq!(server.ask("GET", "/api/events", &cross, "").status, 403);
    assert_eq!(
        post(&server, &[&session, "origin: http://evil.example"]),
        403
    );
    let out = server.ask("POST", "/logout", &[&session], "");
    assert!(
        out.status == 303
            && out
                .header("set-cookie")
                .expect("a cookie")
                .contains("Max-Age=0")
    );
    // Another token ends the session.
    let next = Secret::new("next").expect("a token");
    server
        .state
        .guard
        .replace_token(Some(&next))
        .expect("random numbers");
    assert_eq!(
        server.ask("GET", "/api/events", &[&session], "").status,
        401
    );
    assert_eq!(post(&server, &["authorization: Bearer right"]), 403);
    assert_eq!(post(&server, &["authorization: Bearer next"]), 201);
}

#[test]
fn guessing_is_stopped_and_the_same_mistake_is_not() {
    let server = Server::guarded(options(true));
    for _ in 0..30 {
        assert_eq!(post(&server, &["authorization: Bearer old"]), 403);
    }
    assert_eq!(post(&server, &["authorization: Bearer right"]), 201);
    let statuses: Vec<u16> = (0..12)
        .map(|n| post(&server, &[&format!("authorization: Bearer guess-{n}")]))
        .collect();
    assert_eq!(statuses.iter().filter(|&&status| status == 403).count(), 9);
    assert_eq!(statuses.last(), Some(&429));
    // Programs of one machine have one address: who has the right token is not shut out by who has not.
    assert_eq!(post(&server, &["authorization: Bearer right"]), 201);
    let form = ["content-type: application/x-www-form-urlencoded"];
    let login = server.ask("POST", "/login", &form, "token=right");
    assert_eq!(login.status, 303);
    let login = server.ask("POST", "/login", &form, "token=wrong");
    assert_eq!(login.status, 429);
    assert!(
        login
            .header("retry-after")
            .expect("how long")
            .parse::<u32>()
            .expect("seconds")
            <= 60
    );
    assert!(server.state.gauges.rate_limited.get() >= 3);
}

#[test]
fn every_answer_has_the_headers_that_protect_it() {
    let server = Server::guarded(options(true));
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/login"),
        ("GET", "/api/health"),
        ("GET", "/api/events"),
        ("GET", "/nowhere"),
        ("DELETE", "/login"),
        ("POST", "/logout"),
    ] {
        let reply = server.ask(method, path, &[], "");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{method} {path}");
        }
        // The form posts from its page: without a referrer, its origin would be `null`, which the guard refuses.
        let has_form = (method, path) == ("GET", "/login");
        let referrer = if has_form {
            "same-origin"
        } else {
            "no-referrer"
        };
        assert_eq!(
            reply.header("referrer-policy"),
            Some(referrer),
            "{method} {path}"
        );
        let policy = reply.header("content-security-policy").expect("a policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'")
        );
        assert!(reply.header("access-control-allow-origin").is_none());
    }
}

#[test]
fn the_body_of_a_refused_post_is_not_waited_for() {
    let server = Server::guarded(options(false));
    let mut stream = server.connect();
    stream
        .write_all(
            b"POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 60000\r\n\r\n{",
        )
        .expect("it listens");
    let start = std::time::Instant::now();
    let mut first = [0; 12];
    stream.read_exact(&mut first).expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 401");
    assert!(start.elapsed().as_secs() < 5);
    drop(read_reply(&mut stream));
}
