//! How many requests were sent, by IAM action.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts the requests that all SDK clients of the process send, retries included. Clones share one count.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<BTreeMap<String, u64>>>);

impl Calls {
    /// Counts one request: `ecs:DescribeTasks`.
    pub fn count(&self, action: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(action) {
            Some(count) => *count += 1,
            None => drop(counts.insert(action.to_owned(), 1)),
        }
    }

    /// What was counted since the last time this was called.
    #[must_use]
    pub fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
