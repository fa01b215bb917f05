//! Fills an observation with what the rules ask of the ledger.

use std::collections::BTreeSet;

use futures::{StreamExt as _, stream};
use model::call::CallError;
use model::id::TargetGroupArn;
use model::ledger::{Limited, Ownership, Pause, Refusable, Refusal, ServiceUpdate, TaskStop, Window};
use model::observation::{Answer, Observation, Question, Unread, UnreadKind};
use model::scope::ServiceId;

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
        let (query, get) = ("dynamodb:Query", "dynamodb:GetItem");
        let answered = match asked {
            Asked::Owners(group) => Answered::Owners(group, Answer::Unread(none(query))),
            Asked::Window(limited) => Answered::Window(limited, Answer::Unread(none(get))),
            Asked::Refusals(of) => Answered::Refusals(of, Answer::Unread(none(query))),
            Asked::LatestUpdate => Answered::LatestUpdate(Answer::Unread(none(get))),
            Asked::ServiceUpdate(service) => Answered::ServiceUpdate(service, Answer::Unread(none(get))),
            Asked::TaskStop(service) => Answered::TaskStop(service, Answer::Unread(none(get))),
            Asked::Pause => Answered::Pause(Answer::Unread(none(get))),
        };
        answered.note(observation);
    }
}

/// A question for the ledger.
enum Asked {
    Owners(TargetGroupArn),
    Window(Limited),
    Refusals(Refusable),
    LatestUpdate,
    ServiceUpdate(ServiceId),
    TaskStop(ServiceId),
    Pause,
}

impl Asked {
    fn of(question: &Question) -> Option<Self> {
        match question {
            Question::Owners(group) => Some(Self::Owners(group.clone())),
            Question::Window(limited) => Some(Self::Window(limited.clone())),
            Question::Refusals(of) => Some(Self::Refusals(of.clone())),
            Question::LatestUpdate => Some(Self::LatestUpdate),
            Question::ServiceUpdate(service) => Some(Self::ServiceUpdate(service.clone())),
            Question::TaskStop(service) => Some(Self::TaskStop(service.clone())),
            Question::Pause => Some(Self::Pause),
            _ => None,
        }
    }
}

/// Its answer.
enum Answered {
    Owners(TargetGroupArn, Answer<Vec<Ownership>>),
    Window(Limited, Answer<Window>),
    Refusals(Refusable, Answer<Vec<Refusal>>),
    LatestUpdate(Answer<ServiceUpdate>),
    ServiceUpdate(ServiceId, Answer<ServiceUpdate>),
    TaskStop(ServiceId, Answer<TaskStop>),
    Pause(Answer<Pause>),
}

impl Answered {
    fn note(self, observation: &mut Observation) {
        match self {
            Self::Owners(group, answer) => drop(observation.owners.insert(group, answer)),
            Self::Window(limited, answer) => drop(observation.windows.insert(limited, answer)),
            Self::Refusals(of, answer) => drop(observation.refusals.insert(of, answer)),
            Self::LatestUpdate(answer) => observation.latest_update = Some(answer),
            Self::ServiceUpdate(service, answer) => drop(observation.service_update.insert(service, answer)),
            Self::TaskStop(service, answer) => drop(observation.task_stop.insert(service, answer)),
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
        Asked::Window(limited) => {
            let window = ledger.window(&limited).await;
            Answered::Window(limited, known(window))
        }
        Asked::Refusals(of) => {
            let refusals = ledger.refusals(&of).await;
            Answered::Refusals(of, known(refusals.map(Some)))
        }
        Asked::LatestUpdate => Answered::LatestUpdate(known(ledger.latest_update().await)),
        Asked::ServiceUpdate(service) => {
            let update = ledger.service_update(&service).await;
            Answered::ServiceUpdate(service, known(update))
        }
        Asked::TaskStop(service) => {
            let stop = ledger.task_stop(&service).await;
            Answered::TaskStop(service, known(stop))
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
