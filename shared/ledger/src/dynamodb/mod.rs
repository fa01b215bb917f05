//! The ledger in a DynamoDB table: partition key `pk`, sort key `sk`, both strings, time to live on `expires_at`.
//!
//! | `pk` | `sk` | attributes |
//! |---|---|---|
//! | `group#ARN` | `target#IP#PORT` | `task`, `service`, `network_interface`, `seen_at`, `ended_at`, `expires_at` |
//! | `group#ARN` | `removals` | `opened_at`, `targets`, `removals`, `expires_at` |
//! | `pause` | `pause` | `since`, `by`, `reason` |
//!
//! All reads are strongly consistent. One file per operation; how items are written is in [`item`].

mod backoff;
mod end;
mod error;
mod item;
#[cfg(test)]
mod mocked;
mod owners;
mod pause;
mod record;
mod removals;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use backoff::Backoff;
use futures::{StreamExt as _, stream};
use model::call::CallError;
use model::id::TargetGroupArn;
use model::ledger::{Ownership, OwnershipChange, Pause, RemovalWindow};

use crate::changes::Changes;
use crate::{Ledger, RemovalRequest};

/// A ledger that all passes and functions share.
#[derive(Debug, Clone)]
pub struct DynamoDbLedger {
    client: Client,
    table: String,
    backoff: Backoff,
}

impl DynamoDbLedger {
    /// The ledger in the table of that name. Whether there is one shows at the first call.
    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned(), backoff: Backoff::DEFAULT }
    }
}

impl Ledger for DynamoDbLedger {
    async fn owners(&self, group: &TargetGroupArn) -> Result<Vec<Ownership>, CallError> {
        self.query_owners(group).await
    }

    async fn removals(&self, group: &TargetGroupArn) -> Result<Option<RemovalWindow>, CallError> {
        self.get_removals(group).await
    }

    async fn pause(&self) -> Result<Option<Pause>, CallError> {
        self.get_pause().await
    }

    async fn record(&self, changes: &[OwnershipChange]) -> Result<(), CallError> {
        let changes = Changes::of(changes);
        let recorded = self.put_records(changes.records).await;
        let ended = self.end_records(changes.ends).await;
        recorded.and(ended)
    }

    async fn reserve_removals(
        &self,
        request: &RemovalRequest<'_>,
        limit: impl Fn(u32) -> u32 + Send + Sync,
    ) -> Result<u32, CallError> {
        self.count_removals(request, limit).await
    }

    async fn set_pause(&self, pause: &Pause) -> Result<(), CallError> {
        self.put_pause(pause).await
    }

    async fn clear_pause(&self) -> Result<(), CallError> {
        self.delete_pause().await
    }
}

/// Makes all calls, some at once, whatever becomes of the others, and returns the first failure.
async fn all(at_once: usize, calls: Vec<impl Future<Output = Result<(), CallError>>>) -> Result<(), CallError> {
    let mut outcomes = stream::iter(calls).buffer_unordered(at_once);
    let mut first = Ok(());
    while let Some(outcome) = outcomes.next().await {
        first = first.and(outcome);
    }
    first
}
