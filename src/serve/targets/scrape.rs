//! One snapshot of a watched service, fetched and kept.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use super::bounded_modules::BoundedModules;
use super::watched::Watched;
use crate::archive::{self, Archive, Retention, Trigger};
use crate::capture::{CaptureErrorKind, Fetch, Trust};
use crate::keep::{self, Captured, KeepError, Manner};
use crate::limits;
use crate::serve::bounds::TARGET_FILE_BYTES;
use crate::serve::time::WallTime;
use crate::symbolize::{ImageStore, Symbolizer};
use crate::units::Bytes;

/// Why there is no new snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScrapeFailure {
    /// A stable short name for the kind of reason.
    pub(super) kind: &'static str,
    /// The reason in words, without secrets; foreign text.
    pub(super) words: String,
}

/// More of a reason is not told: it may quote what the service answered.
const WORDS_CHARS: usize = 300;

/// How long another run that writes the folder is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// What the system trusts, read when the first service is fetched from.
static TRUST: LazyLock<Result<Trust, String>> =
    LazyLock::new(|| Trust::system_and(None).map_err(|error| error.to_string()));

/// Fetches a profile, keeps it in `folder` as `fabric snapshot` does, and lets go of those beyond the usual bounds. Blocks for as long as the
/// service takes, within limits.
///
/// # Errors
/// The service cannot be reached or answers something else, or the folder cannot be written.
pub(super) fn scrape(
    watched: &Watched,
    folder: &Path,
    time_limit: Duration,
) -> Result<(), ScrapeFailure> {
    let failed = |kind, words: String| ScrapeFailure {
        kind,
        words: words.chars().take(WORDS_CHARS).collect(),
    };
    let trust = TRUST.as_ref();
    let trust = trust.map_err(|why| failed("trust", why.clone()))?;
    let token = watched.token().map_err(|why| failed("token-file", why))?;
    let headers: Vec<(String, String)> = token
        .map(|token| ("Authorization".to_owned(), format!("Bearer {token}")))
        .into_iter()
        .collect();
    let wanted = Fetch {
        endpoint: &watched.endpoint,
        headers: &headers,
        time_limit,
        // More would be fetched and never judged.
        max_bytes: TARGET_FILE_BYTES,
        trust,
    };
    let images = ImageStore::default();
    let modules = BoundedModules::new();
    let symbolizer = Symbolizer::of_symbol_tables(&images, &modules);
    let manner = Manner {
        trigger: Trigger::Periodic,
        service: Some(&watched.name),
        symbolizer: Some(&symbolizer),
        keep_original: false,
    };
    let kept = || {
        let archive = Archive::open(folder, LOCK_PATIENCE)?;
        let stage = archive.stage()?;
        let now = WallTime::now();
        let source = watched.endpoint.to_string();
        let captured = Captured::fetch(stage, &wanted, None, Path::new("/"), now.0)
            .map_err(|kind| KeepError::capturing(&archive, &source, kind))?;
        let kept = keep::store(&archive, captured, &manner)?;
        keep::prune(&archive, &Retention::USUAL, Some(kept.stored.name), now.0)?;
        Ok(())
    };
    kept().map_err(|error: KeepError| failed(error.name(), words(&error)))
}

/// In the words of the server, which has no flags for its limits.
fn words(error: &KeepError) -> String {
    match error {
        KeepError::Source(error) => match &error.kind {
            CaptureErrorKind::TimedOut(limit) => format!(
                "{}: nothing came for {limit}, or it came too slowly",
                error.source_name
            ),
            CaptureErrorKind::TooLarge(limit) => format!(
                "{}: is larger than {}: a server takes no more",
                error.source_name,
                Bytes(*limit)
            ),
            _ => error.to_string(),
        },
        KeepError::Folder(error) => error.to_string(),
    }
}

/// How long ago the newest snapshot in `folder` was taken; nothing where there is none, or it is from the future.
pub(super) fn age_of_newest(folder: &Path) -> Option<Duration> {
    let snapshots = archive::snapshots(folder).ok()?;
    let newest = snapshots.last()?.name.time_ms;
    let age = WallTime::now().0.checked_sub(newest)?;
    u64::try_from(age).ok().map(Duration::from_millis)
}

/// What one scrape may take: as long as `fabric snapshot` waits.
pub(super) const TIME_LIMIT: Duration = limits::CAPTURE_TIME;
