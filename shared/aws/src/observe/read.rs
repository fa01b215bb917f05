//! One batch, read and filled in.

use std::collections::BTreeMap;
use std::fmt::Display;

use model::call::{CallError, CallErrorKind};
use model::observation::{Answer, Unread, UnreadKind};

use super::ReadContext;
use crate::api::{Account, AwsFact};

/// Reads a batch and fills in an answer for each of its questions, whatever happens.
pub(super) async fn read<A: Account, T: AwsFact>(reader: &ReadContext<'_, A>, asked: Vec<T::Asked>) {
    let outcome = reader.account.read::<T>(&asked).await;
    reader.fill(|facts| match outcome {
        Ok(found) => {
            if let Some(besides) = found.besides {
                besides(facts);
            }
            let (table, mut answers) = (T::of_mut(facts), found.answers.into_iter().collect::<BTreeMap<_, _>>());
            for key in asked.iter().map(T::key) {
                let answer = answers.remove(key).unwrap_or_else(|| unmentioned(T::ACTION, key));
                table.insert(key.clone(), answer);
            }
        }
        Err(error) => {
            // "Not found" is the answer of what was asked about alone, or of all that is in a cluster; of several things it
            // doesn't say which.
            let speaks_of_all = asked.len() == 1 || asked.first().is_some_and(|asked| T::cluster(asked).is_some());
            let is_gone = error.kind == CallErrorKind::NotFound && speaks_of_all;
            let table = T::of_mut(facts);
            for key in asked.iter().map(T::key) {
                table.insert(key.clone(), if is_gone { Answer::Absent } else { unread(&error) });
            }
        }
    });
}

fn unread<T>(error: &CallError) -> Answer<T> {
    Answer::Unread(Unread::from(error))
}

/// AWS says what it doesn't have. What it says nothing about may exist, and the next answer may mention it: an answer cut
/// short must not end what asked for it (`test_message_ends_back_when_an_answer_leaves_out_what_it_needs`).
fn unmentioned<T>(operation: &str, key: &impl Display) -> Answer<T> {
    Answer::Unread(Unread {
        resource: key.to_string(),
        operation: operation.to_owned(),
        error: "the answer doesn't mention it".to_owned(),
        kind: UnreadKind::Transient,
        code: None,
    })
}
