//! `openapi.json` is true: every path is in it and the other way round, and what is answered is what it says.

use std::collections::{BTreeMap, BTreeSet};

use fabric::serve::http::{GuardOptions, Secret, paths};
use serde_json::Value;

use super::schema::violations;
use super::server::{Reply, Server, snapshot_name};

fn description(server: &Server) -> Value {
    let reply = server.get("/api/openapi.json");
    assert_eq!(reply.status, 200);
    reply.json()
}

/// Checks an answer against what is said of it.
fn check(description: &Value, method: &str, template: &str, reply: &Reply) {
    let method = method.to_lowercase();
    let what = format!("{method} {template} {}", reply.status);
    let operation = &description["paths"][template][&method];
    assert!(operation.is_object(), "{what} is not described");
    let mut response = &operation["responses"][reply.status.to_string()];
    if let Some(pointer) = response["$ref"].as_str() {
        response = description
            .pointer(pointer.trim_start_matches('#'))
            .expect("a response");
    }
    assert!(
        response.is_object(),
        "{what} is not described: {}",
        reply.text()
    );
    let Some(content) = response["content"].as_object() else {
        assert!(reply.body.is_empty(), "{what}: {}", reply.text());
        return;
    };
    let given = reply.header("content-type").expect("a content type");
    let given = given.split(';').next().expect("a type");
    let media = content.get(given);
    let media = media.unwrap_or_else(|| panic!("{what}: {given} is not described"));
    if given == "application/json" {
        let found = violations(description, &media["schema"], &reply.json());
        assert!(found.is_empty(), "{what}: {found:#?}");
    }
}

/// What a process answers that does not look after its own heap, as this one.
const NEEDS_OWN_HEAP: [&str; 4] = [
    "/api/memory/heap-snapshot",
    "/api/memory/purge",
    "/debug/pprof/heap",
    "/debug/pprof/profile",
];

/// A path for each one with a name in it.
fn concrete(template: &str) -> String {
    template
        .replace("/assets/{name}", "/assets/dashboard.css")
        .replace("/panels/{name}", "/panels/verdict")
        .replace("{id}", "w-a")
        .replace("{name}", &snapshot_name(0))
}

#[test]
fn every_path_is_described_and_every_description_is_a_path() {
    let server = Server::start();
    let described: BTreeMap<String, BTreeSet<String>> = description(&server)["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .map(|(path, item)| {
            let methods = item.as_object().expect("methods").keys();
            let methods = methods.filter(|key| *key != "parameters");
            (
                path.clone(),
                methods.map(|method| method.to_uppercase()).collect(),
            )
        })
        .collect();
    let mut there: BTreeMap<String, BTreeSet<String>> = paths()
        .into_iter()
        .map(|(path, methods)| {
            let methods = methods.iter().map(|&method| method.to_owned());
            (path.to_owned(), methods.collect())
        })
        .collect();
    there.insert("/ws".to_owned(), BTreeSet::from(["GET".to_owned()]));
    assert_eq!(described, there);
}

#[test]
fn the_methods_in_the_list_are_those_that_are_answered() {
    let server = Server::start();
    for (path, methods) in paths() {
        let reply = server.ask("DELETE", &concrete(path), &[], "");
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (405, "wrong-method")
        );
        let allowed: BTreeSet<&str> = reply
            .header("allow")
            .unwrap_or_else(|| panic!("{path} says which methods it has"))
            .split(',')
            .map(str::trim)
            .filter(|method| *method != "HEAD")
            .collect();
        assert_eq!(allowed, methods.iter().copied().collect(), "{path}");
        assert_eq!(server.ask("OPTIONS", &concrete(path), &[], "").status, 405);
    }
}

#[test]
fn every_answer_is_as_described() {
    let server = Server::start();
    let description = description(&server);
    for (path, methods) in paths() {
        for &method in methods {
            let posts = method == "POST";
            let body = match path {
                "/api/events" => {
                    r#"{"ts":1777368075000,"worker":"w","level":"info","msg":"done","bead":"b"}"#
                }
                "/api/events/batch" => {
                    r#"[{"ts":"2026-04-28T09:15:02Z","event":"worker.idle","worker":"w"},{}]"#
                }
                _ => "",
            };
            let headers: &[&str] = if posts {
                &["content-type: application/json"]
            } else {
                &[]
            };
            let reply = server.ask(method, &concrete(path), headers, body);
            let fits = if path == "/login" && posts {
                409
            } else if path == "/logout" {
                303
            } else if path.starts_with("/api/events") && posts {
                201
            } else if path == "/api/memory/diff" {
                404
            } else if NEEDS_OWN_HEAP.contains(&path) {
                409
            } else if ["/api/memory/capture", "/api/memory/baseline"].contains(&path) {
                // The server of these tests has no hub.
                503
            } else {
                200
            };
            assert_eq!(reply.status, fits, "{method} {path}: {}", reply.text());
            check(&description, method, path, &reply);
            // No route takes parameters that nobody has heard of.
            let unknown = format!("{}?unheard=1", concrete(path));
            let reply = server.ask(method, &unknown, headers, body);
            assert_eq!(
                (reply.status, reply.error().as_str()),
                (400, "bad-parameter")
            );
            check(&description, method, path, &reply);
        }
    }
    let missing = [
        ("/api/workers/nobody", "/api/workers/{id}"),
        (
            "/api/workers/nobody/collisions",
            "/api/workers/{id}/collisions",
        ),
        ("/api/memory/trend?target=nobody", "/api/memory/trend"),
        ("/api/memory/trend.md?target=nobody", "/api/memory/trend.md"),
        ("/api/memory/files?target=nobody", "/api/memory/files"),
        (
            "/api/memory/files/heap-1-manual.pb.gz",
            "/api/memory/files/{name}",
        ),
        (
            "/api/memory/diff-analysis?baseline=x",
            "/api/memory/diff-analysis",
        ),
        ("/api/memory/flame.svg?current=x", "/api/memory/flame.svg"),
    ];
    for (path, template) in missing {
        let reply = server.get(path);
        assert_eq!(reply.status, 404);
        check(&description, "GET", template, &reply);
    }
    for (headers, body, status) in [
        (&["content-type: text/plain"][..], "{}", 415),
        (&["content-type: application/json"][..], "{", 400),
        (
            &["content-type: application/json", "origin: null"][..],
            "{}",
            403,
        ),
        (
            &["content-type: application/json", "host: evil.example"][..],
            "{}",
            421,
        ),
    ] {
        for path in ["/api/events", "/api/events/batch"] {
            let reply = server.ask("POST", path, headers, body);
            assert_eq!(reply.status, status, "{path} {headers:?}");
            check(&description, "POST", path, &reply);
        }
    }
    let big = "x".repeat(70_000);
    for path in ["/api/events", "/api/events/batch"] {
        let reply = server.post(path, &big);
        assert_eq!(reply.status, 413);
        check(&description, "POST", path, &reply);
    }
}

#[test]
fn every_parameter_that_is_described_is_taken_and_checked() {
    let server = Server::start();
    let description = description(&server);
    for (template, item) in description["paths"].as_object().expect("paths") {
        if template == "/ws" {
            continue;
        }
        for parameter in item["get"]["parameters"].as_array().into_iter().flatten() {
            let parameter = match parameter["$ref"].as_str() {
                Some(pointer) => description
                    .pointer(pointer.trim_start_matches('#'))
                    .expect("a parameter"),
                None => parameter,
            };
            if parameter["in"] != "query" {
                continue;
            }
            let name = parameter["name"].as_str().expect("a name");
            let schema = &parameter["schema"];
            let good = match &parameter["example"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let path = concrete(template);
            let reply = server.get(&format!("{path}?{name}={good}"));
            let fits = match NEEDS_OWN_HEAP.contains(&template.as_str()) {
                true => 409,
                false => 200,
            };
            assert_eq!(reply.status, fits, "{path}?{name}={good}: {}", reply.text());
            check(&description, "GET", template, &reply);
            let mut bad = Vec::new();
            if parameter["allowEmptyValue"] == true {
                // A field of a form that was left empty.
                assert_eq!(server.get(&format!("{path}?{name}=")).status, 200);
            } else {
                bad.push(String::new());
            }
            for (limit, step) in [("minimum", -1), ("maximum", 1)] {
                if let Some(limit) = schema[limit].as_i64() {
                    let inside = server.get(&format!("{path}?{name}={limit}"));
                    assert_ne!(
                        inside.status,
                        400,
                        "{path}?{name}={limit}: {}",
                        inside.text()
                    );
                    bad.push((limit + step).to_string());
                }
            }
            if schema["enum"].is_array() || schema["type"] != "string" {
                bad.push("nonsense".to_owned());
            }
            for bad in bad {
                let reply = server.get(&format!("{path}?{name}={bad}"));
                assert_eq!(reply.status, 400, "{path}?{name}={bad}");
                assert_eq!(reply.error(), "bad-parameter");
                assert!(
                    reply.json()["message"]
                        .as_str()
                        .expect("text")
                        .contains(name)
                );
            }
        }
    }
}

#[test]
fn the_socket_says_what_it_takes_and_where_its_messages_are_described() {
    let server = Server::start();
    let socket = description(&server)["paths"]["/ws"]["get"].clone();
    let text = socket["description"].as_str().expect("text");
    assert!(text.contains("fabric-json(5)"), "{text}");
    let names: Vec<&str> = socket["parameters"]
        .as_array()
        .expect("parameters")
        .iter()
        .filter_map(|parameter| parameter["name"].as_str())
        .collect();
    let expected: Vec<&str> = fabric::serve::live::Filter::PARTS
        .into_iter()
        .chain(["batch", "epoch", "seq"])
        .collect();
    assert_eq!(names, expected);
    for status in ["101", "400", "401", "403", "426", "429", "503"] {
        assert!(socket["responses"][status].is_object(), "{status}");
    }
}

#[test]
fn what_the_guard_answers_is_described_too() {
    let server = Server::guarded(GuardOptions {
        token: Some(Secret::new("right").expect("a token")),
        auth_reads: true,
        ..GuardOptions::default()
    });
    let description = server
        .ask(
            "GET",
            "/api/openapi.json",
            &["authorization: Bearer right"],
            "",
        )
        .json();
    for (path, methods) in paths() {
        for &method in methods {
            for header in ["x-nothing: here", "authorization: Bearer wrong"] {
                let reply = server.ask(method, &concrete(path), &[header], "");
                check(&description, method, path, &reply);
                let open = ["/", "/login", "/logout", "/api/health", "/assets/{name}"];
                let open = open.contains(&path);
                assert!(
                    open || [401, 403].contains(&reply.status),
                    "{method} {path}"
                );
            }
        }
    }
}
