//! How many requests were sent, by IAM action.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts the requests that all SDK clients of the process send, retries included. Clones share one count.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    counts: Arc<Mutex<BTreeMap<String, u64>>>,
    waiting: Arc<AtomicUsize>,
}

/// A request that waits for its quota, until this is dropped.
#[derive(Debug)]
pub(crate) struct WaitingRequest<'a>(&'a AtomicUsize);

impl Calls {
    /// Counts one request: `ecs:DescribeTasks`.
    pub fn count(&self, action: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(action) {
            Some(count) => *count += 1,
            None => drop(counts.insert(action.to_owned(), 1)),
        }
    }

    /// What was counted since the last time this was called.
    #[must_use]
    pub fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was counted so far.
    #[must_use]
    pub fn so_far(&self) -> BTreeMap<String, u64> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does a request wait for AWS's quota now?
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// One more request waits.
    pub(crate) fn waits(&self) -> WaitingRequest<'_> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        WaitingRequest(&self.waiting)
    }
}

impl Drop for WaitingRequest<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
