//! What each thread holds.

use hashbrown::HashMap;

use crate::formats::line_cursor::{Counts, LineCursor};
use crate::model::{ProfileBuilder, Thread};

/// The threads of a dump: named by the lines at the top, counted by the lines under each stack, because the numbers at the
/// top are sums over stacks whose sampling must be undone one by one.
#[derive(Debug, Default)]
pub(super) struct Threads {
    threads: Vec<Thread>,
    by_id: HashMap<u64, usize>,
    /// Most lines are about the thread of the line before.
    last: usize,
}

impl Threads {
    /// Takes up a thread with its name.
    pub(super) fn name(&mut self, id: u64, name: &[u8], columns: usize) {
        let index = self.index(id, columns);
        let cut = &name[..name.len().min(crate::limits::NAME_BYTES)];
        self.threads[index].name = String::from_utf8_lossy(cut).into_owned();
    }

    /// Adds what thread `id` holds of one stack.
    pub(super) fn add(&mut self, id: u64, values: &[u64]) {
        let index = self.index(id, values.len());
        for (sum, value) in self.threads[index].values.iter_mut().zip(values) {
            *sum = sum.saturating_add(*value);
        }
    }

    fn index(&mut self, id: u64, columns: usize) -> usize {
        if self
            .threads
            .get(self.last)
            .is_some_and(|thread| thread.id == id)
        {
            return self.last;
        }
        self.last = *self.by_id.entry(id).or_insert_with(|| {
            self.threads.push(Thread {
                id,
                name: String::new(),
                values: vec![0; columns],
            });
            self.threads.len() - 1
        });
        self.last
    }

    /// Hands all threads to the builder, in the order of the file.
    pub(super) fn finish(self, builder: &mut ProfileBuilder) {
        for thread in self.threads {
            builder.thread(thread);
        }
    }
}

/// One line of counts: `t16: 1: 1536 [0: 0] io-thread`.
pub(super) struct CountLine<'t> {
    pub(super) whose: Whose,
    pub(super) counts: Counts,
    /// What follows the counts: the name of the thread, on the lines at the top.
    pub(super) name: &'t [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    AllThreads,
    Thread(u64),
}

/// Reads a line of counts without blanks before it.
pub(super) fn count_line(line: &[u8]) -> Result<CountLine<'_>, super::read::BadLine> {
    use super::read::BadLine;
    let mut cursor = LineCursor::new(line);
    cursor.mark(b"t").ok_or(BadLine::Malformed)?;
    let whose = match cursor.mark(b"*") {
        Some(()) => Whose::AllThreads,
        None => Whose::Thread(cursor.decimal().ok_or(BadLine::Malformed)?),
    };
    cursor.mark(b":").ok_or(BadLine::Malformed)?;
    Ok(CountLine {
        whose,
        counts: cursor.counts()?,
        name: cursor.rest().trim_ascii(),
    })
}
