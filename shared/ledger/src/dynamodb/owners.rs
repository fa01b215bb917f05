//! Who owned the targets of a group: one consistent query.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use model::call::CallError;
use model::id::TargetGroupArn;
use model::ledger::Ownership;
use model::observation::Table;

use super::DynamoDbLedger;
use super::item::{key, ownership};
use crate::LedgerFact;
use crate::memory::Kept;

const OPERATION: &str = "dynamodb:Query";

/// Ended and expired records are among them: [`Ownership::proves`] tells which count. A record that can't be read proves nothing
/// and is left out.
impl LedgerFact for Table<TargetGroupArn, Vec<Ownership>> {
    const ACTION: &'static str = OPERATION;

    async fn in_table(ledger: &DynamoDbLedger, group: &TargetGroupArn) -> Result<Option<Vec<Ownership>>, CallError> {
        ledger.query_owners(group).await.map(Some)
    }

    fn in_memory(kept: &Kept, group: &TargetGroupArn) -> Option<Vec<Ownership>> {
        Some(kept.owners.get(group).into_iter().flat_map(BTreeMap::values).cloned().collect())
    }
}

impl DynamoDbLedger {
    /// Every ownership record of the group that can be read.
    async fn query_owners(&self, group: &TargetGroupArn) -> Result<Vec<Ownership>, CallError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :group AND begins_with(sk, :target)")
            .expression_attribute_values(":group", key::group(group))
            .expression_attribute_values(":target", AttributeValue::S(key::TARGET_PREFIX.to_owned()))
            .into_paginator()
            .items()
            .send();
        let mut owners = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| self.failed(OPERATION, group.as_str(), &error))?;
            match ownership::read(&item) {
                Ok(mut owner) => {
                    // Nearly all are one service's, whose ARN is kept once.
                    let last = owners.last().map(|last: &Ownership| &last.service);
                    if let Some(same) = last.filter(|last| **last == owner.service) {
                        owner.service = same.clone();
                    }
                    owners.push(owner);
                }
                // Without a record less is proved, and less is removed.
                Err(error) => tracing::warn!(
                    aws.target_group = %group,
                    ledger.table = %self.table,
                    error.message = %error,
                    "an ownership record can't be read and proves nothing"
                ),
            }
        }
        owners.shrink_to_fit();
        Ok(owners)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::query::QueryOutput;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;
    use crate::dynamodb::item::Item;
    use crate::dynamodb::mocked::ledger;
    use crate::fixtures::{group, record};

    #[tokio::test]
    async fn every_page_is_read_and_a_malformed_record_left_out() {
        fn page(ips: &[&str]) -> Vec<Item> {
            ips.iter().map(|ip| ownership::write(&group(), &record(ip, 3))).collect()
        }
        let consistent = |consistent: Option<bool>| consistent == Some(true);
        let first = mock!(Client::query)
            .match_requests(move |query| consistent(query.consistent_read()) && query.exclusive_start_key().is_none())
            .then_output(|| {
                let next = key::ownership(&group(), record("10.0.0.2", 3).target);
                QueryOutput::builder()
                    .set_items(Some(page(&["10.0.0.1", "10.0.0.2"])))
                    .set_last_evaluated_key(Some(next))
                    .build()
            });
        let second = mock!(Client::query)
            .match_requests(move |query| {
                let next = key::ownership(&group(), record("10.0.0.2", 3).target);
                consistent(query.consistent_read()) && query.exclusive_start_key() == Some(&next)
            })
            .then_output(|| {
                let mut items = page(&["10.0.0.3", "10.0.0.4"]);
                items[0].remove("task");
                QueryOutput::builder().set_items(Some(items)).build()
            });
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&first, &second]);
        let expected = ["10.0.0.1", "10.0.0.2", "10.0.0.4"].map(|ip| record(ip, 3));
        assert_eq!(ledger(client).query_owners(&group()).await, Ok(expected.to_vec()));
    }
}
