//! Questions answered in the largest batches, side by side.
//!
//! Every question that is AWS's to answer gets an answer: known, absent, or unread with the reason. Where one list
//! may have what many are asked for, it is read in their place; what it doesn't have is asked for when it comes again. One broken cluster,
//! service or group is its own answer and no one else's. Questions for the ledger are left open.

mod batches;
pub mod forecast;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use futures::future::{BoxFuture, FutureExt as _, join_all};
use futures::stream::{StreamExt as _, iter};
use model::every_aws_table;
use model::observation::{AwsFacts, AwsQuestions, Gap, Lookup, Observation, Question, Unread};

use crate::api::{Account, AwsFact};
use crate::budget;
use batches::{batches, by_subnet_where_that_is_fewer, stopped_in_one_where_that_is_fewer};
use read::read;

/// Requests under way at once for each of AWS's quotas: one that is spent doesn't hold back those for another. The budget
/// decides how many a second; this bounds memory and connections.
const AT_ONCE: usize = 8;

/// Has the questions answered and fills in the answers.
pub async fn answer<A: Account>(account: &A, questions: &BTreeSet<Question>, facts: &mut AwsFacts) {
    let mut asked = AwsQuestions::of(questions);
    by_subnet_where_that_is_fewer(&mut asked);
    stopped_in_one_where_that_is_fewer(&mut asked, facts);
    let reader = ReadContext { account, facts: Mutex::new(facts) };
    let mut queues = Queues::default();
    macro_rules! queue {
        ($($table:ident)*) => {
            $( reader.queue(|facts| &facts.$table, asked.$table, &mut queues); )*
        };
    }
    every_aws_table!(queue);
    join_all(queues.into_values().map(take_turns)).await;
}

/// Asks until `question` has an answer.
///
/// # Errors
/// When something it needs can't be read.
pub async fn ask<A: Account, T>(
    account: &A,
    observation: &mut Observation,
    question: impl for<'a> Fn(&Lookup<'a>) -> Result<T, Gap<'a>>,
) -> Result<T, Unread> {
    loop {
        let lookup = Lookup::new(observation);
        match question(&lookup) {
            Ok(found) => return Ok(found),
            Err(Gap::Unread(unread)) => return Err(unread.clone()),
            Err(Gap::Pending) => {}
        }
        let questions = lookup.into_questions();
        answer(account, &questions, &mut observation.aws).await;
    }
}

/// Reads that are waiting for their turn, by quota.
type Queues<'a> = BTreeMap<Option<usize>, Vec<Turn<'a>>>;

/// A read is set up when its turn comes: it is much larger than what it is about.
type Turn<'a> = Box<dyn FnOnce() -> BoxFuture<'a, ()> + Send + 'a>;

/// Reads for one quota, so many at once.
fn take_turns(queue: Vec<Turn<'_>>) -> BoxFuture<'_, ()> {
    iter(queue).map(|turn| turn()).buffer_unordered(AT_ONCE).for_each(|()| async {}).boxed()
}

/// What all reads have.
struct ReadContext<'a, A> {
    account: &'a A,
    /// Never held while a read waits.
    facts: Mutex<&'a mut AwsFacts>,
}

impl<A: Account> ReadContext<'_, A> {
    /// Queues what is asked of one table.
    fn queue<'a, T: AwsFact>(&'a self, _: fn(&AwsFacts) -> &T, asked: Vec<T::Asked>, queues: &mut Queues<'a>) {
        if asked.is_empty() {
            return;
        }
        let queue = queues.entry(budget::quota_of(T::ACTION)).or_default();
        for batch in batches::<T>(asked) {
            queue.push(Box::new(move || read::<A, T>(self, batch).boxed()));
        }
    }

    fn fill(&self, write: impl FnOnce(&mut AwsFacts)) {
        write(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
