//! An SQS event: each of its messages read on its own, and let go of before the next. There may be ten thousand.

use aws_lambda_events::event::sqs::SqsMessage;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::{from_text, from_text_at};
use super::{Here, IncomingError, QueueMessage, work};

const WHAT: &str = "the SQS event";

#[derive(Deserialize)]
struct SqsEvent<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'a RawValue>,
}

/// The messages of an SQS event.
///
/// # Errors
/// When a message has no id, so that it couldn't be reported as failed, or when the records are not SQS's.
pub(super) fn messages(text: &str, here: &Here<'_>) -> Result<Vec<QueueMessage>, IncomingError> {
    let event: SqsEvent<'_> = from_text(WHAT, text)?;
    event.records.into_iter().enumerate().map(|(index, record)| message(index, record.get(), here)).collect()
}

fn message(index: usize, record: &str, here: &Here<'_>) -> Result<QueueMessage, IncomingError> {
    let place = format!("Records[{index}]");
    let malformed = |path: &str, why: String| IncomingError::malformed(WHAT, format!("{place}{path}"), why);
    let record: SqsMessage = from_text_at(WHAT, &place, record)?;
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
    Ok(QueueMessage { id, work })
}
