//! Requests and answers, byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.head, self.body))
    }
}

/// Sends a request on a connection of its own.
pub(crate) fn request(
    address: SocketAddr,
    line: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<Answer> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(Duration::from_secs(20)))?;
    let length = match body.is_empty() {
        true => String::new(),
        false => format!("content-length: {}\r\n", body.len()),
    };
    let head =
        format!("{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{length}{headers}\r\n");
    socket.write_all(head.as_bytes())?;
    socket.write_all(body.as_bytes())?;
    let mut text = String::new();
    socket.read_to_string(&mut text)?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Err(std::io::Error::other(format!("no head in {text:?}")));
    };
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    Ok(Answer {
        status: status.ok_or_else(|| std::io::Error::other(head.to_owned()))?,
        head: head.to_owned(),
        body: match head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked")
        {
            true => unchunked(body),
            false => body.to_owned(),
        },
    })
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    request(address, &format!("GET {path}"), "", "").expect("the server answers")
}

pub(crate) fn post(address: SocketAddr, path: &str, body: &str) -> std::io::Result<Answer> {
    request(
        address,
        &format!("POST {path}"),
        "content-type: application/json\r\n",
        body,
    )
}

fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        whole.push_str(&rest[..size]);
        body = rest[size..].trim_start_matches("\r\n");
    }
    whole
}
