//! The function's own queue in SQS.

use std::collections::BTreeMap;

use aws::client::Lazy;
use aws::error::call_error;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use jiff::Timestamp;
use model::call::{CallError, CallErrorKind};
use pipeline::ports::{DelayedLook, LookQueue};

use super::outgoing::{OutgoingMessage, SEND, batches, pack};

/// The function's own queue in SQS.
#[derive(Debug, Clone)]
pub struct SqsLookQueue {
    client: Lazy<Client>,
    url: String,
}

impl SqsLookQueue {
    /// The queue with this URL. Whether there is one shows when the first look is left.
    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self::of(Lazy::new(config, Client::new), url)
    }

    pub(super) fn of(client: Lazy<Client>, url: &str) -> Self {
        Self { client, url: url.to_owned() }
    }

    /// Sends one request's messages, and notes the looks whose messages weren't taken.
    async fn send_batch(&self, outgoing_messages: Vec<OutgoingMessage>, failed: &mut BTreeMap<usize, CallError>) {
        let looks: Vec<usize> = outgoing_messages.iter().map(|outgoing| outgoing.look).collect();
        let request = self.client.send_message_batch().queue_url(&self.url);
        let entries: Result<Vec<_>, _> =
            outgoing_messages.into_iter().enumerate().map(|(nth, outgoing)| entry(nth, outgoing)).collect();
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                let message = error.to_string();
                failed.extend(
                    looks.into_iter().map(|look| (look, self.error(CallErrorKind::Refused, None, message.clone()))),
                );
                return;
            }
        };
        match request.set_entries(Some(entries)).send().await {
            Ok(answer) => failed.extend(answer.failed.iter().flat_map(|entry| {
                // An id that isn't one of those sent tells nothing about which look it was: all of them, then.
                let which = entry.id.parse().ok().and_then(|nth: usize| looks.get(nth).copied());
                let which = which.map_or_else(|| looks.clone(), |look| vec![look]);
                which.into_iter().map(|look| (look, self.refusal(entry)))
            })),
            Err(error) => {
                let error = call_error(SEND, self.url.as_str(), &error);
                failed.extend(looks.into_iter().map(|look| (look, error.clone())));
            }
        }
    }

    fn refusal(&self, entry: &BatchResultErrorEntry) -> CallError {
        let kind = if entry.sender_fault { CallErrorKind::Refused } else { CallErrorKind::Passing };
        self.error(kind, Some(entry.code.clone()), entry.message.clone().unwrap_or_default())
    }

    fn error(&self, kind: CallErrorKind, code: Option<String>, message: String) -> CallError {
        CallError { operation: SEND, resource: self.url.clone(), kind, code, message }
    }
}

fn entry(
    nth: usize,
    outgoing: OutgoingMessage,
) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    SendMessageBatchRequestEntry::builder()
        .id(nth.to_string())
        .message_body(outgoing.body)
        .delay_seconds(outgoing.delay_seconds)
        .build()
}

impl LookQueue for SqsLookQueue {
    async fn send(&self, looks: Vec<DelayedLook>, now: Timestamp) -> Vec<(DelayedLook, CallError)> {
        let (outgoing_messages, mut failed) = pack(&looks, now);
        for batch in batches(outgoing_messages) {
            self.send_batch(batch, &mut failed).await;
        }
        let unsent = looks.into_iter().enumerate();
        unsent.filter_map(|(index, look)| failed.remove(&index).map(|error| (look, error))).collect()
    }
}
