//! The function's own queue in SQS.

use aws_config::SdkConfig;
use jiff::Timestamp;
use model::call::CallError;
use pipeline::ports::{DelayedLook, LookQueue};

use super::outgoing::pack;
use crate::queue::SqsQueue;

/// The function's own queue in SQS.
#[derive(Debug, Clone)]
pub struct SqsLookQueue(SqsQueue);

impl SqsLookQueue {
    /// The queue with this URL. Whether there is one shows when the first look is left.
    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self::of(SqsQueue::new(config, url))
    }

    pub(super) const fn of(queue: SqsQueue) -> Self {
        Self(queue)
    }
}

impl LookQueue for SqsLookQueue {
    async fn send(&self, looks: Vec<DelayedLook>, now: Timestamp) -> Vec<(DelayedLook, CallError)> {
        let (outgoing, mut failed) = pack(&looks, now);
        let (looks_of, messages): (Vec<usize>, Vec<_>) = outgoing.into_iter().unzip();
        let unsent = self.0.send(&messages).await;
        failed.extend(unsent.into_iter().map(|(nth, error)| (looks_of[nth], error)));
        let unsent = looks.into_iter().enumerate();
        unsent.filter_map(|(index, look)| failed.remove(&index).map(|error| (look, error))).collect()
    }
}
