//! The thread that writes posted events, a group at a time.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::handle::{IngestCounts, IngestError, PostedLine};
use super::journal::{Disk, Journal};
use super::keys::RecentKeys;
use crate::serve::bounds::INGEST_KEYS;
use crate::serve::event::DedupKey;

/// A group is closed at so many bytes, so that the first in it does not wait for a flood.
const GROUP_BYTES: usize = 4 << 20;

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Order {
    Write(Post),
    Rotate,
}

/// Lines that were posted together and are acknowledged together.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) lines: Vec<PostedLine>,
    pub(super) bytes: u64,
    pub(super) answer: oneshot::Sender<Result<(), IngestError>>,
}

/// Writes until nobody can send any more and everything that was sent is answered.
pub(super) fn write_all<D: Disk>(
    disk: D,
    mut orders: UnboundedReceiver<Order>,
    counts: &Arc<IngestCounts>,
) {
    let cap = usize::try_from(INGEST_KEYS.cap_entries.unwrap_or(0)).unwrap_or(0);
    let mut writer = Writer {
        journal: Journal::new(disk),
        keys: RecentKeys::new(cap),
    };
    while let Some(first) = orders.blocking_recv() {
        let mut group = Group::default();
        let mut next = Some(first);
        let mut rotate = false;
        while let Some(order) = next {
            match order {
                Order::Write(post) => group.add(post, &mut writer.keys, counts),
                Order::Rotate => rotate = true,
            }
            let full = rotate || group.text.len() >= GROUP_BYTES;
            next = if full { None } else { orders.try_recv().ok() };
        }
        writer.write(group, counts);
        if rotate {
            writer.journal.rotate();
        }
        counts.keys.set(writer.keys.len(), writer.keys.evictions());
    }
}

struct Writer<D: Disk> {
    journal: Journal<D>,
    keys: RecentKeys<DedupKey>,
}

/// What is written with one write.
#[derive(Default)]
struct Group {
    text: Vec<u8>,
    keys: HashSet<DedupKey>,
    lines: u64,
    /// Each with whether it has to wait for this write.
    posts: Vec<(Post, bool)>,
}

impl Group {
    fn add(&mut self, post: Post, known: &mut RecentKeys<DedupKey>, counts: &IngestCounts) {
        let mut waits = false;
        for line in &post.lines {
            if let Some(key) = &line.key {
                if known.saw(key) {
                    counts.repeated.add();
                    continue;
                }
                // A repeat of a line of this same group is answered as that one is.
                waits = true;
                if !self.keys.insert(*key) {
                    counts.repeated.add();
                    continue;
                }
            }
            waits = true;
            self.text.extend_from_slice(&line.text);
            self.text.push(b'\n');
            self.lines += 1;
        }
        self.posts.push((post, waits));
    }
}

impl<D: Disk> Writer<D> {
    fn write(&mut self, group: Group, counts: &IngestCounts) {
        let written = if group.text.is_empty() {
            Ok(())
        } else {
            self.journal.append(&group.text)
        };
        let outcome = match written {
            Ok(()) => {
                counts.written.add_many(group.lines);
                if group.lines > 0 {
                    counts.groups.add();
                }
                for key in group.keys {
                    self.keys.insert(key);
                }
                Ok(())
            }
            Err(error) => {
                counts.failures.add();
                // Said once until it works again: a full disk fails on every post.
                if !counts.failing.swap(true) {
                    tracing::error!(%error, "posted events cannot be written");
                }
                Err(IngestError::Disk {
                    full: is_full(&error),
                    message: error.to_string().into(),
                })
            }
        };
        if outcome.is_ok() && group.lines > 0 && counts.failing.swap(false) {
            tracing::info!("posted events are written again");
        }
        counts.abandoned.raise_to(self.journal.abandoned);
        for (post, waits) in group.posts {
            counts.leave(post.lines.len() as u64, post.bytes);
            let answer = if waits { outcome.clone() } else { Ok(()) };
            // Whoever posted may have gone away; the event stays.
            let _ = post.answer.send(answer);
        }
    }
}

/// Whether there is no room, rather than something broken.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
