//! Changes are counted by writing the window only over the state the new one was computed from.

use model::call::{CallError, CallErrorKind};
use model::ledger::{Limited, Window};
use model::observation::Table;

use super::DynamoDbLedger;
use super::item::{key, number, time, window};
use crate::memory::Kept;
use crate::window::Grant;
use crate::{LedgerFact, Reservation};

const READ: &str = "dynamodb:GetItem";
const WRITE: &str = "dynamodb:UpdateItem";

/// Whether a window is over is for the reader to say.
impl LedgerFact for Table<Limited, Window> {
    const ACTION: &'static str = READ;

    async fn in_table(ledger: &DynamoDbLedger, limited: &Limited) -> Result<Option<Window>, CallError> {
        ledger.get_window(limited).await
    }

    fn in_memory(kept: &Kept, limited: &Limited) -> Option<Window> {
        kept.windows.get(limited).copied()
    }
}

impl DynamoDbLedger {
    /// The last window opened.
    async fn get_window(&self, limited: &Limited) -> Result<Option<Window>, CallError> {
        let resource = key::limited(limited);
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .set_key(Some(key::window(limited)))
            .send()
            .await
            .map_err(|error| self.failed(READ, &resource, &error))?;
        let window = output.item.as_ref().map(window::read).transpose();
        // Not knowing how many were counted, nobody may count on.
        window.map_err(|error| self.unreadable(READ, &resource, &error))
    }

    /// Counts changes, as many as the window has room for.
    ///
    /// Two passes may read the same window; only one write of theirs finds it unchanged, and the other pass reads again.
    /// The SDK repeats a write whose answer got lost. If the first had gone through, the repeat finds the window
    /// changed, by itself, and its changes are counted a second time: the limit is reached too early, never exceeded.
    pub(super) async fn count(
        &self,
        reservation: &Reservation<'_>,
        limit: impl Fn(u32) -> u32,
    ) -> Result<u32, CallError> {
        for attempt in self.backoff.attempts() {
            self.backoff.wait(attempt).await;
            let counted = self.get_window(reservation.what).await?;
            let Some(grant) = Grant::of(counted, reservation, &limit) else { return Ok(0) };
            if self.replace_window(reservation.what, counted, grant.window).await? {
                return Ok(grant.changes);
            }
        }
        Err(CallError {
            operation: WRITE,
            resource: key::limited(reservation.what),
            kind: CallErrorKind::Transient,
            code: None,
            message: format!("other passes were counting changes at each of {} attempts", self.backoff.attempts),
        })
    }

    /// Writes the window over the one that was read; `false` if that is no longer what there is.
    ///
    /// A window's count only grows and one that replaces it is opened later, so the same time and count are the same
    /// state.
    async fn replace_window(&self, limited: &Limited, read: Option<Window>, new: Window) -> Result<bool, CallError> {
        let values = window::write(&new).into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        let write = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::window(limited)))
            .update_expression(
                "SET opened_at = :opened_at, whole = :whole, changes = :changes, expires_at = :expires_at",
            )
            .set_expression_attribute_values(Some(values));
        let write = match read {
            None => write.condition_expression("attribute_not_exists(pk)"),
            Some(read) => write
                .condition_expression("opened_at = :read_opened_at AND changes = :read_changes")
                .expression_attribute_values(":read_opened_at", time(read.opened_at))
                .expression_attribute_values(":read_changes", number(read.changes)),
        };
        match write.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(self.failed(WRITE, &key::limited(limited), &error)),
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

    /// A table with a window of 100 targets in which another pass counts one more change between each read and write,
    /// `rivals` times.
    fn contended(rivals: u32) -> (Rule, Rule, Arc<Mutex<Window>>) {
        let window = Arc::new(Mutex::new(Window { opened_at: at(0), whole: 100, changes: 0 }));
        let (kept, rivals) = (Arc::clone(&window), Mutex::new(rivals));
        let read = mock!(Client::get_item).then_compute_output(move |_| {
            let (mut kept, mut rivals) = (kept.lock().unwrap(), rivals.lock().unwrap());
            let item = window::write(&kept);
            if *rivals > 0 {
                *rivals -= 1;
                kept.changes += 1;
            }
            GetItemOutput::builder().set_item(Some(item)).build()
        });
        let kept = Arc::clone(&window);
        let write = mock!(Client::update_item).then_compute_response(move |input: &UpdateItemInput| {
            let values = input.expression_attribute_values().unwrap();
            let value = |name: &str| values[&format!(":{name}")].clone();
            let mut kept = kept.lock().unwrap();
            if (value("read_opened_at"), value("read_changes")) == (time(kept.opened_at), number(kept.changes)) {
                let written = ["opened_at", "whole", "changes"].map(|name| (name.to_owned(), value(name)));
                *kept = window::read(&written.into()).unwrap();
                MockResponse::Output(UpdateItemOutput::builder().build())
            } else {
                let lost = ConditionalCheckFailedException::builder().build();
                MockResponse::Error(UpdateItemError::ConditionalCheckFailedException(lost))
            }
        });
        (read, write, window)
    }

    async fn reserve(client: Client, wanted: u32) -> Result<u32, CallError> {
        let what = Limited::Removals(group());
        let window = Duration::from_secs(600);
        let reservation = Reservation { what: &what, wanted, whole: 7, window, now: at(9) };
        ledger(client).count(&reservation, |targets| targets / 20).await
    }

    #[tokio::test]
    async fn a_pass_that_lost_to_another_counts_on_top_of_it() {
        let (read, write, window) = contended(2);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read, &write]);
        assert_eq!(reserve(client, 4).await, Ok(3));
        assert_eq!(*window.lock().unwrap(), Window { opened_at: at(0), whole: 100, changes: 5 });
        assert_eq!((read.num_calls(), write.num_calls()), (3, 3));
    }

    #[tokio::test]
    async fn a_pass_that_always_loses_is_granted_nothing() {
        let (read, write, _) = contended(9);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read, &write]);
        let error = reserve(client, 1).await.unwrap_err();
        assert_eq!((error.kind, error.operation), (CallErrorKind::Transient, "dynamodb:UpdateItem"));
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
        assert_eq!(reserve(client, 1).await.map_err(|error| error.kind), Err(CallErrorKind::Transient));
    }

    #[tokio::test]
    async fn a_malformed_window_grants_nothing() {
        let read = mock!(Client::get_item).then_output(|| {
            let mut item = key::window(&Limited::Removals(group()));
            item.insert("opened_at".to_owned(), AttributeValue::S("noon".to_owned()));
            GetItemOutput::builder().set_item(Some(item)).build()
        });
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read]);
        let error = reserve(client, 1).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Permanent);
        assert!(error.message.ends_with(r#"delete that item from table "ledger""#), "{}", error.message);
    }
}
