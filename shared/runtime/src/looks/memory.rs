//! The queue in one process, for tests: holds looks back as SQS does, 15 minutes at most.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use model::call::CallError;
use pipeline::ports::{DelayedLook, LookQueue};

use super::delay;

/// A queue in memory.
#[derive(Debug, Default)]
pub struct MemoryQueue(Mutex<Vec<(Timestamp, DelayedLook)>>);

impl MemoryQueue {
    /// Takes the looks that SQS would hand out at `now`, the longest due first. Some may have come early.
    #[must_use]
    pub fn receive(&self, now: Timestamp) -> Vec<DelayedLook> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.sort_by_key(|(visible_at, _)| *visible_at);
        let visible = waiting.partition_point(|(visible_at, _)| *visible_at <= now);
        waiting.drain(..visible).map(|(_, look)| look).collect()
    }

    /// When the next look is handed out, if any waits.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(visible_at, _)| *visible_at).min()
    }
}

impl LookQueue for MemoryQueue {
    async fn send(&self, looks: Vec<DelayedLook>, now: Timestamp) -> Vec<(DelayedLook, CallError)> {
        let visible_at = |look: &DelayedLook| now.checked_add(delay(look, now)).unwrap_or(now);
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(looks.into_iter().map(|look| (visible_at(&look), look)));
        Vec::new()
    }
}
