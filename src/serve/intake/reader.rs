//! The thread that reads the logs, for the task that starts and stops it.

use std::io;

use tokio::sync::{mpsc, oneshot};

use super::batch::Batch;
use super::line_intake::Intake;
use super::problem_log::ProblemLog;
use crate::serve::bounds::BACKLOG;
use crate::serve::event;
use crate::serve::tail::{self, TailOptions, TailReport, Tailer, Wake, WakeHandle};
use crate::serve::time::{EventTime, WallTime};

/// The thread that reads the logs.
#[derive(Debug)]
pub(in crate::serve) struct LogReader {
    wake: WakeHandle,
    /// Its sender goes with the thread, and nothing is ever sent.
    ended: oneshot::Receiver<()>,
}

/// Looks at what is there. With many logs that takes some tenths of a second.
pub(in crate::serve) async fn open(options: TailOptions) -> io::Result<Tailer> {
    tokio::task::spawn_blocking(move || Tailer::open(options, WallTime::now()))
        .await
        .map_err(io::Error::other)
}

/// When a line happened, for finding the place in a log where the history begins.
pub(in crate::serve) fn line_time(line: &[u8]) -> Option<EventTime> {
    event::parse(line, "")
        .ok()
        .flatten()
        .map(|event| event.ts())
}

impl LogReader {
    /// Begins to read. `resident_bytes` says how much memory this process has; `hub` hears what the reader says of itself.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(in crate::serve) fn start<M>(
        tailer: Tailer,
        mut intake: Intake<M>,
        hub: mpsc::Sender<M>,
        resident_bytes: fn() -> Option<u64>,
    ) -> io::Result<LogReader>
    where
        M: From<Batch> + From<TailReport> + Send + 'static,
    {
        let wake = Wake::new();
        let handle = wake.handle();
        let (alive, ended) = oneshot::channel::<()>();
        let backlog = intake.gauge();
        std::thread::Builder::new()
            .name("fabric-tail".to_owned())
            .spawn(move || {
                let mut problems = ProblemLog::default();
                let tell = |mut report: TailReport| {
                    problems.tell(&report);
                    report.bounds.push(backlog.report(BACKLOG));
                    // A hub that is gone needs no report.
                    let _ = hub.blocking_send(M::from(report));
                };
                tail::run(tailer, wake, resident_bytes, tell, &mut intake);
                drop(alive);
            })?;
        Ok(LogReader {
            wake: handle,
            ended,
        })
    }

    /// Opens the logs anew.
    pub(in crate::serve) fn reopen(&self) {
        self.wake.reopen();
    }

    /// Returns when the thread has ended.
    pub(in crate::serve) async fn ended(&mut self) {
        if !self.ended.is_terminated() {
            let _ = (&mut self.ended).await;
        }
    }

    /// Reads no more, and returns when what was read is handed over and the places are saved.
    pub(in crate::serve) async fn stop(&mut self) {
        self.wake.stop();
        self.ended().await;
    }
}
