//! Ownership records are written 25 at a time, the most that BatchWriteItem takes.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use model::call::CallError;
use model::ledger::Ownership;

use super::item::ownership;
use super::{DynamoDbLedger, all};
use crate::changes::TargetKey;

const OPERATION: &str = "dynamodb:BatchWriteItem";
/// The most that BatchWriteItem takes, by DynamoDB's API Reference.
pub(super) const BATCH: usize = 25;
pub(super) const AT_ONCE: usize = 4;

impl DynamoDbLedger {
    /// Writes records over whatever there is of the same targets.
    ///
    /// A batch takes no conditions, so of two passes that write the same target at once the slower one wins, even if it
    /// looked earlier. Then the record names the earlier owner, or is one that should have ended: the next look at the
    /// group finds that out and writes it right. What is removed on its strength in between must still be missing from
    /// every interface, or belong to a task of a service that doesn't use the group.
    pub(super) async fn put_records(&self, records: BTreeMap<TargetKey<'_>, &Ownership>) -> Result<(), CallError> {
        self.write_batches(records.iter().map(put)).await
    }

    /// Makes writes, as many at once as a batch takes.
    pub(super) async fn write_batches(
        &self,
        writes: impl Iterator<Item = Result<WriteRequest, BuildError>>,
    ) -> Result<(), CallError> {
        let writes = writes.collect::<Result<Vec<_>, _>>().map_err(|error| self.unbuildable(OPERATION, &error))?;
        all(AT_ONCE, writes.chunks(BATCH).map(|batch| self.write_batch(batch.to_vec())).collect()).await
    }

    async fn write_batch(&self, mut batch: Vec<WriteRequest>) -> Result<(), CallError> {
        for attempt in self.backoff.attempts() {
            self.backoff.wait(attempt).await;
            let call = self.client.batch_write_item().request_items(&self.table, batch);
            let output = call.send().await.map_err(|error| self.failed(OPERATION, &self.table, &error))?;
            batch = output.unprocessed_items.into_iter().flatten().flat_map(|(_, left)| left).collect();
            if batch.is_empty() {
                return Ok(());
            }
        }
        Err(self.unprocessed(OPERATION, &format!("{} writes", batch.len())))
    }
}

fn put(((group, _), record): (&TargetKey<'_>, &&Ownership)) -> Result<WriteRequest, BuildError> {
    let put = PutRequest::builder().set_item(Some(ownership::write(group, record))).build()?;
    Ok(WriteRequest::builder().put_request(put).build())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
    use aws_smithy_mocks::{MockResponse, Rule, RuleMode, mock, mock_client};
    use model::call::CallErrorKind;
    use model::ledger::OwnershipChange;

    use super::*;
    use crate::Ledger as _;
    use crate::dynamodb::item::Item;
    use crate::dynamodb::mocked::{ledger, once};
    use crate::fixtures::{group, record};

    /// What a table has written, and how large the batches were.
    #[derive(Default)]
    struct Written {
        items: Vec<Item>,
        batches: Vec<usize>,
    }

    /// A table that leaves the last `left` of each batch unprocessed.
    fn table(left: usize) -> (Rule, Arc<Mutex<Written>>) {
        let written = Arc::new(Mutex::new(Written::default()));
        let inside = Arc::clone(&written);
        let rule = mock!(Client::batch_write_item).then_compute_output(move |input: &BatchWriteItemInput| {
            let mut puts = input.request_items().unwrap()["ledger"].clone();
            let unprocessed = puts.split_off(puts.len().saturating_sub(left));
            let mut written = inside.lock().unwrap();
            written.batches.push(puts.len() + unprocessed.len());
            written.items.extend(puts.into_iter().map(|put| put.put_request.unwrap().item));
            let output = BatchWriteItemOutput::builder();
            if unprocessed.is_empty() {
                output.build()
            } else {
                output.unprocessed_items("ledger", unprocessed).build()
            }
        });
        (rule, written)
    }

    fn records(many: u8) -> Vec<OwnershipChange> {
        (0..many).map(|n| OwnershipChange::Record(group(), record(&format!("10.0.0.{n}"), 3))).collect()
    }

    #[tokio::test]
    async fn records_are_written_25_at_a_time() {
        let (rule, written) = table(0);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
        let (all, again) = (records(60), records(60));
        assert_eq!(ledger(client).record(&[all, again].concat()).await, Ok(()));
        let mut written = written.lock().unwrap();
        written.batches.sort_unstable();
        assert_eq!((written.batches.as_slice(), written.items.len()), ([10, 25, 25].as_slice(), 60));
    }

    #[tokio::test]
    async fn nothing_to_write_is_no_call() {
        let (rule, _) = table(0);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
        assert_eq!(ledger(client).record(&[]).await, Ok(()));
        assert_eq!(rule.num_calls(), 0);
    }

    #[tokio::test]
    async fn what_is_left_unprocessed_is_written_again() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let inside = Arc::clone(&written);
        let rule = mock!(Client::batch_write_item).then_compute_output(move |input: &BatchWriteItemInput| {
            let mut puts = input.request_items().unwrap()["ledger"].clone();
            let unprocessed = puts.split_off(puts.len().min(10));
            inside.lock().unwrap().extend(puts.into_iter().map(|put| put.put_request.unwrap().item["sk"].clone()));
            BatchWriteItemOutput::builder().unprocessed_items("ledger", unprocessed).build()
        });
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
        assert_eq!(ledger(client).record(&records(25)).await, Ok(()));
        let mut keys: Vec<_> = written.lock().unwrap().iter().map(|sk| sk.as_s().unwrap().clone()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!((keys.len(), rule.num_calls()), (25, 3));
    }

    #[tokio::test]
    async fn what_stays_unprocessed_is_an_error() {
        let (rule, _) = table(3);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
        let error = ledger(client).record(&records(20)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "dynamodb:BatchWriteItem on ledger failed (throttled): 3 writes were left unprocessed after 4 attempts"
        );
    }

    #[tokio::test]
    async fn one_batch_that_fails_is_an_error_and_the_others_are_written() {
        let written = Arc::new(Mutex::new(0));
        let inside = Arc::clone(&written);
        let rule = mock!(Client::batch_write_item).then_compute_response(move |input: &BatchWriteItemInput| {
            let many = input.request_items().unwrap()["ledger"].len();
            if many < BATCH {
                *inside.lock().unwrap() += many;
                MockResponse::Output(BatchWriteItemOutput::builder().build())
            } else {
                let body = r#"{"__type":"AccessDeniedException","message":"no"}"#;
                MockResponse::Http(aws_sdk_dynamodb::config::http::HttpResponse::new(
                    400.try_into().unwrap(),
                    body.into(),
                ))
            }
        });
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule], once);
        let error = ledger(client).record(&records(30)).await.unwrap_err();
        assert_eq!((error.kind, *written.lock().unwrap()), (CallErrorKind::Denied, 5));
    }
}
