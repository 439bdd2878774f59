//! The router without a listener, and listeners with one router.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::routing::get;
use fabric::serve::http::{ListenerLimits, router, serve};
use tokio::sync::watch;
use tower::ServiceExt;

use super::server::{Server, read_reply};

fn run<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(task)
}

fn request(path: &str) -> Request {
    let peer: SocketAddr = "192.0.2.1:4711".parse().expect("an address");
    let request = Request::get(path).header("host", "localhost");
    let mut request = request.body(Body::empty()).expect("a request");
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

#[test]
fn a_handler_that_panics_is_answered_and_counted() {
    let server = Server::start();
    let broken: Router = Router::new().route(
        "/ws",
        get(async || -> &'static str { panic!("of nobody's business") }),
    );
    let router = router(server.state.clone(), broken);
    run(async {
        let response = router.clone().oneshot(request("/ws")).await;
        let response = response.expect("an answer");
        assert_eq!(response.status(), 500);
        assert!(response.headers().contains_key("content-security-policy"));
        let body = to_bytes(response.into_body(), 4_096).await.expect("a body");
        let text = String::from_utf8_lossy(&body);
        assert!(
            text.contains("\"internal\"") && !text.contains("business"),
            "{text}"
        );
        let after = router.oneshot(request("/api/health")).await;
        assert_eq!(after.expect("an answer").status(), 200);
    });
    assert_eq!(server.state.gauges.panics.get(), 1);
    assert_eq!(server.state.gauges.answers[4].get(), 1);
}

#[test]
fn several_addresses_are_served_at_once() {
    let server = Server::start();
    let mut addresses = vec!["127.0.0.1:0", "127.0.0.1:0"];
    if TcpListener::bind("[::1]:0").is_ok() {
        addresses.push("[::1]:0");
    } else {
        println!("skipped for IPv6: this machine has none");
    }
    let listeners: Vec<TcpListener> = addresses
        .iter()
        .map(|address| TcpListener::bind(address).expect("a port"))
        .collect();
    let bound: Vec<SocketAddr> = listeners
        .iter()
        .map(|listener| listener.local_addr().expect("an address"))
        .collect();
    let router = router(server.state.clone(), Router::new());
    let gauges = server.state.gauges.clone();
    let (stop, stopped) = watch::channel(false);
    let serving = std::thread::spawn(move || {
        let limits = ListenerLimits::default();
        run(serve(listeners, router, limits, stopped, gauges))
    });
    for address in bound {
        let mut stream = TcpStream::connect(address).expect("it listens");
        let ask =
            format!("GET /api/health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(ask.as_bytes()).expect("it listens");
        assert_eq!(read_reply(&mut stream).status, 200, "{address}");
    }
    // Whoever could say when to stop is gone: then it stops.
    drop(stop);
    serving.join().expect("it ends").expect("it served");
}
