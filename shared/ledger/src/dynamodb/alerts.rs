//! Alerts are read together and written one by one, each over the revision that was read.

use aws_sdk_dynamodb::types::AttributeValue;
use model::alert::{AlertWrite, KeptAlert};
use model::call::{CallError, CallErrorKind};

use super::DynamoDbLedger;
use super::item::{alert, key};

const WRITE: &str = "dynamodb:PutItem";

impl DynamoDbLedger {
    /// Every alert that can be read.
    pub(super) async fn query_alerts(&self) -> Result<Vec<KeptAlert>, CallError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :alerts")
            .expression_attribute_values(":alerts", key::alerts())
            .into_paginator()
            .items()
            .send();
        let mut alerts = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| self.failed("dynamodb:Query", "alerts", &error))?;
            match alert::read(&item) {
                Ok(kept) => alerts.push(kept),
                Err(error) => tracing::warn!(
                    ledger.table = %self.table,
                    error.message = %error,
                    "an alert can't be read: delete its item, and it opens anew"
                ),
            }
        }
        Ok(alerts)
    }

    /// Writes an alert, unless another pass did since it was read.
    ///
    /// The SDK repeats a write whose answer got lost. If the first had gone through, the repeat finds another revision, its
    /// own, and the write counts as lost: the pass reads again, and finds what it wrote.
    pub(super) async fn put_alert(&self, write: &AlertWrite) -> Result<bool, CallError> {
        let name = write.alert.key.to_string();
        let item = alert::write(write).map_err(|error| CallError {
            operation: WRITE,
            resource: name.clone(),
            kind: CallErrorKind::Permanent,
            code: None,
            message: format!("the alert can't be written as JSON: {error}"),
        })?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = match write.over {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(revision) => put
                .condition_expression("revision = :revision")
                .expression_attribute_values(":revision", AttributeValue::N(revision.to_string())),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(self.failed(WRITE, &name, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
    use aws_sdk_dynamodb::operation::query::QueryOutput;
    use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;
    use crate::dynamodb::mocked::{ledger, once};
    use crate::fixtures;

    fn over(revision: Option<u64>) -> AlertWrite {
        AlertWrite { alert: fixtures::alert("target-stale"), over: revision, expires_at: None }
    }

    #[tokio::test]
    async fn a_write_is_lost_where_the_revision_is_another() {
        let first = mock!(Client::put_item)
            .match_requests(|put| put.condition_expression() == Some("attribute_not_exists(pk)"))
            .then_output(|| PutItemOutput::builder().build());
        let lost = mock!(Client::put_item)
            .match_requests(|put| put.condition_expression() == Some("revision = :revision"))
            .then_error(|| {
                let lost = ConditionalCheckFailedException::builder().build();
                PutItemError::ConditionalCheckFailedException(lost)
            });
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&first, &lost], once);
        let ledger = ledger(client);
        assert_eq!(ledger.put_alert(&over(None)).await, Ok(true));
        assert_eq!(ledger.put_alert(&over(Some(7))).await, Ok(false));
    }

    #[tokio::test]
    async fn what_can_not_be_read_is_left_out() {
        let query = mock!(Client::query).then_output(|| {
            let good = alert::write(&over(Some(4))).unwrap();
            let mut bad = good.clone();
            bad.remove("revision");
            QueryOutput::builder().set_items(Some(vec![bad, good])).build()
        });
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&query]);
        let kept = KeptAlert { alert: fixtures::alert("target-stale"), revision: 5 };
        assert_eq!(ledger(client).query_alerts().await, Ok(vec![kept]));
    }
}
