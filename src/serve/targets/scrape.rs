//! One snapshot of a watched service: fetched, and kept.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use super::bounded_modules::BoundedModules;
use super::trouble::Trouble;
use super::watched::Watched;
use crate::archive::{self, Archive, Retention, Trigger};
use crate::capture::{Fetch, Trust};
use crate::keep::{self, Captured, KeepError, Manner};
use crate::serve::bounds::{TARGET_FETCH_SECONDS, TARGET_FILE_BYTES};
use crate::serve::time::WallTime;
use crate::symbolize::{ImageStore, Symbolizer};

/// How long another run that writes the folder is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// What the system trusts, read when the first service is fetched from.
static TRUST: LazyLock<Result<Trust, String>> =
    LazyLock::new(|| Trust::system_and(None).map_err(|error| error.to_string()));

/// What a service answered, in a file of the folder that has no name yet; nobody else writes the folder meanwhile.
pub(super) struct Fetched {
    archive: Archive,
    captured: Captured,
}

/// What one fetch may take: a service that has not answered when its next snapshot is due will not soon.
pub(super) fn time_limit(interval: Duration) -> Duration {
    let (least, most) = TARGET_FETCH_SECONDS;
    interval.clamp(Duration::from_secs(least), Duration::from_secs(most))
}

/// Fetches a profile into `folder`. Blocks for as long as the service takes, within `time_limit`.
///
/// # Errors
/// The service cannot be reached or refuses, or the folder cannot be written.
pub(super) fn fetch(
    watched: &Watched,
    folder: &Path,
    time_limit: Duration,
) -> Result<Fetched, Trouble> {
    let trust = TRUST.as_ref();
    let trust = trust.map_err(|why| Trouble::new("trust", why))?;
    let token = watched.token();
    let token = token.map_err(|why| Trouble::new("token-file", &why))?;
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
    let fetched = || -> Result<Fetched, KeepError> {
        let archive = Archive::open(folder, LOCK_PATIENCE)?;
        let stage = archive.stage()?;
        let source = watched.endpoint.to_string();
        let captured = Captured::fetch(stage, &wanted, None, Path::new("/"), WallTime::now().0)
            .map_err(|kind| KeepError::capturing(&archive, &source, kind))?;
        Ok(Fetched { archive, captured })
    };
    fetched().map_err(|error| Trouble::of(&error))
}

impl Fetched {
    /// Reads what came, keeps it as `fabric snapshot` does, and lets go of those beyond the usual bounds. Blocks.
    ///
    /// # Errors
    /// It is no heap profile, or the folder cannot be written.
    pub(super) fn keep(self, watched: &Watched) -> Result<(), Trouble> {
        let Fetched { archive, captured } = self;
        let images = ImageStore::default();
        let modules = BoundedModules::new();
        let symbolizer = Symbolizer::of_symbol_tables(&images, &modules);
        let manner = Manner {
            trigger: Trigger::Periodic,
            service: Some(&watched.name),
            symbolizer: Some(&symbolizer),
            keep_original: false,
        };
        let kept = || -> Result<(), KeepError> {
            let at = captured.at_ms;
            let kept = keep::store(&archive, captured, &manner)?;
            keep::prune(&archive, &Retention::USUAL, Some(kept.stored.name), at)?;
            Ok(())
        };
        kept().map_err(|error| Trouble::of(&error))
    }
}

/// How long ago the newest snapshot in `folder` was taken; nothing where there is none, or it is from the future.
pub(super) fn age_of_newest(folder: &Path) -> Option<Duration> {
    let snapshots = archive::snapshots(folder).ok()?;
    let newest = snapshots.last()?.name.time_ms;
    let age = WallTime::now().0.checked_sub(newest)?;
    u64::try_from(age).ok().map(Duration::from_millis)
}
