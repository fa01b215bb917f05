//! Facts that seldom change, so that a sweep needn't ask AWS for them.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use model::call::CallError;
use model::observation::{Question, Remembered};

use super::DynamoDbLedger;
use super::item::{Item, fact, key};
use super::record::{AT_ONCE, BATCH};

const OPERATION: &str = "dynamodb:BatchGetItem";
/// The most that BatchGetItem takes, by DynamoDB's API Reference.
const READ: usize = 100;

impl DynamoDbLedger {
    /// What this version of the program keeps as an answer to the questions. An item that makes no sense is left out.
    ///
    /// The reads are eventually consistent: a fact has the time it was read, however late it is found.
    ///
    /// # Errors
    /// When any of it can't be read.
    pub async fn recall_facts(&self, questions: &[Question], version: &str) -> Result<Vec<Remembered>, CallError> {
        let keys: Vec<Item> = questions.iter().filter_map(key::fact).collect();
        let calls: Vec<_> = keys.chunks(READ).map(|batch| self.get_batch(batch.to_vec())).collect();
        let items: Vec<Vec<Item>> = stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await?;
        let facts = items.iter().flatten().filter_map(|item| match fact::read(item, version) {
            Ok(remembered) => remembered,
            Err(error) => {
                tracing::warn!(ledger.table = %self.table, error.message = %error, "a fact can't be read");
                None
            }
        });
        Ok(facts.collect())
    }

    /// Keeps facts in place of earlier ones.
    ///
    /// # Errors
    /// When any isn't known to be kept.
    pub async fn keep_facts(&self, facts: &[Remembered], version: &str) -> Result<(), CallError> {
        let put = |item: Item| -> Result<WriteRequest, BuildError> {
            let put = PutRequest::builder().set_item(Some(item)).build()?;
            Ok(WriteRequest::builder().put_request(put).build())
        };
        // A batch that fails is the last: what isn't kept is only read again.
        for batch in facts.chunks(AT_ONCE * BATCH) {
            self.write_batches(batch.iter().filter_map(|one| fact::write(one, version)).map(put)).await?;
        }
        Ok(())
    }

    /// Forgets what answers these questions, whatever version kept it.
    ///
    /// # Errors
    /// When any isn't known to be forgotten.
    pub async fn forget_facts(&self, questions: &BTreeSet<Question>) -> Result<(), CallError> {
        let delete = |key: Item| -> Result<WriteRequest, BuildError> {
            let delete = DeleteRequest::builder().set_key(Some(key)).build()?;
            Ok(WriteRequest::builder().delete_request(delete).build())
        };
        self.write_batches(questions.iter().filter_map(key::fact).map(delete)).await
    }

    async fn get_batch(&self, mut keys: Vec<Item>) -> Result<Vec<Item>, CallError> {
        let mut items = Vec::with_capacity(keys.len());
        for attempt in self.backoff.attempts() {
            self.backoff.wait(attempt).await;
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .build()
                .map_err(|error| self.unbuildable(OPERATION, &error))?;
            let call = self.client.batch_get_item().request_items(&self.table, wanted);
            let output = call.send().await.map_err(|error| self.failed(OPERATION, &self.table, &error))?;
            items.extend(output.responses.into_iter().flatten().flat_map(|(_, items)| items));
            keys = output.unprocessed_keys.into_iter().flatten().flat_map(|(_, left)| left.keys).collect();
            if keys.is_empty() {
                return Ok(items);
            }
        }
        Err(self.unprocessed(OPERATION, &format!("{} reads", keys.len())))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
    use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};

    use super::*;
    use crate::dynamodb::item::string;
    use crate::dynamodb::mocked::ledger;
    use crate::fixtures::remembered;

    /// A table with these items that gives back at most so many at once.
    fn table(items: Vec<Item>, most: usize) -> (Rule, Arc<Mutex<Vec<usize>>>) {
        let name = |item: &Item| item["pk"].as_s().unwrap().clone();
        let items: BTreeMap<String, Item> = items.into_iter().map(|item| (name(&item), item)).collect();
        let batches = Arc::new(Mutex::new(Vec::new()));
        let inside = Arc::clone(&batches);
        let rule = mock!(Client::batch_get_item).then_compute_output(move |input: &BatchGetItemInput| {
            let mut keys = input.request_items().unwrap()["ledger"].keys().to_vec();
            inside.lock().unwrap().push(keys.len());
            let left = keys.split_off(keys.len().min(most));
            let found = keys.iter().filter_map(|key| items.get(&name(key)).cloned()).collect();
            let output = BatchGetItemOutput::builder().responses("ledger", found);
            if left.is_empty() {
                return output.build();
            }
            let left = KeysAndAttributes::builder().set_keys(Some(left)).build().unwrap();
            output.unprocessed_keys("ledger", left).build()
        });
        (rule, batches)
    }

    fn items(of: impl Iterator<Item = usize>) -> Vec<Item> {
        of.map(|n| fact::write(&remembered(n), "1").unwrap()).collect()
    }

    #[tokio::test]
    async fn a_hundred_are_asked_for_at_a_time_and_those_that_are_kept_come_back() {
        let (rule, batches) = table(items((0..250).filter(|n| n % 2 == 0)), 100);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
        let questions: Vec<_> = (0..250).map(|n| remembered(n).fact.question()).collect();
        let recalled = ledger(client).recall_facts(&questions, "1").await.unwrap();
        assert_eq!(recalled.len(), 125);
        assert!(recalled.contains(&remembered(248)));
        let mut batches = batches.lock().unwrap().clone();
        batches.sort_unstable();
        assert_eq!(batches, [50, 100, 100]);
    }

    #[tokio::test]
    async fn what_is_left_unprocessed_is_asked_for_again() {
        let (rule, batches) = table(items(0..10), 4);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
        let questions: Vec<_> = (0..10).map(|n| remembered(n).fact.question()).collect();
        assert_eq!(ledger(client).recall_facts(&questions, "1").await.unwrap().len(), 10);
        assert_eq!(*batches.lock().unwrap(), [10, 6, 2]);
    }

    #[tokio::test]
    async fn what_is_forgotten_is_deleted_by_its_key() {
        let deleted = Arc::new(Mutex::new(Vec::new()));
        let inside = Arc::clone(&deleted);
        let rule = mock!(Client::batch_write_item).then_compute_output(move |input: &BatchWriteItemInput| {
            let writes = input.request_items().unwrap()["ledger"].clone();
            inside.lock().unwrap().extend(writes.into_iter().map(|write| write.delete_request.unwrap().key));
            BatchWriteItemOutput::builder().build()
        });
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
        let of = remembered(1).fact.question();
        assert_eq!(ledger(client).forget_facts(&[of.clone()].into()).await, Ok(()));
        assert_eq!(*deleted.lock().unwrap(), [key::fact(&of).unwrap()]);
    }

    #[tokio::test]
    async fn what_another_version_wrote_and_what_makes_no_sense_is_left_out() {
        let mut all = items(0..2);
        all[0].insert("fact".to_owned(), string(&"?"));
        all.push(fact::write(&remembered(2), "2").unwrap());
        let (rule, _) = table(all, 100);
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
        let questions: Vec<_> = (0..3).map(|n| remembered(n).fact.question()).collect();
        assert_eq!(ledger(client).recall_facts(&questions, "1").await, Ok(vec![remembered(1)]));
    }
}
