//! The pause: one item, there or not.

use model::call::CallError;
use model::ledger::Pause;
use model::observation::{All, Table};

use super::DynamoDbLedger;
use super::item::{key, pause};
use crate::LedgerFact;
use crate::memory::Kept;

const OPERATION: &str = "dynamodb:GetItem";

/// A pause that can't be made sense of is a pause.
impl LedgerFact for Table<All, Pause> {
    const ACTION: &'static str = OPERATION;

    async fn in_table(ledger: &DynamoDbLedger, _: &All) -> Result<Option<Pause>, CallError> {
        ledger.get_pause().await
    }

    fn in_memory(kept: &Kept, _: &All) -> Option<Pause> {
        kept.pause.clone()
    }
}

impl DynamoDbLedger {
    /// The pause, if there is one.
    async fn get_pause(&self) -> Result<Option<Pause>, CallError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .set_key(Some(key::pause()))
            .send()
            .await
            .map_err(|error| self.failed(OPERATION, &self.table, &error))?;
        Ok(output.item.as_ref().map(|item| {
            pause::read(item).unwrap_or_else(|error| {
                tracing::warn!(
                    ledger.table = %self.table,
                    error.message = %error,
                    "the pause can't be read: repairs are paused until it is ended"
                );
                pause::unreadable(item)
            })
        }))
    }

    /// Writes a pause.
    pub(super) async fn put_pause(&self, pause: &Pause) -> Result<(), CallError> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(pause::write(pause))).send().await;
        put.map(drop).map_err(|error| self.failed("dynamodb:PutItem", &self.table, &error))
    }

    /// Deletes it.
    pub(super) async fn delete_pause(&self) -> Result<(), CallError> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key::pause())).send().await;
        delete.map(drop).map_err(|error| self.failed("dynamodb:DeleteItem", &self.table, &error))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;
    use crate::dynamodb::mocked::ledger;

    #[tokio::test]
    async fn an_item_that_makes_no_sense_is_a_pause() {
        let read = mock!(Client::get_item)
            .match_requests(|get| get.consistent_read() == Some(true))
            .then_output(|| GetItemOutput::builder().set_item(Some(key::pause())).build());
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read]);
        assert!(ledger(client).get_pause().await.unwrap().is_some());
    }

    #[tokio::test]
    async fn no_item_is_no_pause() {
        let read = mock!(Client::get_item).then_output(|| GetItemOutput::builder().build());
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read]);
        assert_eq!(ledger(client).get_pause().await, Ok(None));
    }
}
