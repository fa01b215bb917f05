//! Answers for many keys from a call that fails as a whole if one of them is gone.

use std::future::Future;

use model::call::{CallError, CallErrorKind};
use model::observation::{Answer, Unread};

use crate::api::Answers;

/// Halves what was asked until the gone keys are alone: k of n keys cost about 2·k·log₂(n) calls, and none of the others
/// is lost.
pub(super) async fn isolate<K, V, F, Call>(keys: &[K], call: F) -> Answers<K, V>
where
    K: Clone,
    F: Fn(Vec<K>) -> Call,
    Call: Future<Output = Result<Answers<K, V>, CallError>>,
{
    let mut answers = Vec::with_capacity(keys.len());
    let mut open: Vec<Vec<K>> = if keys.is_empty() { Vec::new() } else { vec![keys.to_vec()] };
    while let Some(mut part) = open.pop() {
        match call(part.clone()).await {
            Ok(found) => answers.extend(found),
            Err(error) if error.kind == CallErrorKind::NotFound && part.len() > 1 => {
                let rest = part.split_off(part.len() / 2);
                open.extend([rest, part]);
            }
            Err(error) if error.kind == CallErrorKind::NotFound => {
                answers.extend(part.into_iter().map(|key| (key, Answer::Absent)));
            }
            Err(error) => {
                answers.extend(part.into_iter().map(|key| (key, Answer::Unread(Unread::from(&error)))));
            }
        }
    }
    answers
}
