//! How many bytes a thread has asked for and not given back.

#![expect(
    unsafe_code,
    reason = "an allocator is unsafe to write; this one only counts and passes on"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    /// Of its own for each thread, so that tests that run at the same time do not disturb each other. Constant and without a destructor: the
    /// first use and the last one allocate nothing.
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
    /// What was live when the peak was forgotten.
    static FLOOR: Cell<i64> = const { Cell::new(0) };
}

/// Bytes that this thread has asked for and not given back; what another thread gives back counts there.
pub(crate) fn live_bytes() -> i64 {
    LIVE.with(Cell::get)
}

/// From here on the peak is counted anew.
pub(crate) fn forget_peak() {
    let live = live_bytes();
    FLOOR.with(|floor| floor.set(live));
    PEAK.with(|peak| peak.set(live));
}

/// The most bytes that this thread held at once, beyond what it had when the peak was forgotten.
pub(crate) fn peak_bytes() -> i64 {
    PEAK.with(Cell::get) - FLOOR.with(Cell::get)
}

struct Counting;

fn count(bytes: usize, is_more: bool) {
    let bytes = bytes as i64;
    let change = if is_more { bytes } else { -bytes };
    // A thread that ends frees after its counter is gone: nobody asks for it any more.
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + change);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

// SAFETY: every call goes to the system's allocator with what the caller promised; counting touches no memory but the counter.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), true);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), true);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(layout.size(), false);
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout.size(), false);
        count(size, true);
        unsafe { System.realloc(place, layout, size) }
    }
}

#[test]
fn what_is_kept_counts_and_what_is_given_back_does_not() {
    let before = live_bytes();
    let kept = vec![0_u8; 1_000_000];
    assert_eq!(live_bytes() - before, 1_000_000);
    drop(kept);
    assert_eq!(live_bytes(), before);
}

#[test]
fn the_peak_is_the_most_that_was_held_since_it_was_forgotten() {
    drop(vec![0_u8; 3_000_000]);
    forget_peak();
    let kept = vec![0_u8; 500_000];
    drop(vec![0_u8; 1_000_000]);
    drop(kept);
    assert_eq!(peak_bytes(), 1_500_000);
}
