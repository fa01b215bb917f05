//! A point in time so much later than another, which can't overflow.

use std::time::Duration;

use model::Timestamp;

/// `wait` after `start`, or the end of time.
pub(crate) fn after(start: Timestamp, wait: Duration) -> Timestamp {
    start.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// How long it is until `end`; nothing if that is past.
pub(crate) fn until(now: Timestamp, end: Timestamp) -> Duration {
    Duration::try_from(now.duration_until(end)).unwrap_or_default()
}
