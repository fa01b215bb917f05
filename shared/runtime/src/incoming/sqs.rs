//! An SQS event: each of its messages read on its own.

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};

use super::error::from_text;
use super::{Here, IncomingError, Message, work};

/// The messages of an SQS event.
///
/// # Errors
/// When a message has no id, so that it couldn't be reported as failed, or when the records are not SQS's.
pub(super) fn messages(text: &str, here: &Here<'_>) -> Result<Vec<Message>, IncomingError> {
    let event: SqsEvent = from_text("the SQS event", text)?;
    event.records.into_iter().enumerate().map(|(index, record)| message(index, record, here)).collect()
}

fn message(index: usize, record: SqsMessage, here: &Here<'_>) -> Result<Message, IncomingError> {
    let malformed =
        |path: &str, why: String| IncomingError::malformed("the SQS event", format!("Records[{index}]{path}"), why);
    match record.event_source.as_deref() {
        None | Some("aws:sqs") => {}
        Some(other) => return Err(malformed(".eventSource", format!("{other:?} is not aws:sqs"))),
    }
    let id = record.message_id.filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| malformed("", "it has no messageId".to_owned()))?;
    let work = match record.body {
        Some(body) => work(&body, here),
        None => Err(malformed("", "it has no body".to_owned())),
    };
    Ok(Message { id, work })
}
