//! `GET /ws`: who may come in, and the change from HTTP to WebSocket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::extract::{ConnectInfo, Query, State};
use axum::http::header::{RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hyper_util::rt::TokioIo;
use rustix::net::sockopt;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tungstenite::handshake::server::create_response_with_body;

use super::admission::Seat;
use super::parting;
use super::session;
use super::sessions::Live;
use super::subscription::Request;
use super::wire::Wire;
use crate::serve::bounds::CLIENT_SEND_BUFFER_BYTES;

/// The routes of this room: `GET /ws`. The address of the client is taken from an extension of type
/// [`ConnectInfo<SocketAddr>`](ConnectInfo); without it the connection rate is not limited. Who may ask at all (token, Host, Origin) is
/// decided before a request comes here.
pub fn routes(live: Arc<Live>) -> Router {
    Router::new().route("/ws", get(connect)).with_state(live)
}

async fn connect(State(live): State<Arc<Live>>, mut request: axum::extract::Request) -> Response {
    let counters = &live.counters;
    let refuse = |counter: &AtomicU64, status: StatusCode, error: &str, reason: &str| {
        counter.fetch_add(1, Relaxed);
        refusal(status, error, reason)
    };
    if let Some(ConnectInfo(address)) = request.extensions().get::<ConnectInfo<SocketAddr>>()
        && let Err(wait) = live.rates.connect(address.ip(), Instant::now())
    {
        let reason = "too many connections from this address: try again later";
        let mut response = refuse(
            &counters.refused_rate,
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-connections",
            reason,
        );
        let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    let wanted = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
        .map_err(|_| "the query cannot be read".to_owned())
        .and_then(|Query(pairs)| Request::from_query(&pairs));
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(reason) => {
            let status = StatusCode::BAD_REQUEST;
            return refuse(&counters.refused_request, status, "bad-query", &reason);
        }
    };
    let response = match create_response_with_body(&request, axum::body::Body::empty) {
        Ok(response) => response,
        Err(_) => {
            let reason = "this address speaks WebSocket, version 13";
            let status = StatusCode::UPGRADE_REQUIRED;
            let mut response = refuse(&counters.refused_request, status, "no-web-socket", reason);
            let headers = response.headers_mut();
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            return response;
        }
    };
    if *live.shutdown.borrow() {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let reason = "the server stops: try again when it is back";
        return refuse(&counters.refused_shutdown, status, "stopping", reason);
    }
    let Some(seat) = live.seats.take() else {
        let reason = "as many clients are connected as may be: try again later";
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let mut response = refuse(&counters.refused_full, status, "too-many-clients", reason);
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("10"));
        return response;
    };
    counters.connected.fetch_add(1, Relaxed);
    let upgrade = hyper::upgrade::on(&mut request);
    let live = Arc::clone(&live);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            serve(live, wanted, upgraded, seat).await;
        } else {
            live.counters.ended(super::Ending::ConnectionLost);
        }
    });
    response
}

async fn serve(
    live: Arc<Live>,
    wanted: Request,
    upgraded: hyper::upgrade::Upgraded,
    mut seat: Seat,
) {
    // The bare connection where it is one, which costs a silent client the least memory and can be cut off; else as it is.
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => {
            let stream = parts.io.into_inner();
            // Options that cannot be set make it no worse than it was.
            let _ = sockopt::set_socket_send_buffer_size(&stream, CLIENT_SEND_BUFFER_BYTES);
            let _ = stream.set_nodelay(true);
            let mut wire = Wire::new(stream, &parts.read_buf);
            drop(parts.read_buf);
            let ending = session::run(&live, wanted, &mut wire).await;
            if !parting::part(&live, ending, &mut wire, &mut seat).await {
                // What the kernel still holds for a client that does not read goes with the connection.
                let _ = sockopt::set_socket_linger(wire.io(), Some(std::time::Duration::ZERO));
            }
        }
        Err(upgraded) => {
            let mut wire = Wire::new(TokioIo::new(upgraded), &[]);
            let ending = session::run(&live, wanted, &mut wire).await;
            parting::part(&live, ending, &mut wire, &mut seat).await;
        }
    }
    // Held until the connection is gone.
    drop(seat);
}

/// What all errors of this process look like: a short stable name, and what it is in words.
fn refusal(status: StatusCode, error: &str, message: &str) -> Response {
    let problem = serde_json::json!({ "error": error, "message": message });
    (status, Json(problem)).into_response()
}
