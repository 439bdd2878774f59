//! Work on two cores, split in halves: by the bits of a key, or by position.

/// One half of all keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Half(u64);

impl Half {
    /// Whether a key belongs to this half. The bit is neither among the lowest, by which tables find a place, nor among the
    /// highest, by which they compare.
    #[inline]
    pub(super) fn has(self, key: u64) -> bool {
        key >> 32 & 1 == self.0
    }
}

/// Does the work of each half on a thread of its own.
pub(super) fn on_both_cores<T: Send>(work: impl Fn(Half) -> T + Sync) -> [T; 2] {
    std::thread::scope(|scope| {
        let first = scope.spawn(|| work(Half(0)));
        let second = work(Half(1));
        // A panic of the other thread is a panic of this one.
        let first = first
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        [first, second]
    })
}

/// Below this many items a thread costs more than it saves.
const WORTH_A_THREAD: usize = 4096;

/// Maps a slice, in order, where the work on one item is small.
pub(super) fn map<T: Sync, U: Send>(items: &[T], work: impl Fn(&T) -> U + Sync) -> Vec<U> {
    if items.len() < WORTH_A_THREAD {
        return items.iter().map(work).collect();
    }
    map_on_both_cores(items, work)
}

/// Maps a slice, in order, where the work on one item is worth a thread.
pub(super) fn map_on_both_cores<T: Sync, U: Send>(
    items: &[T],
    work: impl Fn(&T) -> U + Sync,
) -> Vec<U> {
    let (front, back) = items.split_at(items.len() / 2);
    let [mut first, mut second] = on_both_cores(|half| {
        let part = if half == Half(0) { front } else { back };
        part.iter().map(&work).collect::<Vec<U>>()
    });
    first.append(&mut second);
    first
}
