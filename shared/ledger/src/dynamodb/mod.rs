//! The ledger in a DynamoDB table: partition key `pk`, sort key `sk`, both strings, time to live on `expires_at`.
//!
//! | `pk` | `sk` | attributes |
//! |---|---|---|
//! | `group#ARN` | `target#IP#PORT` | `task`, `service`, `network_interface`, `seen_at`, `ended_at`, `expires_at` |
//! | `group#ARN` | `removals` | `opened_at`, `whole`, `changes`, `expires_at` |
//! | `account` | `interface-changes`, `service-updates`, `standalone-task-stops` | the same |
//! | `service#CLUSTER#NAME` | `task-stops` | the same |
//! | `refusals#ACTION`, for interfaces `…#LAUNCHTYPE` | the resource | `code`, `message`, `refused_at`, `expires_at` |
//! | `account` | `latest-update` | `cluster_arn`, `service_name`, `noted_at`, `added`, `removed`, `deployment`, `confirmed` |
//! | `service#CLUSTER#NAME` | `update` | the same |
//! | `service#CLUSTER#NAME` | `stop` | `cluster_arn`, `service_name`, `task`, `noted_at`, `expires_at` |
//! | `pause` | `pause` | `since`, `by`, `reason` |
//! | `sweep` | `sweep` | `sweep` (JSON), `whole_at` |
//! | `alerts` | `RULE#CLUSTER#SERVICE#GROUP` | `alert` (JSON), `revision`, `expires_at` |
//! | `events` | an id | `event` (JSON), `kept_at`, `expires_at` |
//! | `fact#TABLE#ARN` | `fact` | `fact` (JSON), `read_at`, `version`, `expires_at` |
//!
//! All reads but those of facts are strongly consistent. One file per operation, with the adapters of the facts that it reads; how items are written is in [`item`].

mod alerts;
mod backoff;
mod end;
mod error;
mod events;
mod facts;
mod item;
#[cfg(test)]
mod mocked;
mod notes;
mod owners;
mod pause;
mod record;
mod refusals;
mod sweep;
mod window;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use backoff::Backoff;
use futures::{StreamExt as _, stream};
use model::alert::{AlertWrite, KeptAlert, KeptEvent};
use model::call::CallError;
use model::ledger::{OwnershipChange, Pause, Refusable, Refusal, ServiceUpdate, TaskStop};

use crate::changes::Changes;
use crate::{AlertLedger, EventLedger, Ledger, LedgerFact, Reservation};

/// A call takes no longer, its retries included: DynamoDB answers within milliseconds or not soon, and whoever reads or writes
/// the ledger must answer before its own time is up.
const LONGEST: Duration = Duration::from_secs(8);

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
        let timeouts = config.timeout_config().map(TimeoutConfig::to_builder).unwrap_or_default();
        let timeouts = timeouts.operation_timeout(LONGEST).build();
        let config = aws_sdk_dynamodb::config::Builder::from(config).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), table: table.to_owned(), backoff: Backoff::DEFAULT }
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }
}

impl Ledger for DynamoDbLedger {
    fn read<T: LedgerFact>(
        &self,
        asked: &T::Asked,
    ) -> impl Future<Output = Result<Option<T::Value>, CallError>> + Send {
        T::in_table(self, asked)
    }

    async fn record(&self, changes: &[OwnershipChange]) -> Result<(), CallError> {
        let changes = Changes::of(changes);
        let recorded = self.put_records(changes.records).await;
        let ended = self.end_records(changes.ends).await;
        recorded.and(ended)
    }

    async fn reserve(
        &self,
        reservation: &Reservation<'_>,
        limit: impl Fn(u32) -> u32 + Send + Sync,
    ) -> Result<u32, CallError> {
        self.count(reservation, limit).await
    }

    async fn record_refusal(&self, of: &Refusable, refusal: &Refusal) -> Result<(), CallError> {
        self.put_refusal(of, refusal).await
    }

    async fn begin_update(&self, update: &ServiceUpdate, after: Option<&ServiceUpdate>) -> Result<bool, CallError> {
        self.note_update(update, after).await
    }

    async fn confirm_update(&self, update: &ServiceUpdate) -> Result<(), CallError> {
        self.note_confirmation(update).await
    }

    async fn begin_stop(&self, stop: &TaskStop, after: Option<&TaskStop>) -> Result<bool, CallError> {
        self.note_stop(stop, after).await
    }

    async fn set_pause(&self, pause: &Pause) -> Result<(), CallError> {
        self.put_pause(pause).await
    }

    async fn clear_pause(&self) -> Result<(), CallError> {
        self.delete_pause().await
    }
}

impl AlertLedger for DynamoDbLedger {
    async fn alerts(&self) -> Result<Vec<KeptAlert>, CallError> {
        self.query_alerts().await
    }

    async fn write_alert(&self, write: &AlertWrite) -> Result<bool, CallError> {
        self.put_alert(write).await
    }
}

impl EventLedger for DynamoDbLedger {
    async fn keep_events(&self, events: &[KeptEvent]) -> Result<(), CallError> {
        self.put_events(events).await
    }

    async fn kept_events(&self) -> Result<Vec<KeptEvent>, CallError> {
        self.query_events().await
    }

    async fn forget_events(&self, ids: &[String]) -> Result<(), CallError> {
        self.delete_events(ids).await
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
