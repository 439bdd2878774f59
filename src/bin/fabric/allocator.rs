//! Which allocator this process has: jemalloc for `fabric serve`, the system's for everything else.
//!
//! jemalloc gives memory back over months, counts what it holds, and can take heap profiles of this very process. A run that reads two
//! profiles and ends has nothing of that, and grows large vectors, which glibc moves without copying: with jemalloc `fabric diff` of two
//! profiles of 200,000 samples took 11 % more time and 20 % more memory. So the choice is made once, at the first allocation, by the
//! command; a pointer always goes back to where it came from.
#![expect(unsafe_code, reason = "an allocator is unsafe by its nature")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU8, Ordering};

use rustix::fs::{Mode, OFlags};
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: ByCommand = ByCommand;

/// jemalloc reads its settings here before `main` runs. The profiler is there and does nothing until `fabric serve` switches it on; it
/// will then look at one allocation in 512 KiB. `_RJEM_MALLOC_CONF` in the environment overrides this.
#[expect(non_upper_case_globals, reason = "the name is jemalloc's")]
#[unsafe(export_name = "_rjem_malloc_conf")]
pub(crate) static malloc_conf: &[u8] = b"prof:true,prof_active:false,lg_prof_sample:19\0";

struct ByCommand;

const UNDECIDED: u8 = 0;
const SYSTEM: u8 = 1;
const JEMALLOC: u8 = 2;

/// Relaxed is enough: it is decided before there is a second thread.
static CHOICE: AtomicU8 = AtomicU8::new(UNDECIDED);

/// Whether this process allocates with jemalloc.
pub(crate) fn is_jemalloc() -> bool {
    match CHOICE.load(Ordering::Relaxed) {
        SYSTEM => false,
        JEMALLOC => true,
        _ => decide(),
    }
}

/// Runs before `main` and inside an allocation, so nothing here may allocate. Where `/proc` is missing the system's allocator serves.
#[cold]
fn decide() -> bool {
    let mut words = [0; 4096];
    let length = rustix::fs::open(
        c"/proc/self/cmdline",
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .and_then(|file| rustix::io::read(&file, &mut words))
    .unwrap_or(0);
    let words = words.get(..length).unwrap_or_default();
    let serves = words.split(|&byte| byte == 0).nth(1) == Some(b"serve");
    CHOICE.store(if serves { JEMALLOC } else { SYSTEM }, Ordering::Relaxed);
    serves
}

// SAFETY: every method hands over to one allocator, and to the same one for the whole life of the process.
unsafe impl GlobalAlloc for ByCommand {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the allocators ask for; so it is below.
        match is_jemalloc() {
            true => unsafe { Jemalloc.alloc(layout) },
            false => unsafe { System.alloc(layout) },
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        match is_jemalloc() {
            true => unsafe { Jemalloc.alloc_zeroed(layout) },
            false => unsafe { System.alloc_zeroed(layout) },
        }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        match is_jemalloc() {
            true => unsafe { Jemalloc.dealloc(pointer, layout) },
            false => unsafe { System.dealloc(pointer, layout) },
        }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        match is_jemalloc() {
            true => unsafe { Jemalloc.realloc(pointer, layout, new_size) },
            false => unsafe { System.realloc(pointer, layout, new_size) },
        }
    }
}
