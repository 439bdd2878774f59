//! A connection: its place among those that are open, and a clock that runs while its client makes the server wait.
//!
//! Both stay with the socket when it becomes a WebSocket.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::gauges::HttpGauges;
use crate::serve::bounds::{HTTP_STALL_BYTES, HTTP_STALL_SECONDS};

/// A place among the connections that are open, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<HttpGauges>);

impl Place {
    /// One of `cap` places.
    pub(super) fn take(gauges: &Arc<HttpGauges>, cap: u64) -> Option<Place> {
        gauges
            .connections
            .try_add(1, cap)
            .then(|| Place(Arc::clone(gauges)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.connections.subtract(1);
    }
}

/// A socket whose client must take what it asked for.
///
/// While bytes wait for the client, it must take [`HTTP_STALL_BYTES`] in each [`HTTP_STALL_SECONDS`], or all there is. Else writing fails:
/// a client that stops reading, or reads byte by byte, would keep alive whatever its answer is made of.
#[derive(Debug)]
pub(super) struct Connection<S = tokio::net::TcpStream> {
    socket: S,
    _place: Place,
    period: Duration,
    stall: Option<Stall>,
}

#[derive(Debug)]
struct Stall {
    until: Pin<Box<Sleep>>,
    taken: usize,
}

impl<S> Connection<S> {
    /// A socket in its place.
    pub(super) fn new(socket: S, place: Place) -> Connection<S> {
        Connection {
            socket,
            _place: place,
            period: Duration::from_secs(HTTP_STALL_SECONDS),
            stall: None,
        }
    }

    fn watch(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let period = self.period;
        match written {
            Poll::Ready(Ok(bytes)) => {
                if let Some(stall) = &mut self.stall {
                    stall.taken = stall.taken.saturating_add(bytes);
                }
                written
            }
            Poll::Ready(Err(_)) => written,
            Poll::Pending => {
                let stall = self.stall.get_or_insert_with(|| Stall {
                    until: Box::pin(tokio::time::sleep(period)),
                    taken: 0,
                });
                while stall.until.as_mut().poll(context).is_ready() {
                    if stall.taken < HTTP_STALL_BYTES {
                        let slow = "the client does not take what it asked for";
                        return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, slow)));
                    }
                    stall.taken = 0;
                    let next = tokio::time::Instant::now() + period;
                    stall.until.as_mut().reset(next);
                }
                Poll::Pending
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Whoever is read from has nothing waiting, or is in the middle of an upload: the clock of writing stops with the answer.
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(context);
        // Flushing follows the last write: everything was taken.
        if flushed.is_ready() {
            self.stall = None;
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    fn connection(
        room: usize,
    ) -> (
        Connection<tokio::io::DuplexStream>,
        tokio::io::DuplexStream,
        Arc<HttpGauges>,
    ) {
        let gauges = Arc::new(HttpGauges::default());
        let (server, client) = duplex(room);
        let place = Place::take(&gauges, 1).unwrap();
        assert!(Place::take(&gauges, 1).is_none());
        let mut connection = Connection::new(server, place);
        connection.period = Duration::from_millis(300);
        (connection, client, gauges)
    }

    fn run(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(test);
    }

    #[test]
    fn a_client_that_does_not_read_is_given_up() {
        run(async {
            let (mut server, _client, gauges) = connection(1_024);
            let start = tokio::time::Instant::now();
            let error = server.write_all(&[0; 1 << 20]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert!(start.elapsed() >= Duration::from_millis(300));
            drop(server);
            assert_eq!(gauges.connections.get(), 0);
            assert_eq!(gauges.connections.highest(), 1);
        });
    }

    #[test]
    fn a_client_that_reads_byte_by_byte_is_given_up_too() {
        run(async {
            let (mut server, mut client, _gauges) = connection(1_024);
            let reader = tokio::spawn(async move {
                while client.read_u8().await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            });
            let error = server.write_all(&[0; 1 << 20]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            drop(server);
            reader.await.unwrap();
        });
    }
}
