//! Fills an observation with what the rules ask of the ledger.

use std::collections::BTreeSet;

use futures::{StreamExt as _, stream};
use model::call::CallError;
use model::id::TargetGroupArn;
use model::ledger::{Ownership, Pause, RemovalWindow};
use model::observation::{Answer, Observation, Question, Unread, UnreadKind};

use crate::Ledger;

/// How many questions are asked at once.
const AT_ONCE: usize = 16;

/// Answers every question that is the ledger's; the others are left alone.
pub async fn answer(ledger: &impl Ledger, questions: &BTreeSet<Question>, observation: &mut Observation) {
    let questions: Vec<Asked> = questions.iter().filter_map(Asked::of).collect();
    let mut answers = stream::iter(questions).map(|asked| ask(ledger, asked)).buffer_unordered(AT_ONCE);
    while let Some(answered) = answers.next().await {
        answered.note(observation);
    }
}

/// Answers every question that would be the ledger's, were there one.
pub fn answer_without_ledger(questions: &BTreeSet<Question>, observation: &mut Observation) {
    for asked in questions.iter().filter_map(Asked::of) {
        let none = |operation: &str| Unread {
            resource: "ledger".to_owned(),
            operation: operation.to_owned(),
            error: "no ledger is set: set GUARD_LEDGER_TABLE".to_owned(),
            kind: UnreadKind::NoLedger,
        };
        let answered = match asked {
            Asked::Owners(group) => Answered::Owners(group, Answer::Unread(none("dynamodb:Query"))),
            Asked::Removals(group) => Answered::Removals(group, Answer::Unread(none("dynamodb:GetItem"))),
            Asked::Pause => Answered::Pause(Answer::Unread(none("dynamodb:GetItem"))),
        };
        answered.note(observation);
    }
}

/// A question for the ledger.
enum Asked {
    Owners(TargetGroupArn),
    Removals(TargetGroupArn),
    Pause,
}

impl Asked {
    fn of(question: &Question) -> Option<Self> {
        match question {
            Question::Owners(group) => Some(Self::Owners(group.clone())),
            Question::Removals(group) => Some(Self::Removals(group.clone())),
            Question::Pause => Some(Self::Pause),
            _ => None,
        }
    }
}

/// Its answer.
enum Answered {
    Owners(TargetGroupArn, Answer<Vec<Ownership>>),
    Removals(TargetGroupArn, Answer<RemovalWindow>),
    Pause(Answer<Pause>),
}

impl Answered {
    fn note(self, observation: &mut Observation) {
        match self {
            Self::Owners(group, answer) => drop(observation.owners.insert(group, answer)),
            Self::Removals(group, answer) => drop(observation.removals.insert(group, answer)),
            Self::Pause(answer) => observation.pause = Some(answer),
        }
    }
}

async fn ask(ledger: &impl Ledger, asked: Asked) -> Answered {
    match asked {
        Asked::Owners(group) => {
            let owners = ledger.owners(&group).await;
            Answered::Owners(group, known(owners.map(Some)))
        }
        Asked::Removals(group) => {
            let removals = ledger.removals(&group).await;
            Answered::Removals(group, known(removals))
        }
        Asked::Pause => Answered::Pause(known(ledger.pause().await)),
    }
}

fn known<T>(result: Result<Option<T>, CallError>) -> Answer<T> {
    match result {
        Ok(Some(value)) => Answer::Known(value),
        Ok(None) => Answer::Absent,
        Err(error) => Answer::Unread(Unread::from(&error)),
    }
}
