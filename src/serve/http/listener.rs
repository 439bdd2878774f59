//! Accepts connections and serves each one, within bounds of number and of time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use super::connection::{Connection, Place};
use super::gauges::HttpGauges;
use crate::serve::bounds::{
    HTTP_CONNECTIONS, HTTP_HEAD_BYTES, HTTP_HEAD_SECONDS, HTTP_HEADERS, HTTP_REFUSALS,
    HTTP_SEND_BUFFER_BYTES,
};

const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: 75\r\nretry-after: 5\r\nconnection: close\r\n\r\n{\"error\":\"too-many-connections\",\"message\":\"too many connections are open\"}\n";

/// What the listener allows.
#[derive(Debug, Clone, Copy)]
pub struct ListenerLimits {
    /// Connections at once, WebSockets among them.
    pub connections: u64,
    /// Within which the head of a request must be there; also how long a connection may be idle.
    pub head: Duration,
    /// How long requests that run may take to end after shutdown began.
    pub drain: Duration,
}

impl Default for ListenerLimits {
    fn default() -> ListenerLimits {
        ListenerLimits {
            connections: HTTP_CONNECTIONS.cap_entries.unwrap_or(u64::MAX),
            head: Duration::from_secs(HTTP_HEAD_SECONDS),
            drain: Duration::from_secs(3),
        }
    }
}

/// Serves `router` on all `listeners` until `shutdown` is true or gone. Then nothing is accepted any more, requests that run may end
/// within the drain time, and what is left is cut. WebSockets are not waited for: their own room closes them.
///
/// # Errors
/// A listener cannot be used at all.
pub async fn serve(
    listeners: Vec<std::net::TcpListener>,
    router: Router,
    limits: ListenerLimits,
    shutdown: watch::Receiver<bool>,
    gauges: Arc<HttpGauges>,
) -> io::Result<()> {
    let mut accepting = JoinSet::new();
    for listener in listeners {
        // One that was handed over by systemd may be in blocking mode.
        listener.set_nonblocking(true)?;
        let door = Door {
            listener: TcpListener::from_std(listener)?,
            router: router.clone(),
            limits,
            shutdown: shutdown.clone(),
            gauges: Arc::clone(&gauges),
        };
        accepting.spawn(door.keep());
    }
    while accepting.join_next().await.is_some() {}
    Ok(())
}

struct Door {
    listener: TcpListener,
    router: Router,
    limits: ListenerLimits,
    shutdown: watch::Receiver<bool>,
    gauges: Arc<HttpGauges>,
}

impl Door {
    async fn keep(self) {
        let mut stop = std::pin::pin!(stopped(self.shutdown.clone()));
        let mut connections = JoinSet::new();
        let mut pause = Pause::default();
        loop {
            tokio::select! {
                () = stop.as_mut() => break,
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        pause.end();
                        self.admit(stream, peer, &mut connections);
                    }
                    Err(error) => {
                        self.gauges.accept_errors.add();
                        if let Some(length) = pause.after(&error) {
                            tokio::select! {
                                () = stop.as_mut() => break,
                                () = sleep(length) => {}
                            }
                        }
                    }
                },
            }
        }
        // From here on the kernel refuses: nobody is left waiting in the backlog.
        drop(self.listener);
        let drained = async { while connections.join_next().await.is_some() {} };
        if timeout(self.limits.drain, drained).await.is_err() {
            connections.shutdown().await;
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr, connections: &mut JoinSet<()>) {
        self.gauges.accepted.add();
        let Some(place) = Place::take(&self.gauges, self.limits.connections) else {
            self.gauges.refused.add();
            let cap = HTTP_REFUSALS.cap_entries.unwrap_or(0);
            if self.gauges.refusals.try_add(1, cap) {
                let gauges = Arc::clone(&self.gauges);
                connections.spawn(async move {
                    refuse(stream).await;
                    gauges.refusals.subtract(1);
                });
            } else {
                self.gauges.dropped.add();
            }
            return;
        };
        // Both only make things faster or smaller: a socket that refuses them is served all the same.
        let _ = stream.set_nodelay(true);
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(&stream, HTTP_SEND_BUFFER_BYTES);
        let served = serve_one(
            Connection::new(stream, place),
            peer,
            self.router.clone(),
            self.limits.head,
            self.shutdown.clone(),
        );
        let gauges = Arc::clone(&self.gauges);
        connections.spawn(async move {
            if served.await.is_err() {
                gauges.broken.add();
            }
        });
    }
}

async fn serve_one(
    connection: Connection,
    peer: SocketAddr,
    router: Router,
    head: Duration,
    shutdown: watch::Receiver<bool>,
) -> hyper::Result<()> {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_header_size(HTTP_HEAD_BYTES)
        .max_headers(HTTP_HEADERS)
        .max_buf_size(4 * HTTP_HEAD_BYTES)
        .serve_connection(TokioIo::new(connection), service)
        .with_upgrades();
    tokio::pin!(serving);
    tokio::select! {
        served = serving.as_mut() => return served,
        () = stopped(shutdown) => {}
    }
    serving.as_mut().graceful_shutdown();
    serving.await
}

/// Returns when the server is to stop, also when nobody is left to say so.
async fn stopped(mut shutdown: watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|stop| *stop).await;
}

/// Says that there is no room, and reads what was sent: closing with unread bytes would reset the connection and take the answer with it.
async fn refuse(mut stream: TcpStream) {
    let polite = async {
        stream.write_all(REFUSAL).await?;
        stream.shutdown().await?;
        let mut sink = [0; 1_024];
        for _ in 0..64 {
            if stream.read(&mut sink).await? == 0 {
                break;
            }
        }
        io::Result::Ok(())
    };
    // Whoever went away needs no answer.
    let _ = timeout(Duration::from_secs(1), polite).await;
}

/// Waits longer and longer while the process or the system has no descriptors or memory for a further connection, and says so once.
#[derive(Debug, Default)]
struct Pause {
    length: Option<Duration>,
}

impl Pause {
    const FIRST: Duration = Duration::from_millis(50);
    const LONGEST: Duration = Duration::from_secs(1);

    fn after(&mut self, error: &io::Error) -> Option<Duration> {
        // These are the fault of the connection, which is gone: the next one may be had at once.
        if matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionRefused
                | io::ErrorKind::Interrupted
        ) {
            return None;
        }
        let length = match self.length {
            None => {
                tracing::warn!(%error, "no connection can be accepted: waiting for descriptors or memory");
                Pause::FIRST
            }
            Some(length) => (length * 2).min(Pause::LONGEST),
        };
        self.length = Some(length);
        Some(length)
    }

    fn end(&mut self) {
        if self.length.take().is_some() {
            tracing::info!("connections are accepted again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_says_its_own_length() {
        let text = String::from_utf8_lossy(REFUSAL);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())));
    }

    #[test]
    fn without_descriptors_it_waits_longer_and_longer_but_at_most_a_second() {
        let full = io::Error::from_raw_os_error(rustix::io::Errno::MFILE.raw_os_error());
        let mut pause = Pause::default();
        let waits: Vec<u128> = (0..7)
            .filter_map(|_| pause.after(&full))
            .map(|wait| wait.as_millis())
            .collect();
        assert_eq!(waits, [50, 100, 200, 400, 800, 1_000, 1_000]);
        pause.end();
        assert_eq!(pause.after(&full), Some(Pause::FIRST));
        let gone = io::Error::from(io::ErrorKind::ConnectionAborted);
        assert_eq!(pause.after(&gone), None);
    }
}
