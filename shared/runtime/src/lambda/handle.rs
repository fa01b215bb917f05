//! One invocation: what was given becomes passes, what the passes come to becomes the answer.

use std::collections::{BTreeMap, BTreeSet};

use aws_lambda_events::event::sqs::SqsBatchResponse;
use jiff::{SignedDuration, Timestamp};
use model::observation::Question;
use model::scope::Scope;
use pipeline::PassOutcome;
use pipeline::ports::DelayedLook;
use report::Report;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::error::HandlerError;
use super::pass_requests::{PassRequest, PassRequests, RequestTerms};
use crate::batch::failures;
use crate::batch::trouble::trouble;
use crate::chain::chain;
use crate::home::Home;
use crate::incoming::{Here, Incoming, IncomingError, QueueMessage, Work, incoming};
use crate::log;
use crate::looks::{Arrival, arrival};
use crate::request::{Patterns, ReportFormat, Request};

/// With less time than this no pass is begun.
const TIME_TO_BEGIN: SignedDuration = SignedDuration::from_secs(1);

/// Lambda takes 6 MB as an answer, and a little less as JSON in its own envelope.
const MAX_ANSWER: usize = 6_000_000;

/// Where passes are made.
pub trait Backend: Sync {
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
    fn leave_again(&self, looks: Vec<DelayedLook>) -> impl Future<Output = Vec<(DelayedLook, String)>> + Send;

    /// Makes a pass.
    fn pass(
        &self,
        pass_request: &PassRequest,
        home: &Home,
        deadline: Timestamp,
    ) -> impl Future<Output = PassResult> + Send;

    /// Forgets what was remembered as answers to these questions.
    fn forget(&self, _changed: &BTreeSet<Question>) -> impl Future<Output = Result<(), HandlerError>> + Send {
        async { Ok(()) }
    }

    /// Has the order done by others and says what they are at, where it is too large for one invocation.
    fn hand_out(
        &self,
        _order: &PassRequest,
        _format: ReportFormat,
        _home: &Home,
        _deadline: Timestamp,
    ) -> impl Future<Output = Result<Option<Box<RawValue>>, HandlerError>> + Send {
        async { Ok(None) }
    }

    /// Does a part of an audit that was split.
    fn part(
        &self,
        _body: &str,
        _home: &Home,
        _deadline: Timestamp,
    ) -> impl Future<Output = Result<(), HandlerError>> + Send {
        async { Err(IncomingError::Misplaced("a part of an audit, and this function makes none").into()) }
    }

    /// Sends a test through every channel that alerts go through, and says of each whether it was taken.
    fn test_alert(&self, _home: &Home) -> impl Future<Output = Value> + Send {
        async { json!({"test_alert": {}}) }
    }

    /// The report as a page for a browser.
    ///
    /// # Errors
    /// Where it makes none: a page is a large part of a program.
    fn page(&self, _passed: &PassResult) -> Result<String, HandlerError> {
        Err(HandlerError::NoPage)
    }

    /// What to answer instead of `body`, which is the report in this format and larger than Lambda takes. It is never cut off.
    fn answer_elsewhere(
        &self,
        _report: &Report,
        _format: ReportFormat,
        body: &str,
    ) -> impl Future<Output = Result<Box<RawValue>, HandlerError>> + Send {
        let bytes = body.len();
        async move { Err(HandlerError::TooLarge(bytes)) }
    }
}

/// What a pass came to.
#[derive(Debug)]
pub struct PassResult {
    /// What is told of it.
    pub report: Report,
    /// What it saw and did.
    pub outcome: PassOutcome,
}

/// Handles one invocation and returns the answer.
///
/// # Errors
/// When the invocation as a whole comes to nothing. A message of a batch that fails is named in the answer instead.
pub async fn handle(
    input: &str,
    home: &Home,
    deadline: Timestamp,
    backend: &impl Backend,
) -> Result<Box<RawValue>, HandlerError> {
    answer(read(input, home, backend)?, home, deadline, backend).await
}

/// Reads what the function was given, which isn't needed any more then, and may be large.
pub(super) fn read(input: &str, home: &Home, backend: &impl Backend) -> Result<Incoming, HandlerError> {
    Ok(incoming(input, &Here { home, rules: &backend.rules() })?)
}

/// Does what was asked for and returns the answer.
pub(super) async fn answer(
    incoming: Incoming,
    home: &Home,
    deadline: Timestamp,
    backend: &impl Backend,
) -> Result<Box<RawValue>, HandlerError> {
    match incoming {
        Incoming::Sqs(messages) => {
            let mut response = SqsBatchResponse::default();
            response.set_failures(batch(messages, home, deadline, backend).await);
            Ok(to_raw_value(&response)?)
        }
        Incoming::TestAlert => Ok(to_raw_value(&backend.test_alert(home).await)?),
        Incoming::Event(event) => {
            backend.forget(&event.changed).await?;
            to_caller(
                PassRequest::of(event.scope, RequestTerms::default()),
                ReportFormat::Json,
                home,
                deadline,
                backend,
            )
            .await
        }
        Incoming::Request(request) => {
            let scope = backend.resolve(&request.scope, home, deadline).await?;
            to_caller(PassRequest::of(scope, RequestTerms::of(&request)), request.format, home, deadline, backend).await
        }
    }
}

/// Makes a pass that one caller waits for.
async fn to_caller(
    pass_request: PassRequest,
    format: ReportFormat,
    home: &Home,
    deadline: Timestamp,
    backend: &impl Backend,
) -> Result<Box<RawValue>, HandlerError> {
    if is_late(backend, deadline) {
        return Err(HandlerError::OutOfTime);
    }
    if let Some(answer) = backend.hand_out(&pass_request, format, home, deadline).await? {
        return Ok(answer);
    }
    let passed = backend.pass(&pass_request, home, deadline).await;
    let report = &passed.report;
    let (name, body) = match format {
        ReportFormat::Json => {
            let answer = RawValue::from_string(report.to_json()?)?;
            let fits = answer.get().len() <= MAX_ANSWER;
            return if fits { Ok(answer) } else { backend.answer_elsewhere(report, format, answer.get()).await };
        }
        ReportFormat::Text => ("text", report.to_text()),
        ReportFormat::Html => ("html", backend.page(&passed)?),
    };
    let answer = to_raw_value(&json!({"format": name, "body": body}))?;
    if answer.get().len() > MAX_ANSWER { backend.answer_elsewhere(report, format, &body).await } else { Ok(answer) }
}

/// Makes the passes that messages ask for, and returns the ids of those that failed, in their order.
async fn batch(messages: Vec<QueueMessage>, home: &Home, deadline: Timestamp, backend: &impl Backend) -> Vec<String> {
    let ids: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
    let (mut pass_requests, mut early, mut failed) = (PassRequests::default(), Vec::new(), BTreeMap::new());
    let mut changes = Vec::new();
    for QueueMessage { id, work } in messages {
        let failure = match work {
            Ok(Work::Event(event)) => {
                pass_requests.add(id.clone(), event.scope, RequestTerms::default());
                changes.extend((!event.changed.is_empty()).then(|| (id.clone(), event.changed)));
                None
            }
            Ok(Work::LookAgain(look)) => match arrival(&look, backend.now()) {
                Arrival::Due => {
                    pass_requests.add_look(id.clone(), look.scope(), look.suspicions, look.attempt);
                    None
                }
                Arrival::Early => {
                    early.push((id.clone(), look));
                    None
                }
                Arrival::Absurd => Some(format!("it is a look due only at {}, later than any is", look.not_before)),
            },
            Ok(Work::Request(request)) => take_request(&id, &request, &mut pass_requests, home, deadline, backend)
                .await
                .err()
                .map(|error| chain(&error)),
            Ok(Work::Part(body)) => backend.part(&body, home, deadline).await.err().map(|error| chain(&error)),
            Err(error) => Some(chain(&error)),
        };
        failed.extend(failure.map(|reason| (id, reason)));
    }
    failed.extend(forget(changes, backend).await);
    failed.extend(leave_again(early, backend).await);
    for pass_request in pass_requests.into_pass_requests() {
        failed.extend(pass(&pass_request, home, deadline, backend).await);
    }
    log_failures(&failed);
    ids.into_iter().filter(|id| failed.contains_key(id)).collect()
}

/// Forgets what messages say was changed, all in one. Those messages fail together.
async fn forget(changes: Vec<(String, BTreeSet<Question>)>, backend: &impl Backend) -> Vec<(String, String)> {
    let (ids, changed): (Vec<String>, Vec<_>) = changes.into_iter().unzip();
    let changed: BTreeSet<Question> = changed.into_iter().flatten().collect();
    if changed.is_empty() {
        return Vec::new();
    }
    match backend.forget(&changed).await {
        Ok(()) => Vec::new(),
        Err(error) => ids.into_iter().map(|id| (id, chain(&error))).collect(),
    }
}

async fn take_request(
    id: &str,
    request: &Request,
    pass_requests: &mut PassRequests,
    home: &Home,
    deadline: Timestamp,
    backend: &impl Backend,
) -> Result<(), HandlerError> {
    let scope = backend.resolve(&request.scope, home, deadline).await?;
    pass_requests.add(id.to_owned(), scope, RequestTerms::of(request));
    Ok(())
}

/// Leaves looks that came early again. A message whose look could not be left fails, so that it is retried instead.
async fn leave_again(early: Vec<(String, DelayedLook)>, backend: &impl Backend) -> Vec<(String, String)> {
    if early.is_empty() {
        return Vec::new();
    }
    let unsent = backend.leave_again(early.iter().map(|(_, look)| look.clone()).collect()).await;
    let reason =
        |look: &DelayedLook| unsent.iter().find(|(unsent, _)| unsent == look).map(|(_, reason)| reason.clone());
    early.iter().filter_map(|(id, look)| Some((id.clone(), reason(look)?))).collect()
}

/// Makes the pass of an order, logs its report, and returns the messages that failed.
async fn pass(
    pass_request: &PassRequest,
    home: &Home,
    deadline: Timestamp,
    backend: &impl Backend,
) -> Vec<(String, String)> {
    let messages: Vec<(&str, &Scope)> = pass_request.messages.iter().map(|(id, scope)| (id.as_str(), scope)).collect();
    if is_late(backend, deadline) {
        let reason = "no time was left to begin";
        return messages.into_iter().map(|(id, _)| (id.to_owned(), reason.to_owned())).collect();
    }
    match backend.hand_out(pass_request, ReportFormat::Json, home, deadline).await {
        Ok(None) => {}
        Ok(Some(answer)) => {
            tracing::info!(answer = answer.get(), "audit split into parts");
            return Vec::new();
        }
        Err(error) => return messages.into_iter().map(|(id, _)| (id.to_owned(), chain(&error))).collect(),
    }
    let PassResult { report, outcome } = backend.pass(pass_request, home, deadline).await;
    log::report(&report);
    let failures = failures(&messages, &outcome.observation, &trouble(&outcome));
    failures.into_iter().map(|(id, reason)| (id.to_owned(), reason)).collect()
}

fn is_late(backend: &impl Backend, deadline: Timestamp) -> bool {
    deadline.duration_since(backend.now()) < TIME_TO_BEGIN
}

/// One line per reason, however many messages share it.
fn log_failures(failed: &BTreeMap<String, String>) {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, reason) in failed {
        by_reason.entry(reason).or_default().push(id);
    }
    for (reason, ids) in by_reason {
        let first = ids.first().copied().unwrap_or_default();
        tracing::warn!(
            message.id = first,
            messages.failed = ids.len(),
            "messages failed and will be retried: {reason}"
        );
    }
}
