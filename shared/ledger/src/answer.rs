//! Fills an observation with what the rules ask of the ledger.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::{StreamExt as _, stream};
use model::every_ledger_table;
use model::observation::{Answer, LedgerFacts, LedgerQuestions, Question, Unread, UnreadKind};

use crate::{Ledger, LedgerFact};

/// How many questions are asked at once.
const AT_ONCE: usize = 16;

/// Answers every question that is the ledger's; the others are left alone.
pub async fn answer<L: Ledger>(ledger: &L, questions: &BTreeSet<Question>, facts: &mut LedgerFacts) {
    let asked = LedgerQuestions::of(questions);
    let facts = Mutex::new(facts);
    let mut reads: Vec<BoxFuture<'_, ()>> = Vec::new();
    macro_rules! read {
        ($($table:ident)*) => {
            $( queue(|facts| &facts.$table, asked.$table, ledger, &facts, &mut reads); )*
        };
    }
    every_ledger_table!(read);
    stream::iter(reads).buffer_unordered(AT_ONCE).for_each(|()| async {}).await;
}

/// Answers every question that would be the ledger's, were there one.
pub fn answer_without_ledger(questions: &BTreeSet<Question>, facts: &mut LedgerFacts) {
    for question in questions {
        let unread = Unread {
            resource: "ledger".to_owned(),
            operation: "dynamodb:GetItem".to_owned(),
            error: "no ledger is set: set GUARD_LEDGER_TABLE".to_owned(),
            kind: UnreadKind::NoLedger,
            code: None,
        };
        facts.leave_unread(question, unread);
    }
}

fn queue<'a, L: Ledger, T: LedgerFact>(
    _: fn(&LedgerFacts) -> &T,
    asked: Vec<T::Asked>,
    ledger: &'a L,
    facts: &'a Mutex<&mut LedgerFacts>,
    reads: &mut Vec<BoxFuture<'a, ()>>,
) {
    let read = move |asked: T::Asked| async move {
        let answer = match ledger.read::<T>(&asked).await {
            Ok(Some(value)) => Answer::Known(value),
            Ok(None) => Answer::Absent,
            Err(error) => Answer::Unread(Unread::from(&error)),
        };
        let mut facts = facts.lock().unwrap_or_else(PoisonError::into_inner);
        T::of_mut(&mut facts).insert(T::key(&asked).clone(), answer);
    };
    reads.extend(asked.into_iter().map(|asked| Box::pin(read(asked)) as BoxFuture<'_, ()>));
}
