//! A ledger whose answers a test makes up. What the table does with conditions is tried on a real server elsewhere.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;

use super::DynamoDbLedger;
use super::backoff::Backoff;

/// The ledger in a table `ledger` that this client talks to. It hardly waits.
pub(super) fn ledger(client: Client) -> DynamoDbLedger {
    let backoff = Backoff { attempts: 4, first: Duration::from_micros(1), longest: Duration::from_micros(1) };
    DynamoDbLedger { client, table: "ledger".to_owned(), backoff }
}

/// A client whose requests are sent once, without the SDK's retries.
pub(super) fn once(config: Builder) -> Builder {
    config.retry_config(RetryConfig::disabled())
}
