//! Messages to a queue of SQS, as many to a request as it takes.

use std::collections::BTreeMap;
use std::ops::Range;

use aws::client::Lazy;
use aws::error::call_error;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use model::call::{CallError, CallErrorKind};

/// The IAM action by which messages are sent.
pub(crate) const SEND: &str = "sqs:SendMessage";

/// Messages in one SendMessageBatch.
const MAX_MESSAGES: usize = 10;

/// Bytes in one message, and in all messages of one request: SQS took 262,144 for most of its life, and a queue may be
/// set to less than it takes now.
pub(crate) const MAX_BYTES: usize = 240_000;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Its body.
    pub body: String,
    /// How long SQS holds it back, in seconds.
    pub delay_seconds: i32,
}

/// A queue in SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Lazy<Client>,
    url: String,
}

impl SqsQueue {
    /// The queue with this URL. Whether there is one shows when the first message is sent.
    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self::of(Lazy::new(config, Client::new), url)
    }

    pub(crate) fn of(client: Lazy<Client>, url: &str) -> Self {
        Self { client, url: url.to_owned() }
    }

    /// Sends all of them. Returns, by its place, why a message wasn't taken.
    pub async fn send(&self, messages: &[OutgoingMessage]) -> BTreeMap<usize, CallError> {
        let mut failed = BTreeMap::new();
        for batch in batches(messages) {
            self.send_batch(messages, batch, &mut failed).await;
        }
        failed
    }

    async fn send_batch(
        &self,
        messages: &[OutgoingMessage],
        batch: Range<usize>,
        failed: &mut BTreeMap<usize, CallError>,
    ) {
        let entries: Result<Vec<_>, _> = batch.clone().map(|nth| entry(nth, &messages[nth])).collect();
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                let error = self.error(CallErrorKind::Permanent, None, error.to_string());
                failed.extend(batch.map(|nth| (nth, error.clone())));
                return;
            }
        };
        match self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries)).send().await {
            Ok(answer) => failed.extend(answer.failed.iter().flat_map(|entry| {
                // An id that isn't one of those sent tells nothing about which message it was: all of them, then.
                let which = entry.id.parse().ok().filter(|nth| batch.contains(nth));
                let which = which.map_or_else(|| batch.clone(), |nth| nth..nth + 1);
                which.map(|nth| (nth, self.refusal(entry)))
            })),
            Err(error) => {
                let error = call_error(SEND, self.url.as_str(), &error);
                failed.extend(batch.map(|nth| (nth, error.clone())));
            }
        }
    }

    fn refusal(&self, entry: &BatchResultErrorEntry) -> CallError {
        let kind = if entry.sender_fault { CallErrorKind::Permanent } else { CallErrorKind::Transient };
        self.error(kind, Some(entry.code.clone()), entry.message.clone().unwrap_or_default())
    }

    fn error(&self, kind: CallErrorKind, code: Option<String>, message: String) -> CallError {
        CallError { operation: SEND, resource: self.url.clone(), kind, code, message }
    }
}

fn entry(nth: usize, message: &OutgoingMessage) -> Result<SendMessageBatchRequestEntry, BuildError> {
    SendMessageBatchRequestEntry::builder()
        .id(nth.to_string())
        .message_body(&message.body)
        .delay_seconds(message.delay_seconds)
        .build()
}

/// The places of the messages of each request.
fn batches(messages: &[OutgoingMessage]) -> Vec<Range<usize>> {
    let mut batches: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (nth, message) in messages.iter().enumerate() {
        match batches.last_mut() {
            Some(batch) if batch.len() < MAX_MESSAGES && bytes + message.body.len() <= MAX_BYTES => {
                bytes += message.body.len();
                batch.end = nth + 1;
            }
            _ => {
                bytes = message.body.len();
                batches.push(nth..nth + 1);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_request_is_over_sqs_limits() {
        let message = |bytes: usize| OutgoingMessage { body: "x".repeat(bytes), delay_seconds: 0 };
        let sizes = |messages: &[OutgoingMessage]| batches(messages).iter().map(Range::len).collect::<Vec<_>>();
        assert_eq!(sizes(&[]), [0; 0]);
        assert_eq!(sizes(&vec![message(1); 23]), [10, 10, 3]);
        assert_eq!(sizes(&[message(MAX_BYTES), message(1), message(MAX_BYTES - 1), message(1)]), [1, 2, 1]);
    }
}
