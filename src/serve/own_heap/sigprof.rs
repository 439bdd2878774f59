//! SIGPROF: the kernel interrupts whoever works, and the handler notes the stack.
//!
//! Everything that the handler touches is an atomic in static memory: it neither allocates nor locks, and what it writes can be read at any
//! time. The pages of that memory cost nothing until they are written for the first time.
#![expect(
    unsafe_code,
    reason = "a signal handler, its timer and unwinding inside of it have no safe wrappers"
)]

use std::io;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// A deeper stack is cut at its outer end: those of an async server have some thirty frames.
const DEEPEST: usize = 96;
/// A minute of two cores at 99 looks a second. What is seen beyond is counted and not noted.
const MOST: usize = 12_288;

struct Slot {
    thread: AtomicU64,
    depth: AtomicUsize,
    frames: [AtomicU64; DEEPEST],
}

static SLOTS: [Slot; MOST] = [const {
    Slot {
        thread: AtomicU64::new(0),
        depth: AtomicUsize::new(0),
        frames: [const { AtomicU64::new(0) }; DEEPEST],
    }
}; MOST];
static NEXT: AtomicUsize = AtomicUsize::new(0);
static IS_ON: AtomicBool = AtomicBool::new(false);
/// Handlers that run.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// A stack that was noted, as the machine has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct NotedStack {
    /// The address of the next instruction of each frame, the innermost first; those of the handler come before those of the program.
    pub(super) returns: Vec<u64>,
    /// Id of the thread.
    pub(super) thread: u64,
}

/// The name of the handler as a symbol has it: this and what it calls is not the program.
pub(super) const HANDLER: &str = "fabric::serve::own_heap::sigprof::on_signal";

/// Begins to interrupt, once in each `period` of processor time; `false` where somebody has begun already.
///
/// # Errors
/// The system has no such timer or signal.
pub(super) fn begin(period: Duration) -> io::Result<bool> {
    if IS_ON.swap(true, Ordering::SeqCst) {
        return Ok(false);
    }
    NEXT.store(0, Ordering::SeqCst);
    let begun = handle(on_signal as *const () as usize).and_then(|()| set_timer(period));
    if begun.is_err() {
        IS_ON.store(false, Ordering::SeqCst);
    }
    begun.map(|()| true)
}

/// Ends what [`begin`] began.
pub(super) fn end() {
    // A signal that is on its way already must not find the default action, which is death.
    let _ = set_timer(Duration::ZERO).and_then(|()| handle(libc::SIG_IGN));
    IS_ON.store(false, Ordering::SeqCst);
}

/// What was noted, and how many stacks were seen beyond those.
pub(super) fn noted() -> (Vec<NotedStack>, usize) {
    // Each is done within microseconds, unless its thread has to wait for a processor.
    for _ in 0..100 {
        if INSIDE.load(Ordering::SeqCst) == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let seen = NEXT.load(Ordering::SeqCst);
    let slots = SLOTS.iter().take(seen);
    let stacks = slots.map(|slot| NotedStack {
        returns: slot
            .frames
            .iter()
            .take(slot.depth.load(Ordering::Acquire))
            .map(|address| address.load(Ordering::Relaxed))
            .collect(),
        thread: slot.thread.load(Ordering::Relaxed),
    });
    (stacks.collect(), seen.saturating_sub(MOST))
}

extern "C" fn on_signal(_: libc::c_int) {
    INSIDE.fetch_add(1, Ordering::SeqCst);
    if IS_ON.load(Ordering::SeqCst) {
        note();
    }
    INSIDE.fetch_sub(1, Ordering::SeqCst);
}

fn note() {
    let Some(slot) = SLOTS.get(NEXT.fetch_add(1, Ordering::SeqCst)) else {
        return;
    };
    slot.depth.store(0, Ordering::Relaxed);
    let thread = rustix::thread::gettid().as_raw_nonzero().get();
    slot.thread
        .store(u64::from(thread.unsigned_abs()), Ordering::Relaxed);
    let mut depth = 0;
    let mut keep = |frame: &backtrace::Frame| match slot.frames.get(depth) {
        Some(place) => {
            place.store(frame.ip() as u64, Ordering::Relaxed);
            depth += 1;
            true
        }
        None => false,
    };
    // SAFETY: unsynchronized means that two calls share state that names are looked up in, and none are here. Unwinding itself only
    // reads the stack and the tables of the program.
    unsafe { backtrace::trace_unsynchronized(&mut keep) };
    slot.depth.store(depth, Ordering::Release);
}

fn handle(handler: libc::sighandler_t) -> io::Result<()> {
    // SAFETY: it is a structure of numbers and of an optional function, for which zeros are a value.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    // Reading and writing go on where they were interrupted; what cannot is waiting, which tokio and std take up again.
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the structure lives through the call, and the handler for ever.
    succeeded(unsafe { libc::sigaction(libc::SIGPROF, &action, null_mut()) })
}

/// The timer runs while a thread of this process does. Zero ends it.
fn set_timer(period: Duration) -> io::Result<()> {
    let period = libc::timeval {
        tv_sec: libc::time_t::try_from(period.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_usec: libc::suseconds_t::from(period.subsec_micros()),
    };
    let timer = libc::itimerval {
        it_interval: period,
        it_value: period,
    };
    // SAFETY: the structure lives through the call.
    succeeded(unsafe { libc::setitimer(libc::ITIMER_PROF, &timer, null_mut()) })
}

fn succeeded(result: libc::c_int) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn whoever_works_is_seen_with_a_whole_stack_and_one_looks_at_a_time() {
        let period = Duration::from_millis(2);
        assert!(begin(period).is_ok_and(|begun| begun));
        assert!(begin(period).is_ok_and(|begun| !begun));
        let own = u64::from(
            rustix::thread::gettid()
                .as_raw_nonzero()
                .get()
                .unsigned_abs(),
        );
        let (until, mut sum) = (Instant::now() + Duration::from_secs(1), 0u64);
        while Instant::now() < until {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(7));
        }
        end();
        let (stacks, _) = noted();
        // Threads of other tests are seen, too.
        let depths: Vec<usize> = stacks
            .iter()
            .filter(|stack| stack.thread == own)
            .map(|stack| stack.returns.len())
            .collect();
        assert!(depths.len() > 5, "{depths:?}");
        assert!(depths.iter().all(|&depth| depth > 8), "{depths:?}");
        let before = NEXT.load(Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(NEXT.load(Ordering::SeqCst), before);
    }
}
