//! Removals are counted by writing the window only over the state the new one was computed from.

use model::call::{CallError, CallErrorKind};
use model::id::TargetGroupArn;
use model::ledger::RemovalWindow;

use super::DynamoDbLedger;
use super::item::{key, number, removals, time};
use crate::RemovalRequest;
use crate::window::Grant;

const READ: &str = "dynamodb:GetItem";
const WRITE: &str = "dynamodb:UpdateItem";

impl DynamoDbLedger {
    /// The last window opened in the group.
    pub(super) async fn get_removals(&self, group: &TargetGroupArn) -> Result<Option<RemovalWindow>, CallError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .set_key(Some(key::removals(group)))
            .send()
            .await
            .map_err(|error| self.failed(READ, group.as_str(), &error))?;
        let window = output.item.as_ref().map(removals::read).transpose();
        // Not knowing how many were counted, nobody may count on.
        window.map_err(|error| self.unreadable(READ, group.as_str(), &error))
    }

    /// Counts removals, as many as the window has room for.
    ///
    /// Two passes may read the same window; only one write of theirs finds it unchanged, and the other pass reads again.
    /// The SDK repeats a write whose answer got lost. If the first had gone through, the repeat finds the window
    /// changed, by itself, and its removals are counted a second time: the limit is reached too early, never exceeded.
    pub(super) async fn count_removals(
        &self,
        request: &RemovalRequest<'_>,
        limit: impl Fn(u32) -> u32,
    ) -> Result<u32, CallError> {
        for attempt in self.backoff.attempts() {
            self.backoff.wait(attempt).await;
            let counted = self.get_removals(request.group).await?;
            let Some(grant) = Grant::of(counted, request, &limit) else { return Ok(0) };
            if self.replace_window(request.group, counted, grant.window).await? {
                return Ok(grant.removals);
            }
        }
        Err(CallError {
            operation: WRITE,
            resource: request.group.to_string(),
            kind: CallErrorKind::Passing,
            code: None,
            message: format!(
                "other passes were counting removals in this group at each of {} attempts",
                self.backoff.attempts
            ),
        })
    }

    /// Writes the window over the one that was read; `false` if that is no longer what there is.
    ///
    /// A window's count only grows and one that replaces it is opened later, so the same time and count are the same
    /// state.
    async fn replace_window(
        &self,
        group: &TargetGroupArn,
        read: Option<RemovalWindow>,
        new: RemovalWindow,
    ) -> Result<bool, CallError> {
        let values = removals::write(&new).into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        let write = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::removals(group)))
            .update_expression(
                "SET opened_at = :opened_at, targets = :targets, removals = :removals, expires_at = :expires_at",
            )
            .set_expression_attribute_values(Some(values));
        let write = match read {
            None => write.condition_expression("attribute_not_exists(pk)"),
            Some(read) => write
                .condition_expression("opened_at = :read_opened_at AND removals = :read_removals")
                .expression_attribute_values(":read_opened_at", time(read.opened_at))
                .expression_attribute_values(":read_removals", number(read.removals)),
        };
        match write.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(self.failed(WRITE, group.as_str(), &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
    use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput};
    use aws_sdk_dynamodb::types::AttributeValue;
    use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
    use aws_smithy_mocks::{MockResponse, Rule, RuleMode, mock, mock_client};

    use super::*;
    use crate::dynamodb::mocked::{ledger, once};
    use crate::fixtures::{at, group};

    /// A table with a window of 100 targets in which another pass counts one more removal between each read and write,
    /// `rivals` times.
    fn contended(rivals: u32) -> (Rule, Rule, Arc<Mutex<RemovalWindow>>) {
        let window = Arc::new(Mutex::new(RemovalWindow { opened_at: at(0), targets: 100, removals: 0 }));
        let (kept, rivals) = (Arc::clone(&window), Mutex::new(rivals));
        let read = mock!(Client::get_item).then_compute_output(move |_| {
            let (mut kept, mut rivals) = (kept.lock().unwrap(), rivals.lock().unwrap());
            let item = removals::write(&kept);
            if *rivals > 0 {
                *rivals -= 1;
                kept.removals += 1;
            }
            GetItemOutput::builder().set_item(Some(item)).build()
        });
        let kept = Arc::clone(&window);
        let write = mock!(Client::update_item).then_compute_response(move |input: &UpdateItemInput| {
            let values = input.expression_attribute_values().unwrap();
            let value = |name: &str| values[&format!(":{name}")].clone();
            let mut kept = kept.lock().unwrap();
            if (value("read_opened_at"), value("read_removals")) == (time(kept.opened_at), number(kept.removals)) {
                let written = ["opened_at", "targets", "removals"].map(|name| (name.to_owned(), value(name)));
                *kept = removals::read(&written.into()).unwrap();
                MockResponse::Output(UpdateItemOutput::builder().build())
            } else {
                let lost = ConditionalCheckFailedException::builder().build();
                MockResponse::Error(UpdateItemError::ConditionalCheckFailedException(lost))
            }
        });
        (read, write, window)
    }

    async fn reserve(client: Client, wanted: u32) -> Result<u32, CallError> {
        let group = group();
        let window = Duration::from_secs(600);
        let request = RemovalRequest { group: &group, wanted, targets: 7, window, now: at(9) };
        ledger(client).count_removals(&request, |targets| targets / 20).await
    }

    #[tokio::test]
    async fn a_pass_that_lost_to_another_counts_on_top_of_it() {
        let (read, write, window) = contended(2);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read, &write]);
        assert_eq!(reserve(client, 4).await, Ok(3));
        assert_eq!(*window.lock().unwrap(), RemovalWindow { opened_at: at(0), targets: 100, removals: 5 });
        assert_eq!((read.num_calls(), write.num_calls()), (3, 3));
    }

    #[tokio::test]
    async fn a_pass_that_always_loses_is_granted_nothing() {
        let (read, write, _) = contended(9);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read, &write]);
        let error = reserve(client, 1).await.unwrap_err();
        assert_eq!((error.kind, error.operation), (CallErrorKind::Passing, "dynamodb:UpdateItem"));
        assert_eq!(write.num_calls(), 4);
    }

    #[tokio::test]
    async fn a_window_without_room_is_not_written() {
        let (read, write, _) = contended(0);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read, &write]);
        assert_eq!(reserve(client, 0).await, Ok(0));
        assert_eq!(write.num_calls(), 0);
    }

    #[tokio::test]
    async fn a_write_that_may_have_been_done_grants_nothing() {
        let (read, ..) = contended(0);
        let write = mock!(Client::update_item).sequence().http_status(500, None).repeatedly().build();
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read, &write], once);
        assert_eq!(reserve(client, 1).await.map_err(|error| error.kind), Err(CallErrorKind::Passing));
    }

    #[tokio::test]
    async fn a_malformed_window_grants_nothing() {
        let read = mock!(Client::get_item).then_output(|| {
            let mut item = key::removals(&group());
            item.insert("opened_at".to_owned(), AttributeValue::S("noon".to_owned()));
            GetItemOutput::builder().set_item(Some(item)).build()
        });
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read]);
        let error = reserve(client, 1).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Refused);
        assert!(error.message.ends_with(r#"delete that item from table "ledger""#), "{}", error.message);
    }
}
