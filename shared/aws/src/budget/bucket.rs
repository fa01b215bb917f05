//! A token bucket.
//!
//! Written here because it is this small: a request books its token at once, below zero if need be, and is told how long
//! to wait for it. So tokens go in the order requests came, and time is an argument that a test can choose.

use std::time::Duration;

use tokio::time::Instant;

/// Tokens, refilled steadily.
#[derive(Debug, Clone, Copy)]
pub struct TokenBucket {
    size: f64,
    per_second: f64,
    tokens: f64,
    at: Option<Instant>,
}

impl TokenBucket {
    /// A full bucket of `size` tokens (one, if less), refilled with `per_second`.
    #[must_use]
    pub const fn new(size: f64, per_second: f64) -> Self {
        let size = if size < 1.0 { 1.0 } else { size };
        Self { size, per_second, tokens: size, at: None }
    }

    /// Books a token and tells how long to wait before using it.
    pub fn take(&mut self, now: Instant) -> Duration {
        let elapsed = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.at = Some(self.at.map_or(now, |at| at.max(now)));
        self.tokens = self.size.min(elapsed.as_secs_f64().mul_add(self.per_second, self.tokens)) - 1.0;
        if self.tokens >= 0.0 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(-self.tokens / self.per_second).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_the_rate_holds() {
        let now = Instant::now();
        let mut bucket = TokenBucket::new(20.0, 5.0);
        assert!((0..20).all(|_| bucket.take(now).is_zero()));
        assert_eq!(bucket.take(now), Duration::from_millis(200));
        assert_eq!(bucket.take(now), Duration::from_millis(400));
    }

    #[test]
    fn it_refills_with_time_and_not_beyond_its_size() {
        let now = Instant::now();
        let mut bucket = TokenBucket::new(2.0, 1.0);
        assert!((0..2).all(|_| bucket.take(now).is_zero()));
        let later = now + Duration::from_secs(1);
        assert!(bucket.take(later).is_zero());
        assert_eq!(bucket.take(later), Duration::from_secs(1));
        let much_later = now + Duration::from_secs(3600);
        assert!((0..2).all(|_| bucket.take(much_later).is_zero()));
        assert_eq!(bucket.take(much_later), Duration::from_secs(1));
    }

    #[test]
    fn a_small_share_of_a_small_quota_still_lets_requests_through() {
        let now = Instant::now();
        let mut bucket = TokenBucket::new(0.2, 0.04);
        assert!(bucket.take(now).is_zero());
        assert_eq!(bucket.take(now), Duration::from_secs(25));
    }
}
