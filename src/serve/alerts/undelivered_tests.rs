//! A receiver that is down when the server is stopped, and up when it starts again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use super::announcer::Outlets;
use super::tests::{FAULT, OK, Receiver, change, posting, start, until};
use super::*;
use crate::serve::store::{Alert, AlertStatus};

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_is_left_in_order_and_told_late_under_its_old_id() {
    let down = Receiver::new(&[FAULT]);
    let options = AlertOptions {
        pauses: Pauses::new(vec![Duration::from_secs(600); 4]),
        ..posting(&down, 0)
    };
    let (announcer, mut outlets, gauges) = start(options);
    for scope in ["a", "b", "c"] {
        announcer.tell(&change(scope, "it"));
    }
    until("it rests", || gauges.webhook.retried.get() == 1).await;
    let mut left = outlets.stop().await;
    assert_eq!((gauges.webhook.failed.get(), down.requests().len()), (0, 4));
    let alerts = [Alert {
        status: AlertStatus::Resolved,
        ..(*left[1].alert).clone()
    }];
    left.iter_mut().for_each(|late| late.look_at(&alerts));
    let up = Receiver::new(&[OK]);
    let gauges = Arc::default();
    let (announcer, mut outlets) = Outlets::start(&posting(&up, 4), "box", &gauges, &left);
    announcer.tell(&change("d", "it"));
    until("all arrive", || gauges.webhook.delivered.get() == 4).await;
    assert_eq!(outlets.stop().await, []);
    let told: Vec<(String, String)> = up
        .requests()
        .iter()
        .map(|request| {
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            (request.id(), body["text"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [
        ("a", " - told late, as the server was stopped"),
        (
            "b",
            " - told late, as the server was stopped: it is over meanwhile",
        ),
        ("c", " - told late, as the server was stopped"),
        ("d", ""),
    ]
    .map(|(scope, late)| {
        (
            format!("memory-leak:{scope}#1/1"),
            format!("[warning] it{late} (fabric on box)"),
        )
    });
    assert_eq!(told, expected);
}
