//! One invocation: what was given becomes passes, what the passes come to becomes the answer.

use std::collections::BTreeMap;

use aws_lambda_events::event::sqs::SqsBatchResponse;
use jiff::{SignedDuration, Timestamp};
use model::scope::Scope;
use pipeline::Outcome;
use pipeline::ports::Look;
use report::Report;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::error::HandlerError;
use super::orders::{Order, Orders, Terms};
use crate::batch::failures;
use crate::batch::trouble::trouble;
use crate::chain::chain;
use crate::home::Home;
use crate::incoming::{Here, Incoming, IncomingError, Message, Work, incoming};
use crate::log;
use crate::looks::{Arrival, arrival};
use crate::request::{Format, Patterns, Request};

/// With less time than this no pass is begun.
const TIME_TO_BEGIN: SignedDuration = SignedDuration::from_secs(1);

/// Lambda takes 6 MB as an answer, and a little less as JSON in its own envelope.
const MAX_ANSWER: usize = 6_000_000;

/// Where passes are made.
pub trait Desk: Sync {
    /// The slugs of the rules that are run here.
    fn rules(&self) -> Vec<&str>;

    /// What time it is.
    fn now(&self) -> Timestamp;

    /// The scope a request asks for.
    fn resolve(
        &self,
        patterns: &Patterns,
        home: &Home,
        deadline: Timestamp,
    ) -> impl Future<Output = Result<Scope, HandlerError>> + Send;

    /// Leaves looks that came early again; those that could not be left come back with the reason.
    fn leave_again(&self, looks: Vec<Look>) -> impl Future<Output = Vec<(Look, String)>> + Send;

    /// Makes a pass.
    fn pass(&self, order: &Order, home: &Home, deadline: Timestamp) -> impl Future<Output = Passed> + Send;

    /// Has the order done by others and says what they are at, where it is too large for one invocation.
    fn hand_out(
        &self,
        _order: &Order,
        _format: Format,
        _home: &Home,
        _deadline: Timestamp,
    ) -> impl Future<Output = Result<Option<Box<RawValue>>, HandlerError>> + Send {
        async { Ok(None) }
    }

    /// Does a part of what was handed out.
    fn part(
        &self,
        _body: &str,
        _home: &Home,
        _deadline: Timestamp,
    ) -> impl Future<Output = Result<(), HandlerError>> + Send {
        async { Err(IncomingError::Misplaced("a part of an audit, and this function makes none").into()) }
    }

    /// The report as a page for a browser.
    ///
    /// # Errors
    /// Where it makes none: a page is a large part of a program.
    fn page(&self, _passed: &Passed) -> Result<String, HandlerError> {
        Err(HandlerError::NoPage)
    }

    /// What to answer instead of `body`, which is the report in this format and larger than Lambda takes. It is never cut off.
    fn answer_elsewhere(
        &self,
        _report: &Report,
        _format: Format,
        body: &str,
    ) -> impl Future<Output = Result<Box<RawValue>, HandlerError>> + Send {
        let bytes = body.len();
        async move { Err(HandlerError::TooLarge(bytes)) }
    }
}

/// What a pass came to.
#[derive(Debug)]
pub struct Passed {
    /// What is told of it.
    pub report: Report,
    /// What it saw and did.
    pub outcome: Outcome,
}

/// Handles one invocation and returns the answer.
///
/// # Errors
/// When the invocation as a whole comes to nothing. A message of a batch that fails is named in the answer instead.
pub async fn handle(
    input: &str,
    home: &Home,
    deadline: Timestamp,
    desk: &impl Desk,
) -> Result<Box<RawValue>, HandlerError> {
    answer(read(input, home, desk)?, home, deadline, desk).await
}

/// Reads what the function was given, which isn't needed any more then, and may be large.
pub(super) fn read(input: &str, home: &Home, desk: &impl Desk) -> Result<Incoming, HandlerError> {
    Ok(incoming(input, &Here { home, rules: &desk.rules() })?)
}

/// Does what was asked for and returns the answer.
pub(super) async fn answer(
    incoming: Incoming,
    home: &Home,
    deadline: Timestamp,
    desk: &impl Desk,
) -> Result<Box<RawValue>, HandlerError> {
    match incoming {
        Incoming::Sqs(messages) => {
            let mut response = SqsBatchResponse::default();
            response.set_failures(batch(messages, home, deadline, desk).await);
            Ok(to_raw_value(&response)?)
        }
        Incoming::Event(event) => {
            to_caller(Order::of(event.scope, Terms::default()), Format::Json, home, deadline, desk).await
        }
        Incoming::Request(request) => {
            let scope = desk.resolve(&request.scope, home, deadline).await?;
            to_caller(Order::of(scope, Terms::of(&request)), request.format, home, deadline, desk).await
        }
    }
}

/// Makes a pass that one caller waits for.
async fn to_caller(
    order: Order,
    format: Format,
    home: &Home,
    deadline: Timestamp,
    desk: &impl Desk,
) -> Result<Box<RawValue>, HandlerError> {
    if is_late(desk, deadline) {
        return Err(HandlerError::OutOfTime);
    }
    if let Some(answer) = desk.hand_out(&order, format, home, deadline).await? {
        return Ok(answer);
    }
    let passed = desk.pass(&order, home, deadline).await;
    let report = &passed.report;
    let (name, body) = match format {
        Format::Json => {
            let answer = RawValue::from_string(report.to_json()?)?;
            let fits = answer.get().len() <= MAX_ANSWER;
            return if fits { Ok(answer) } else { desk.answer_elsewhere(report, format, answer.get()).await };
        }
        Format::Text => ("text", report.to_text()),
        Format::Html => ("html", desk.page(&passed)?),
    };
    let answer = to_raw_value(&json!({"format": name, "body": body}))?;
    if answer.get().len() > MAX_ANSWER { desk.answer_elsewhere(report, format, &body).await } else { Ok(answer) }
}

/// Makes the passes that messages ask for, and returns the ids of those that failed, in their order.
async fn batch(messages: Vec<Message>, home: &Home, deadline: Timestamp, desk: &impl Desk) -> Vec<String> {
    let ids: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
    let (mut orders, mut early, mut failed) = (Orders::default(), Vec::new(), BTreeMap::new());
    for Message { id, work } in messages {
        let failure = match work {
            Ok(Work::Event(event)) => {
                orders.add(id.clone(), event.scope, Terms::default());
                None
            }
            Ok(Work::LookAgain(look)) => match arrival(&look, desk.now()) {
                Arrival::Due => {
                    orders.add_look(id.clone(), look.scope(), look.suspicions, look.hop);
                    None
                }
                Arrival::Early => {
                    early.push((id.clone(), look));
                    None
                }
                Arrival::Absurd => Some(format!("it is a look due only at {}, later than any is", look.not_before)),
            },
            Ok(Work::Request(request)) => {
                take_request(&id, &request, &mut orders, home, deadline, desk).await.err().map(|error| chain(&error))
            }
            Ok(Work::Part(body)) => desk.part(&body, home, deadline).await.err().map(|error| chain(&error)),
            Err(error) => Some(chain(&error)),
        };
        failed.extend(failure.map(|reason| (id, reason)));
    }
    failed.extend(leave_again(early, desk).await);
    for order in orders.into_orders() {
        failed.extend(pass(&order, home, deadline, desk).await);
    }
    log_failures(&failed);
    ids.into_iter().filter(|id| failed.contains_key(id)).collect()
}

async fn take_request(
    id: &str,
    request: &Request,
    orders: &mut Orders,
    home: &Home,
    deadline: Timestamp,
    desk: &impl Desk,
) -> Result<(), HandlerError> {
    let scope = desk.resolve(&request.scope, home, deadline).await?;
    orders.add(id.to_owned(), scope, Terms::of(request));
    Ok(())
}

/// Leaves looks that came early again. A message whose look could not be left fails, so that it comes back instead.
async fn leave_again(early: Vec<(String, Look)>, desk: &impl Desk) -> Vec<(String, String)> {
    if early.is_empty() {
        return Vec::new();
    }
    let unsent = desk.leave_again(early.iter().map(|(_, look)| look.clone()).collect()).await;
    let reason = |look: &Look| unsent.iter().find(|(unsent, _)| unsent == look).map(|(_, reason)| reason.clone());
    early.iter().filter_map(|(id, look)| Some((id.clone(), reason(look)?))).collect()
}

/// Makes the pass of an order, logs its report, and returns the messages that failed.
async fn pass(order: &Order, home: &Home, deadline: Timestamp, desk: &impl Desk) -> Vec<(String, String)> {
    let messages: Vec<(&str, &Scope)> = order.messages.iter().map(|(id, scope)| (id.as_str(), scope)).collect();
    if is_late(desk, deadline) {
        let reason = "no time was left to begin";
        return messages.into_iter().map(|(id, _)| (id.to_owned(), reason.to_owned())).collect();
    }
    match desk.hand_out(order, Format::Json, home, deadline).await {
        Ok(None) => {}
        Ok(Some(answer)) => {
            tracing::info!(answer = answer.get(), "the order was handed out");
            return Vec::new();
        }
        Err(error) => return messages.into_iter().map(|(id, _)| (id.to_owned(), chain(&error))).collect(),
    }
    let Passed { report, outcome } = desk.pass(order, home, deadline).await;
    log::report(&report);
    let failures = failures(&messages, &outcome.observation, &trouble(&outcome));
    failures.into_iter().map(|(id, reason)| (id.to_owned(), reason)).collect()
}

fn is_late(desk: &impl Desk, deadline: Timestamp) -> bool {
    deadline.duration_since(desk.now()) < TIME_TO_BEGIN
}

/// One line per reason, however many messages share it.
fn log_failures(failed: &BTreeMap<String, String>) {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, reason) in failed {
        by_reason.entry(reason).or_default().push(id);
    }
    for (reason, ids) in by_reason {
        let first = ids.first().copied().unwrap_or_default();
        tracing::warn!(message.id = first, messages.failed = ids.len(), "messages failed and come back: {reason}");
    }
}
