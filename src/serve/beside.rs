//! Work that blocks for long, on a thread of its own.

use std::io;

use tokio::sync::oneshot;

/// Does what blocks for long on a thread of its own of this name: those of the pool are few, all that reads files needs them, and one
/// whose priority was lowered would stay behind the others afterwards. Nothing where the work panicked.
///
/// # Errors
/// The system gives no thread.
pub(super) async fn beside<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Option<T>> {
    let (done, result) = oneshot::channel();
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            // Whoever waited may have gone.
            let _ = done.send(work());
        })?;
    Ok(result.await.ok())
}
