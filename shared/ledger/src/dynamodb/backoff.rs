//! How long to wait before something is tried again.

use std::ops::Range;
use std::time::Duration;

/// How often a thing is tried, and how long to wait between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    /// Attempts in all.
    pub(super) attempts: u32,
    /// The longest wait before the second attempt. It doubles with each …
    pub(super) first: Duration,
    /// … until it is this.
    pub(super) longest: Duration,
}

impl Backoff {
    /// All waits together come to 2.3 seconds on average, 4.6 at most.
    pub(super) const DEFAULT: Self =
        Self { attempts: 10, first: Duration::from_millis(25), longest: Duration::from_secs(1) };

    /// The attempts, each to be waited for.
    pub(super) fn attempts(self) -> Range<u32> {
        0..self.attempts
    }

    /// Waits before an attempt, a random time so that those who collided don't collide again.
    pub(super) async fn wait(self, attempt: u32) {
        if let Some(before) = attempt.checked_sub(1) {
            let most = self.first.saturating_mul(2_u32.saturating_pow(before)).min(self.longest);
            tokio::time::sleep(most.mul_f64(fastrand::f64())).await;
        }
    }
}
