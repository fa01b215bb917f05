//! Questions answered in the largest batches, side by side.
//!
//! Every question that is AWS's to answer gets an answer: known, absent, or unread with the reason. One broken cluster,
//! service or group is its own answer and no one else's. Questions for the ledger are left open.

mod batches;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use futures::stream::{StreamExt as _, iter};
use model::observation::{Observation, Question};

use crate::api::Account;
use batches::batches;
use read::read;

/// Requests under way at once. The budget decides how many a second; this bounds memory and connections.
const AT_ONCE: usize = 16;

/// Has the questions answered and fills in the answers.
pub async fn answer<A: Account>(account: &A, questions: &BTreeSet<Question>, observation: &mut Observation) {
    let sheet = Sheet(Mutex::new(observation));
    let reads = batches(questions).into_iter().map(|batch| Box::pin(read(account, batch, &sheet)));
    iter(reads).buffer_unordered(AT_ONCE).for_each(|()| async {}).await;
}

/// The observation, as something several reads write to. It is never held while one of them waits.
struct Sheet<'a>(Mutex<&'a mut Observation>);

impl Sheet<'_> {
    fn fill(&self, write: impl FnOnce(&mut Observation)) {
        write(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
