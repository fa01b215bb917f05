//! Looks to come, left in the function's own queue as delayed messages.
//!
//! SQS holds a message back for 15 minutes at most. A look that is due later comes back early, says so itself, and is left
//! again ([`arrival`]).

mod memory;
mod outgoing;
mod sqs;
#[cfg(test)]
mod tests;

pub use memory::MemoryQueue;
pub use sqs::SqsLookQueue;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::quota::LONGEST_DELAY;
use pipeline::ports::DelayedLook;

/// No wait in a policy is longer than a day. A look due later than that was not left by this program.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(25);

/// What to do with a look that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Its time has come.
    Due,
    /// It came early, and must be left again.
    Early,
    /// It is due so late that it can't be genuine.
    Absurd,
}

/// What to do with a look that came back.
#[must_use]
pub fn arrival(look: &DelayedLook, now: Timestamp) -> Arrival {
    let wait = look.not_before.duration_since(now);
    if wait <= SignedDuration::ZERO {
        Arrival::Due
    } else if wait <= LONGEST_WAIT {
        Arrival::Early
    } else {
        Arrival::Absurd
    }
}

/// How long to hold a look back: until it is due, in whole seconds, or as long as a queue can.
fn delay(look: &DelayedLook, now: Timestamp) -> Duration {
    let wait = look.not_before.duration_since(now).clamp(SignedDuration::ZERO, LONGEST_DELAY);
    // Rounded up: a look that comes a moment early is of no use.
    let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}
