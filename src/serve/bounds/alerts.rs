//! What may wait to leave the house.

use std::time::Duration;

use super::bound::Bound;

/// Notifications that wait, on both ways out together.
pub const ALERT_QUEUE: Bound = Bound {
    collection: "alertQueue",
    cap_entries: Some(2 * ALERT_QUEUE_PER_WAY as u64),
    cap_bytes: Some(2 * ALERT_QUEUE_PER_WAY_BYTES as u64),
    policy: "64 per way out: its oldest is dropped",
};
/// Notifications that wait for the webhook, and for the command.
pub const ALERT_QUEUE_PER_WAY: usize = 64;
/// Bytes of the notifications that wait for the webhook, and for the command.
pub const ALERT_QUEUE_PER_WAY_BYTES: usize = 1 << 20;
/// From one try of the webhook to the next: five tries in about five minutes. Who does not answer for longer hears of it with the reminder.
pub const ALERT_PAUSES: [Duration; 4] = [
    Duration::from_secs(5),
    Duration::from_secs(20),
    Duration::from_secs(60),
    Duration::from_secs(180),
];
/// A receiver that asks for a longer pause gets this one.
pub const ALERT_RETRY_AFTER_LIMIT: Duration = Duration::from_mins(10);
/// How long one try of the webhook may take, from looking up its name to the last byte of its answer.
pub const ALERT_TRY_LIMIT: Duration = Duration::from_secs(10);
/// How long a command may take. Then it is killed, with all that it has started.
pub const ALERT_COMMAND_LIMIT: Duration = Duration::from_secs(30);
/// What is kept of the output of a command, to log it.
pub const ALERT_COMMAND_OUTPUT_BYTES: usize = 2048;
/// How long notifications that wait are tried when the server ends.
pub const ALERT_STOP_LIMIT: Duration = Duration::from_secs(2);
/// A file of alerts with more bytes is not read.
pub const ALERT_FILE_BYTES: u64 = 4 << 20;
