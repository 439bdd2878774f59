//! Alerts leave the house: a line in the log, a POST to a webhook, a command that is run.
//!
//! What comes in: what happened to alerts, from the hub, which never waits (`Announcer`). What goes out: `fabric.alert/1` documents
//! ([`Notification`]), one after another, each tried a bounded number of times (`Courier`); and a file in the state folder with all alerts,
//! so that a restart tells nobody the same again, and with what had not arrived when the server was stopped (`AlertsFile`).
//!
//! It does not know what makes an alert, nor when somebody is to be told of one: that is decided in the [store](super::store), from what
//! [`AlertOptions`] say. What there is to tell of heaps comes there from [`targets`](super::targets).

mod alerts_file;
mod announcer;
mod chat_text;
mod command;
mod courier;
mod gauges;
mod notification;
mod options;
mod pauses;
mod queue;
mod signature;
mod undelivered;
mod webhook;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod undelivered_tests;

pub(super) use alerts_file::{AlertsFile, Left, keep, leave};
pub(super) use announcer::{Announcer, Outlets};
pub use command::{AlertCommand, CommandError};
pub use gauges::{AlertGauges, OutletGauges};
pub use notification::Notification;
pub use options::AlertOptions;
pub use pauses::Pauses;
pub use signature::{SigningKey, SigningKeyError};
pub use webhook::Webhook;
