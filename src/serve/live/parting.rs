//! Goodbye: how a client is told why its session ended.

use futures_util::{SinkExt, StreamExt};
use tokio::time::{Instant, sleep, timeout_at};

use super::admission::Seat;
use super::ending::Ending;
use super::line::Socket;
use super::sessions::Live;
use super::wire::Outgoing;
use crate::serve::bounds::{CLIENT_CLOSE_LIMIT, CLIENT_PARTING_LIMIT};

/// Says goodbye, and waits for the client to read it. Returns whether everything was handed over; if not, the connection is to be cut off.
///
/// A client that was too slow loses at once what waits for it, and its seat, which the next one may take: from here on it is one of those
/// that part, a place of another kind. It has [`CLIENT_PARTING_LIMIT`] to read on, so that it finds the rest of the frame that was on its
/// way, and then the reason. When the process stops, that is shortened to what all others have.
pub(super) async fn part<S: Socket>(
    live: &Live,
    ending: Ending,
    socket: &mut S,
    seat: &mut Seat,
) -> bool {
    let mut told = false;
    let now = Instant::now();
    match ending {
        Ending::ConnectionLost => {}
        Ending::SlowClient => {
            socket.let_go();
            let Some(place) = live.partings.take() else {
                return false;
            };
            *seat = place;
            let mut shutdown = live.shutdown.clone();
            let stopped = async {
                let _ = shutdown.wait_for(|&stop| stop).await;
                sleep(CLIENT_CLOSE_LIMIT).await;
            };
            let say_by = now + CLIENT_PARTING_LIMIT;
            let answer_by = say_by + CLIENT_CLOSE_LIMIT;
            tokio::select! {
                () = say_goodbye(socket, ending, say_by, answer_by, &mut told) => {}
                () = stopped => {}
            }
        }
        _ => {
            let by = now + CLIENT_CLOSE_LIMIT;
            say_goodbye(socket, ending, by, by, &mut told).await;
        }
    }
    told
}

/// Says goodbye and waits until the client has done so too, or has gone: a connection that is closed before may lose the reason on the way.
/// `told` becomes true when everything has been handed over. What does not happen in time does not happen.
async fn say_goodbye<S: Socket>(
    socket: &mut S,
    ending: Ending,
    say_by: Instant,
    answer_by: Instant,
    told: &mut bool,
) {
    if let Some((code, reason)) = ending.close_code() {
        let said = timeout_at(say_by, socket.send(Outgoing::Close(code, reason))).await;
        if !matches!(said, Ok(Ok(()))) {
            return;
        }
        *told = true;
    }
    let finish = async {
        if *told {
            while let Some(Ok(_)) = socket.next().await {}
        }
        // Also the answer to the client's own goodbye.
        socket.flush().await
    };
    if matches!(timeout_at(answer_by, finish).await, Ok(Ok(()))) {
        *told = true;
    }
}
