//! An ownership record ends when its target is seen absent or draining.

use std::collections::BTreeMap;

use model::Timestamp;
use model::call::CallError;

use super::item::{key, time};
use super::{DynamoDbLedger, all};
use crate::changes::TargetKey;

const AT_ONCE: usize = 16;

impl DynamoDbLedger {
    /// Ends records, each where it is still what the look that ends it could have seen.
    pub(super) async fn end_records(&self, ends: BTreeMap<TargetKey<'_>, Timestamp>) -> Result<(), CallError> {
        all(AT_ONCE, ends.into_iter().map(|(place, at)| self.end_record(place, at)).collect()).await
    }

    async fn end_record(&self, (group, target): TargetKey<'_>, at: Timestamp) -> Result<(), CallError> {
        let ended = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::ownership(group, target)))
            .update_expression("SET ended_at = :at")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(ended_at) AND seen_at < :at")
            .expression_attribute_values(":at", time(at))
            .send()
            .await;
        match ended {
            Ok(_) => Ok(()),
            // Gone, ended already, or seen again by a later look.
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(self.failed("dynamodb:UpdateItem", &format!("{target} in {group}"), &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
    use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use model::ledger::OwnershipChange;

    use super::*;
    use crate::Ledger as _;
    use crate::dynamodb::mocked::ledger;
    use crate::fixtures::{at, group, target};

    #[tokio::test]
    async fn nothing_left_to_end_is_success_and_a_failure_doesnt_stop_the_others() {
        fn sk(ip: &str) -> impl Fn(&aws_sdk_dynamodb::operation::update_item::UpdateItemInput) -> bool + use<> {
            let key = key::ownership(&group(), target(ip));
            move |update| update.key() == Some(&key)
        }
        let refused = mock!(Client::update_item).match_requests(sk("10.0.0.1")).then_http_response(|| {
            let body = r#"{"__type":"ValidationException","message":"wrong key"}"#;
            aws_sdk_dynamodb::config::http::HttpResponse::new(400.try_into().unwrap(), body.into())
        });
        let gone = mock!(Client::update_item).match_requests(sk("10.0.0.2")).then_error(|| {
            UpdateItemError::ConditionalCheckFailedException(ConditionalCheckFailedException::builder().build())
        });
        let ended = mock!(Client::update_item)
            .match_requests(sk("10.0.0.3"))
            .then_output(|| UpdateItemOutput::builder().build());
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&refused, &gone, &ended]);
        let ledger = ledger(client);
        let end = |ip| OwnershipChange::End(group(), target(ip), at(5));

        assert_eq!(ledger.record(&[end("10.0.0.2"), end("10.0.0.3")]).await, Ok(()));
        let error = ledger.record(&["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(end)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "dynamodb:UpdateItem on 10.0.0.1:8080 in {} failed (permanent, ValidationException): wrong key",
                group()
            )
        );
        assert_eq!((refused.num_calls(), gone.num_calls(), ended.num_calls()), (1, 2, 2));
    }
}
