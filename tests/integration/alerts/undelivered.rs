//! What a webhook could not be told before the server was stopped it is told after the next start.

use std::net::TcpListener;
use std::process::Command;

use super::snapshots;
use super::told::{PATIENCE, Receiver, leaks};
use crate::live::client::get;
use crate::live::process::{Folders, Live, eventually_within};

#[test]
fn a_webhook_that_is_down_across_a_restart_hears_of_a_leak_once() {
    let folders = Folders::new();
    let (folder, secret) = (folders.path("snapshots"), folders.path("secret"));
    std::fs::write(&secret, "correct horse battery staple\n").expect("a file");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let command = || -> Command {
        let mut command = folders.command(&[]);
        command
            .arg("--snapshot-dir")
            .arg(&folder)
            .arg("--alert-webhook-secret-file")
            .arg(&secret)
            .env("FABRIC_ALERT_WEBHOOK", format!("http://127.0.0.1:{port}/"));
        command
    };
    snapshots::write(&folder, 0..11, 20);
    let live = Live::start(command());
    eventually_within(PATIENCE, "it leaks", || leaks(&live));
    snapshots::write(&folder, 11..12, 20);
    eventually_within(PATIENCE, "it is to be told", || {
        let alerts = get(live.address, "/api/alerts").json();
        alerts["active"][0]["notifications"] == 1
    });
    live.stop();

    let receiver = Receiver::at(port, &secret);
    let live = Live::start(command());
    eventually_within(PATIENCE, "it is told", || !receiver.lines().is_empty());
    let told = receiver.lines();
    let begins = "memory-leak:self#1/1 [warning] this server leaks in main.remember: +";
    assert!(told[0].starts_with(begins), "{told:?}");
    let late = " - told late, as the server was stopped (fabric on ";
    assert!(told[0].contains(late), "{told:?}");
    live.stop();

    let live = Live::start(command());
    eventually_within(PATIENCE, "it is judged again", || leaks(&live));
    live.stop();
    assert_eq!(receiver.lines().len(), 1);
}
