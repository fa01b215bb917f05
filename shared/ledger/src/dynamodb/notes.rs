//! What is noted before a change that must not be made by two at once: a service's update, a task's stop.
//!
//! A note is written only over the one that was read before. The SDK repeats a write whose answer got lost; if the first
//! had gone through, the repeat finds the note changed, by itself, and the change isn't made: too few, never too many.

use aws_sdk_dynamodb::types::AttributeValue;
use model::Timestamp;
use model::call::CallError;
use model::ledger::{ServiceUpdate, TaskStop};
use model::observation::{All, Table};
use model::scope::ServiceId;

use super::DynamoDbLedger;
use super::item::{Item, ItemError, key, stop, time, update};
use crate::LedgerFact;
use crate::memory::Kept;

const READ: &str = "dynamodb:GetItem";
const WRITE: &str = "dynamodb:PutItem";

impl LedgerFact for Table<All, ServiceUpdate> {
    const ACTION: &'static str = READ;

    async fn in_table(ledger: &DynamoDbLedger, _: &All) -> Result<Option<ServiceUpdate>, CallError> {
        ledger.get_note(key::latest_update(), "the latest update", update::read).await
    }

    fn in_memory(kept: &Kept, _: &All) -> Option<ServiceUpdate> {
        kept.latest_update.clone()
    }
}

/// It is remembered for ever.
impl LedgerFact for Table<ServiceId, ServiceUpdate> {
    const ACTION: &'static str = READ;

    async fn in_table(ledger: &DynamoDbLedger, service: &ServiceId) -> Result<Option<ServiceUpdate>, CallError> {
        ledger.get_note(key::service_update(service), &service.to_string(), update::read).await
    }

    fn in_memory(kept: &Kept, service: &ServiceId) -> Option<ServiceUpdate> {
        kept.updates.get(service).cloned()
    }
}

impl LedgerFact for Table<ServiceId, TaskStop> {
    const ACTION: &'static str = READ;

    async fn in_table(ledger: &DynamoDbLedger, service: &ServiceId) -> Result<Option<TaskStop>, CallError> {
        ledger.get_note(key::task_stop(service), &service.to_string(), stop::read).await
    }

    fn in_memory(kept: &Kept, service: &ServiceId) -> Option<TaskStop> {
        kept.stops.get(service).cloned()
    }
}

impl DynamoDbLedger {
    /// Notes an update: as the latest, which only one of several passes can, and then as the service's own.
    pub(super) async fn note_update(
        &self,
        noted: &ServiceUpdate,
        after: Option<&ServiceUpdate>,
    ) -> Result<bool, CallError> {
        let resource = noted.service.to_string();
        let latest = update::write(key::latest_update(), noted);
        let after = after.map(|read| (read.at, AttributeValue::S(read.service.name.to_string())));
        if !self.put_over(latest, "service_name", after, &resource).await? {
            return Ok(false);
        }
        let own = update::write(key::service_update(&noted.service), noted);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(own)).send().await;
        put.map(|_| true).map_err(|error| self.failed(WRITE, &resource, &error))
    }

    /// Notes that an update was seen, where it is still the service's last.
    pub(super) async fn note_confirmation(&self, noted: &ServiceUpdate) -> Result<(), CallError> {
        let confirmed = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::service_update(&noted.service)))
            .update_expression("SET confirmed = :yes")
            .condition_expression("noted_at = :noted_at")
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .expression_attribute_values(":noted_at", time(noted.at))
            .send()
            .await;
        match confirmed {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(self.failed("dynamodb:UpdateItem", &noted.service.to_string(), &error)),
        }
    }

    /// Notes a stop.
    pub(super) async fn note_stop(&self, noted: &TaskStop, after: Option<&TaskStop>) -> Result<bool, CallError> {
        let after = after.map(|read| (read.at, AttributeValue::S(read.task.to_string())));
        self.put_over(stop::write(noted), "task", after, &noted.service.to_string()).await
    }

    async fn get_note<T>(
        &self,
        key: Item,
        resource: &str,
        read: impl Fn(&Item) -> Result<T, ItemError> + Send,
    ) -> Result<Option<T>, CallError> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true).set_key(Some(key)).send().await;
        let output = get.map_err(|error| self.failed(READ, resource, &error))?;
        // What can't be made sense of may be the note that forbids the change.
        output.item.as_ref().map(read).transpose().map_err(|error| self.unreadable(READ, resource, &error))
    }

    /// Writes a note over the one read, told by its time and by one more attribute; `false` if that is no longer there.
    async fn put_over(
        &self,
        item: Item,
        attribute: &'static str,
        read: Option<(Timestamp, AttributeValue)>,
        resource: &str,
    ) -> Result<bool, CallError> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = match read {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some((at, value)) => put
                .condition_expression("noted_at = :read_at AND #other = :read_other")
                .expression_attribute_names("#other", attribute)
                .expression_attribute_values(":read_at", time(at))
                .expression_attribute_values(":read_other", value),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(self.failed(WRITE, resource, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
    use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemInput, PutItemOutput};
    use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
    use aws_smithy_mocks::{MockResponse, RuleMode, mock, mock_client};
    use model::call::CallErrorKind;

    use super::*;
    use crate::Ledger as _;
    use crate::dynamodb::mocked::ledger;
    use crate::fixtures::at;

    fn noted(name: &str, second: i64) -> ServiceUpdate {
        let cluster = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().unwrap();
        ServiceUpdate {
            service: ServiceId::new(&cluster, name),
            at: at(second),
            added: BTreeSet::from(["sg-1".parse().unwrap()]),
            removed: BTreeSet::new(),
            deployment: None,
            confirmed: false,
        }
    }

    #[tokio::test]
    async fn a_note_goes_over_the_one_that_was_read_and_no_other() {
        let latest: Arc<Mutex<Option<Item>>> = Arc::default();
        let kept = Arc::clone(&latest);
        let put = mock!(Client::put_item).then_compute_response(move |input: &PutItemInput| {
            let mut kept = kept.lock().unwrap();
            let item = input.item().unwrap().clone();
            let expected = input.expression_attribute_values();
            let stands = match (input.condition_expression(), kept.as_ref()) {
                (None, _) => return MockResponse::Output(PutItemOutput::builder().build()),
                (Some("attribute_not_exists(pk)"), there) => there.is_none(),
                (Some(_), there) => there.is_some_and(|there| {
                    let expected = expected.unwrap();
                    there["noted_at"] == expected[":read_at"] && there["service_name"] == expected[":read_other"]
                }),
            };
            if stands {
                *kept = Some(item);
                return MockResponse::Output(PutItemOutput::builder().build());
            }
            let lost = ConditionalCheckFailedException::builder().build();
            MockResponse::Error(PutItemError::ConditionalCheckFailedException(lost))
        });
        let ledger = ledger(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&put]));
        let (web, api) = (noted("web", 1), noted("api", 1));
        assert_eq!(ledger.begin_update(&web, None).await, Ok(true));
        assert_eq!(ledger.begin_update(&api, None).await, Ok(false));
        assert_eq!(ledger.begin_update(&web, Some(&api)).await, Ok(false));
        assert_eq!(ledger.begin_update(&api, Some(&web)).await, Ok(true));
        let item = latest.lock().unwrap().clone().unwrap();
        assert_eq!(update::read(&item), Ok(api));
    }

    #[tokio::test]
    async fn a_note_that_makes_no_sense_is_unread() {
        let read = mock!(Client::get_item)
            .then_output(|| GetItemOutput::builder().set_item(Some(key::latest_update())).build());
        let ledger = ledger(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&read]));
        assert_eq!(
            ledger.read::<Table<All, ServiceUpdate>>(&All).await.map_err(|error| error.kind),
            Err(CallErrorKind::Permanent)
        );
    }
}
