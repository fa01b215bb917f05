//! What a function is given, told apart by shape: an SQS event, an EventBridge event, or a request.
//!
//! An event says where to look and nothing more; [`Scope`] is all that is taken from it, and what changed of
//! that which sweeps remember. Reading never panics, does no I/O
//! and knows no clock. In an SQS event each message is read on its own, so that one that can't be read fails alone. What
//! belongs to another account or Region is refused here.

mod api_call;
mod error;
mod event;
pub mod look_again;
#[cfg(test)]
mod properties;
mod service_event;
mod shape;
mod sqs;
mod task_event;
#[cfg(test)]
mod tests;

pub use error::IncomingError;
pub(crate) use error::{cut, from_text};

use std::collections::BTreeSet;

use model::observation::Question;
use model::scope::Scope;
use pipeline::ports::DelayedLook;
use serde::Deserialize;

use crate::home::Home;
use crate::request::Request;
use shape::Shape;

/// Where the input arrived, and what it is held against.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// The account and Region that everything must belong to.
    pub home: &'a Home,
    /// The slugs of the rules that a request may name.
    pub rules: &'a [&'a str],
}

/// What a function was given.
#[derive(Debug)]
pub enum Incoming {
    /// Messages from its queue. The answer names those that failed.
    Sqs(Vec<QueueMessage>),
    /// An event sent to it without a queue.
    Event(Event),
    /// A request: everything, if it says nothing else.
    Request(Request),
    /// To send a test through every channel that alerts go through.
    TestAlert,
}

/// `{"test_alert": true}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AlertTest {
    test_alert: bool,
}

/// A message from the queue.
#[derive(Debug)]
pub struct QueueMessage {
    /// Its id, by which it is reported as failed.
    pub id: String,
    /// What it asks for, or why it can't be read.
    pub work: Result<Work, IncomingError>,
}

/// What a message asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// To look where something happened.
    Event(Event),
    /// To do as a person says.
    Request(Request),
    /// To look again at what was suspected.
    LookAgain(DelayedLook),
    /// To do a part of something larger: a body that the desk wrote itself, and reads itself.
    Part(String),
}

/// An EventBridge event, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its `detail-type`.
    pub kind: String,
    /// Where to look; nothing, if what happened doesn't matter here.
    pub scope: Scope,
    /// What it changed of what sweeps remember.
    pub changed: BTreeSet<Question>,
}

/// Reads what a function was given.
///
/// # Errors
/// When it is none of what it may be, or as a whole of no use. A message that can't be read is no error of the whole.
pub fn incoming(text: &str, here: &Here<'_>) -> Result<Incoming, IncomingError> {
    match shape::of(text, "the input")? {
        Shape::Sqs => sqs::messages(text, here).map(Incoming::Sqs),
        Shape::Event => event::read(text, here.home).map(Incoming::Event),
        Shape::Request => Request::read(text, here).map(Incoming::Request),
        Shape::LookAgain => Err(IncomingError::Misplaced("a look-again message, which comes through the queue only")),
        Shape::Part => Err(IncomingError::Misplaced("a part of an audit, which comes through the queue only")),
        Shape::TestAlert => match from_text("the test of alerts", text)? {
            AlertTest { test_alert: true } => Ok(Incoming::TestAlert),
            AlertTest { test_alert: false } => Err(IncomingError::Misplaced("a test of alerts that is not to be made")),
        },
    }
}

/// Reads the body of a message.
fn work(body: &str, here: &Here<'_>) -> Result<Work, IncomingError> {
    match shape::of(body, "the message's body")? {
        Shape::Event => event::read(body, here.home).map(Work::Event),
        Shape::Request => Request::read(body, here).map(Work::Request),
        Shape::LookAgain => look_again::read(body, here.home).map(Work::LookAgain),
        Shape::Part => Ok(Work::Part(body.to_owned())),
        Shape::Sqs => Err(IncomingError::Misplaced("an SQS event inside a message")),
        Shape::TestAlert => Err(IncomingError::Misplaced("a test of alerts, which has an answer: invoke the function")),
    }
}
