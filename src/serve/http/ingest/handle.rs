//! What handlers hold to have posted events written.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::journal::{Disk, Folder};
use super::writer::{Order, Post, write_all};
use crate::serve::bounds::{BoundReport, INGEST_KEYS, INGEST_QUEUE, Usage};
use crate::serve::event::DedupKey;
use crate::serve::{Count, Gauge};

/// A line that is an event, on one line.
#[derive(Debug, Clone)]
pub struct PostedLine {
    /// The line, without a newline.
    pub text: Bytes,
    /// What makes it the same event as another one.
    pub key: Option<DedupKey>,
}

/// Why posted events were not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// Too many wait to be written.
    #[error("too many posted events wait to be written")]
    Busy,
    /// The server is being stopped.
    #[error("the server is being stopped")]
    Stopped,
    /// The disk does not take them.
    #[error("the log folder cannot be written: {message}")]
    Disk {
        /// Whether it is full, rather than broken.
        full: bool,
        /// What the system says.
        message: Arc<str>,
    },
}

/// Has posted events written. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Ingest {
    // Held for one send, never across an await.
    orders: Arc<Mutex<Option<mpsc::UnboundedSender<Order>>>>,
    counts: Arc<IngestCounts>,
    ended: Arc<tokio::sync::Mutex<Option<oneshot::Receiver<()>>>>,
}

impl Ingest {
    /// Starts the thread that writes to `folder`. The folder and a file are made when the first event is posted.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(folder: &Path) -> io::Result<Ingest> {
        Ingest::start_on(Folder(folder.to_owned()))
    }

    pub(super) fn start_on<D: Disk + Send + 'static>(disk: D) -> io::Result<Ingest> {
        // The queue is bounded by the counts, in lines and in bytes, and not by the channel.
        let (sender, receiver) = mpsc::unbounded_channel();
        let (ended, wait) = oneshot::channel();
        let counts = Arc::new(IngestCounts::default());
        let counted = Arc::clone(&counts);
        std::thread::Builder::new()
            .name("http-ingest".to_owned())
            .spawn(move || {
                write_all(disk, receiver, &counted);
                let _ = ended.send(());
            })?;
        Ok(Ingest {
            orders: Arc::new(Mutex::new(Some(sender))),
            counts,
            ended: Arc::new(tokio::sync::Mutex::new(Some(wait))),
        })
    }

    /// Has lines written, and returns when they are on the disk. Also when the caller stops waiting they may still be written.
    ///
    /// # Errors
    /// They are not known to be on the disk.
    pub async fn append(&self, lines: Vec<PostedLine>) -> Result<(), IngestError> {
        let bytes: usize = lines
            .iter()
            .map(|line| line.text.len() + size_of::<PostedLine>())
            .sum();
        let (entries, bytes) = (lines.len() as u64, bytes as u64);
        if !self.counts.enter(entries, bytes) {
            return Err(IngestError::Busy);
        }
        let (answer, wait) = oneshot::channel();
        let order = Order::Write(Post {
            lines,
            bytes,
            answer,
        });
        if !self.send(order) {
            self.counts.leave(entries, bytes);
            return Err(IngestError::Stopped);
        }
        wait.await.unwrap_or(Err(IngestError::Stopped))
    }

    /// The next event goes into a new file.
    pub fn rotate(&self) {
        self.send(Order::Rotate);
    }

    /// Takes no more, and returns when everything that was taken is answered.
    pub async fn stop(&self) {
        self.orders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(ended) = self.ended.lock().await.take() {
            let _ = ended.await;
        }
    }

    /// What was counted since start.
    pub fn counts(&self) -> &IngestCounts {
        &self.counts
    }

    fn send(&self, order: Order) -> bool {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders
            .as_ref()
            .is_some_and(|orders| orders.send(order).is_ok())
    }
}

/// What was counted since start.
#[derive(Debug, Default)]
pub struct IngestCounts {
    /// Lines that are on the disk.
    pub written: Count,
    /// Writes that put them there.
    pub groups: Count,
    /// Lines that were posted before and were not written again.
    pub repeated: Count,
    /// Posts that were refused because too many waited.
    pub refused: Count,
    /// Writes that failed.
    pub failures: Count,
    /// Files that were left because a write failed.
    pub abandoned: Count,
    pub(super) failing: Flag,
    pub(super) keys: KeyCounts,
    lines: Gauge,
    bytes: Gauge,
}

impl IngestCounts {
    fn enter(&self, lines: u64, bytes: u64) -> bool {
        let cap_lines = INGEST_QUEUE.cap_entries.unwrap_or(u64::MAX);
        let cap_bytes = INGEST_QUEUE.cap_bytes.unwrap_or(u64::MAX);
        if !self.lines.try_add(lines, cap_lines) {
            self.refused.add();
            return false;
        }
        if !self.bytes.try_add(bytes, cap_bytes) {
            self.lines.subtract(lines);
            self.refused.add();
            return false;
        }
        true
    }

    pub(super) fn leave(&self, lines: u64, bytes: u64) {
        self.lines.subtract(lines);
        self.bytes.subtract(bytes);
    }

    /// Whether the last write failed.
    pub fn is_failing(&self) -> bool {
        self.failing.0.load(Ordering::Relaxed)
    }

    /// The bounds of this room.
    pub fn bounds(&self) -> [BoundReport; 2] {
        let keys = self.keys.length.load(Ordering::Relaxed);
        // In the map, in the order, and the nodes of both.
        let key_bytes = 2 * (size_of::<DedupKey>() as u64 + 16);
        [
            BoundReport {
                bound: INGEST_QUEUE,
                usage: Usage {
                    length: self.lines.get(),
                    bytes: self.bytes.get(),
                    evictions: self.refused.get(),
                    high_water_length: self.lines.highest(),
                    high_water_bytes: self.bytes.highest(),
                },
            },
            BoundReport {
                bound: INGEST_KEYS,
                usage: Usage {
                    length: keys,
                    bytes: keys * key_bytes,
                    evictions: self.keys.evictions.load(Ordering::Relaxed),
                    // It only grows until it is full.
                    high_water_length: keys,
                    high_water_bytes: keys * key_bytes,
                },
            },
        ]
    }
}

/// Whether something is so.
#[derive(Debug, Default)]
pub(super) struct Flag(AtomicBool);

impl Flag {
    pub(super) fn swap(&self, value: bool) -> bool {
        self.0.swap(value, Ordering::Relaxed)
    }
}

/// What the thread says of its keys.
#[derive(Debug, Default)]
pub(super) struct KeyCounts {
    length: AtomicU64,
    evictions: AtomicU64,
}

impl KeyCounts {
    pub(super) fn set(&self, length: usize, evictions: u64) {
        self.length.store(length as u64, Ordering::Relaxed);
        self.evictions.store(evictions, Ordering::Relaxed);
    }
}
