//! Questions answered in the largest batches, side by side.
//!
//! Every question that is AWS's to answer gets an answer: known, absent, or unread with the reason. One broken cluster,
//! service or group is its own answer and no one else's. Questions for the ledger are left open.

mod batches;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use futures::future::join_all;
use futures::stream::{StreamExt as _, iter};
use model::observation::{Observation, Question};

use crate::api::Account;
use batches::{Batch, Quota, batches};
use read::read;

/// Requests under way at once for each of AWS's quotas: one that is spent doesn't hold back those for another. The budget
/// decides how many a second; this bounds memory and connections.
const AT_ONCE: usize = 8;

/// Has the questions answered and fills in the answers.
pub async fn answer<A: Account>(account: &A, questions: &BTreeSet<Question>, observation: &mut Observation) {
    let sheet = Sheet(Mutex::new(observation));
    let mut queues: BTreeMap<Quota, Vec<Batch>> = BTreeMap::new();
    for batch in batches(questions) {
        queues.entry(batch.quota()).or_default().push(batch);
    }
    // A read is set up when its turn comes: it is much larger than what it is about.
    let begin = |batch| Box::pin(read(account, batch, &sheet));
    let of_quota = |queue: Vec<Batch>| iter(queue).map(begin).buffer_unordered(AT_ONCE).for_each(|()| async {});
    join_all(queues.into_values().map(of_quota)).await;
}

/// The observation, as something several reads write to. It is never held while one of them waits.
struct Sheet<'a>(Mutex<&'a mut Observation>);

impl Sheet<'_> {
    fn fill(&self, write: impl FnOnce(&mut Observation)) {
        write(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
