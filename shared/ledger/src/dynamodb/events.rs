//! Events that are kept until an event bus took them.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use model::alert::KeptEvent;
use model::call::CallError;

use super::DynamoDbLedger;
use super::item::{event, key};

impl DynamoDbLedger {
    /// Writes events over those of the same id.
    pub(super) async fn put_events(&self, events: &[KeptEvent]) -> Result<(), CallError> {
        let put = |kept: &KeptEvent| -> Result<WriteRequest, BuildError> {
            let put = PutRequest::builder().set_item(Some(event::write(kept))).build()?;
            Ok(WriteRequest::builder().put_request(put).build())
        };
        self.write_batches(events.iter().map(put)).await
    }

    /// Every event that can be read.
    pub(super) async fn query_events(&self) -> Result<Vec<KeptEvent>, CallError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :events")
            .expression_attribute_values(":events", key::events())
            .into_paginator()
            .items()
            .send();
        let mut events = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| self.failed("dynamodb:Query", "events", &error))?;
            match event::read(&item) {
                Ok(kept) => events.push(kept),
                Err(error) => {
                    tracing::warn!(ledger.table = %self.table, error.message = %error, "an event can't be read");
                }
            }
        }
        Ok(events)
    }

    /// Deletes the events of these ids.
    pub(super) async fn delete_events(&self, ids: &[String]) -> Result<(), CallError> {
        let delete = |id: &String| -> Result<WriteRequest, BuildError> {
            let delete = DeleteRequest::builder().set_key(Some(key::event(id))).build()?;
            Ok(WriteRequest::builder().delete_request(delete).build())
        };
        self.write_batches(ids.iter().map(delete)).await
    }
}
