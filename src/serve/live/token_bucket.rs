//! A rate that may be exceeded for a moment.

use std::time::Duration;

use tokio::time::Instant;

/// Lets `burst` pass at once, and then `per_second` in a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenBucket {
    /// When it is full again; how far that lies ahead says how much was taken.
    full_at: Instant,
}

impl TokenBucket {
    pub(super) fn full(now: Instant) -> TokenBucket {
        TokenBucket { full_at: now }
    }

    /// Takes one.
    ///
    /// # Errors
    /// There is none; how long until there is one.
    pub(super) fn take(
        &mut self,
        now: Instant,
        per_second: u32,
        burst: u32,
    ) -> Result<(), Duration> {
        let each = Duration::from_secs(1) / per_second.max(1);
        let full_at = self.full_at.max(now) + each;
        let room = each * burst.max(1);
        match full_at.duration_since(now).checked_sub(room) {
            None | Some(Duration::ZERO) => {
                self.full_at = full_at;
                Ok(())
            }
            Some(missing) => Err(missing),
        }
    }

    /// Whether nothing is left to remember.
    pub(super) fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }
}
