//! jemalloc's heap profiler in this process.
#![expect(
    unsafe_code,
    reason = "the setting that dumps takes the name of a file as a C string, which has no safe wrapper"
)]

use std::ffi::CString;
use std::fmt::Display;
use std::fs::File;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;
use tikv_jemalloc_ctl::{Access, AsName, raw};

use super::failure::OwnHeapFailure;

/// Whoever switches it on or dumps holds this: there is one profiler in a process.
static PROFILER: Mutex<()> = Mutex::new(());

/// jemalloc's heap profiler, as long as nobody else has it.
pub(super) struct Profiler {
    _held: MutexGuard<'static, ()>,
}

impl Profiler {
    /// Waits until nobody else has it.
    ///
    /// # Errors
    /// jemalloc was built or started without it.
    pub(super) fn take() -> Result<Profiler, OwnHeapFailure> {
        let is_there: Result<bool, _> = b"opt.prof\0".name().read();
        match is_there {
            Ok(true) => Ok(Profiler {
                _held: PROFILER.lock().unwrap_or_else(PoisonError::into_inner),
            }),
            _ => Err(OwnHeapFailure::NoProfiler),
        }
    }

    /// Begins to sample allocations.
    ///
    /// # Errors
    /// jemalloc refuses.
    pub(super) fn begin(&self) -> Result<(), OwnHeapFailure> {
        let switched = b"prof.active\0".name().write(true);
        switched.map_err(|error| OwnHeapFailure::Dump(error.to_string()))
    }

    /// Writes down what is in use, as jemalloc's text, into a file that has no name any more.
    ///
    /// # Errors
    /// There is no room for it.
    pub(super) fn dump(&self) -> Result<File, OwnHeapFailure> {
        let failed = |error: &dyn Display| OwnHeapFailure::Dump(error.to_string());
        let file = NamedTempFile::new().map_err(|error| failed(&error))?;
        let path = CString::new(file.path().as_os_str().as_encoded_bytes());
        let path = path.map_err(|error| failed(&error))?;
        // SAFETY: `prof.dump` takes a C string (jemalloc(3)), and is done with it when this returns.
        let written = unsafe { raw::write(b"prof.dump\0", path.as_ptr()) };
        written.map_err(|error| failed(&error))?;
        Ok(file.into_file())
    }
}
