//! Clients that behave, written by others: `tungstenite`, and Python's `websockets`.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::json;
use tungstenite::Message;

use super::server::{EPOCH, Server, event, lenient, problem};

#[test]
fn a_client_joins_filters_changes_its_mind_and_comes_back() {
    let server = Server::start(lenient());
    server.publish(&[event("a", "bead.claimed"), event("b", "bead.claimed")]);
    let mut client = server.client("");
    let init = client.next();
    assert_eq!((&init["type"], &init["seq"]), (&json!("init"), &json!(2)));
    assert_eq!(
        init["data"]["recentEvents"].as_array().map(Vec::len),
        Some(2)
    );

    client.say(r#"{"type":"subscribe","filter":{"worker":"b"}}"#);
    assert_eq!(client.next()["type"], "subscribed");
    server.publish(&[event("a", "one"), event("b", "two"), event("b", "three")]);
    assert_eq!(client.next()["data"]["msg"], "two");
    let last = client.next();
    assert_eq!(last["data"]["msg"], "three");
    client.0.close(None).expect("can be closed");
    while client.0.read().is_ok() {}
    server.wait_until_clients(0);

    server.publish(&[event("a", "four"), event("b", "five"), event("a", "six")]);
    let mut client = server.client(&format!("?epoch={EPOCH}&seq={}&batch=1", last["seq"]));
    let init = client.next();
    assert_eq!(init["data"]["resumed"], true);
    let missed = client.next();
    assert_eq!((&missed["first"], &missed["last"]), (&json!(6), &json!(8)));
    assert_eq!(missed["data"][1]["msg"], "five");

    let mut client = server.client("?epoch=1&seq=5");
    assert_eq!(client.next()["data"]["reason"], "other-epoch");
    assert_eq!(client.next()["type"], "init");
    let counts = server.live.counts();
    assert_eq!(
        (counts.resumed, counts.not_resumed, counts.connected),
        (1, 1, 3)
    );
}

#[test]
fn a_ping_is_answered_and_a_goodbye_too() {
    let server = Server::start(lenient());
    let mut client = server.client("");
    client.next();
    client
        .0
        .send(Message::Ping(vec![1, 2, 3].into()))
        .expect("can be sent");
    assert_eq!(
        client.0.read().expect("an answer"),
        Message::Pong(vec![1, 2, 3].into())
    );
    let goodbye = tungstenite::protocol::CloseFrame {
        code: 4321.into(),
        reason: "enough".into(),
    };
    client
        .0
        .close(Some(goodbye.clone()))
        .expect("can be closed");
    assert_eq!(
        client.0.read().expect("an answer"),
        Message::Close(Some(goodbye))
    );
    server.wait_until_clients(0);
    assert_eq!(server.live.counts().ended["clientClosed"], 1);
}

#[test]
fn when_the_server_stops_clients_are_told() {
    let server = Server::start(lenient());
    let mut client = server.client("");
    client.next();
    server.shutdown.send_replace(true);
    let Message::Close(Some(close)) = client.0.read().expect("a goodbye") else {
        panic!("no goodbye");
    };
    assert_eq!(u16::from(close.code), 1001);
    while client.0.read().is_ok() {}
    server.wait_until_clients(0);
    let answer = server.ask_whole("/ws", super::server::UPGRADE);
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert_eq!(problem(&answer), "stopping");
}

const SCRIPT: &str = r#"
import asyncio, json, sys, websockets

async def main(url):
    async with websockets.connect(url + "?worker=b", compression="deflate") as client:
        init = json.loads(await client.recv())
        assert init["type"] == "init" and init["data"]["filter"] == {"worker": "b"}, init
        print("joined", flush=True)
        event = json.loads(await client.recv())
        assert event["data"]["msg"] == "two", event
        await (await client.ping())
        # A message in three fragments.
        await client.send(['{"type":"sub', 'scribe","fil', 'ter":null,"batch":true}'])
        answer = json.loads(await client.recv())
        assert answer["type"] == "subscribed" and answer["data"]["batch"], answer
        await client.send("x" * 20000)
        try:
            await client.recv()
        except websockets.exceptions.ConnectionClosed as closed:
            assert closed.rcvd.code == 1009, closed
            print("done", flush=True)

asyncio.run(asyncio.wait_for(main(sys.argv[1]), 20))
"#;

#[test]
fn the_websockets_library_of_python_gets_along() {
    let python = |code: &str| {
        let mut command = Command::new("python3");
        command.args(["-c", code]);
        command
    };
    let there = python("import websockets").stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        println!("SKIPPED: python3 with websockets is not installed");
        return;
    }
    let server = Server::start(lenient());
    let url = format!("ws://{}/ws", server.address);
    let mut child = python(SCRIPT)
        .arg(url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut output = std::io::BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut output, &mut line).expect("a line");
    assert_eq!(line, "joined\n");
    server.publish(&[event("a", "one"), event("b", "two")]);
    line.clear();
    std::io::BufRead::read_line(&mut output, &mut line).expect("a line");
    assert_eq!(line, "done\n");
    assert!(child.wait().expect("it ends").success());
    std::io::stdout().flush().expect("a standard output");
}
