//! An event bus of EventBridge: this account's, or a central one that forty accounts share.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>

use std::time::SystemTime;

use aws::client::signed::{SignedClient, SignedRequest};
use aws_config::SdkConfig;
use jiff::Timestamp;
use model::alert::AlertChange;
use model::call::{CallError, CallErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Delivery;
use crate::update::{AlertUpdate, Origin};
use crate::words;

const PUT_EVENTS: &str = "events:PutEvents";

/// What all events come from.
pub const SOURCE: &str = "ecs-nlb-guard";

/// "Array Members: Minimum number of 1 item. Maximum number of 10 items."
const MAX_EVENTS: usize = 10;

/// "The total entry size must be less than 256 KB": `eb-putevents.html` in the EventBridge guide. If AWS takes more by now, this is
/// still within it.
const MAX_BYTES: usize = 256_000;

/// An event, before it has a bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusEvent {
    /// The detail type.
    pub detail_type: String,
    /// The detail: JSON.
    pub detail: String,
    /// ARNs of what it is about.
    pub resources: Vec<String>,
    /// When it happened.
    pub time: Timestamp,
}

#[derive(Serialize)]
struct AlertDetail<'a> {
    schema: u32,
    #[serde(flatten)]
    origin: &'a Origin,
    /// What a mail about this alone would have as its subject, and as its text.
    headline: String,
    text: String,
    #[serde(flatten)]
    update: &'a AlertUpdate,
}

impl BusEvent {
    /// An event of that type, with what says where it is from.
    #[must_use]
    pub fn new(detail_type: &str, origin: &Origin, detail: Value, resources: Vec<String>, time: Timestamp) -> Self {
        let mut all = json!({"schema": 1});
        for more in [serde_json::to_value(origin).unwrap_or_default(), detail] {
            if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
                all.extend(more);
            }
        }
        Self { detail_type: detail_type.to_owned(), detail: all.to_string(), resources, time }
    }

    /// What happened to an alert.
    #[must_use]
    pub fn alert(origin: &Origin, update: &AlertUpdate) -> Self {
        let detail = AlertDetail {
            schema: 1,
            origin,
            headline: words::subject(origin, &[update]),
            text: words::one(origin, update),
            update,
        };
        let resources = [&update.service, &update.target_group, &update.cluster].into_iter().flatten().cloned();
        let detail_type = match update.change {
            AlertChange::Opened => "Alert Opened",
            AlertChange::Worsened => "Alert Worsened",
            AlertChange::Reminder => "Alert Reminder",
            AlertChange::Resolved => "Alert Resolved",
        };
        Self {
            detail_type: detail_type.to_owned(),
            detail: serde_json::to_string(&detail).unwrap_or_default(),
            resources: resources.collect(),
            time: update.at,
        }
    }

    /// A test.
    #[must_use]
    pub fn test(origin: &Origin, at: Timestamp) -> Self {
        let headline = words::test_subject(origin);
        let detail = json!({"at": at, "headline": headline, "text": words::test_text(origin)});
        Self::new("Test", origin, detail, vec![], at)
    }

    fn entry(&self, bus: &str) -> Value {
        json!({
            "Time": self.time.as_second(),
            "Source": SOURCE,
            "DetailType": self.detail_type,
            "Detail": self.detail,
            "Resources": self.resources,
            "EventBusName": bus,
        })
    }

    /// How AWS counts: the time as 14 bytes, and the UTF-8 of everything else.
    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size>
    fn size(&self) -> usize {
        let resources: usize = self.resources.iter().map(String::len).sum();
        14 + SOURCE.len() + self.detail_type.len() + self.detail.len() + resources
    }
}

/// A bus.
#[derive(Debug, Clone)]
pub struct EventBus {
    client: SignedClient,
    arn: String,
}

impl EventBus {
    /// The bus with this ARN. Whether there is one shows at the first event.
    #[must_use]
    pub fn new(config: &SdkConfig, arn: &str, now: fn() -> SystemTime) -> Self {
        Self { client: SignedClient::new(config, now), arn: arn.to_owned() }
    }

    pub(crate) async fn deliver(&self, origin: &Origin, updates: &[AlertUpdate]) -> Delivery {
        let events: Vec<BusEvent> = updates.iter().map(|update| BusEvent::alert(origin, update)).collect();
        let mut delivery = Delivery::default();
        for (nth, put) in self.put(&events).await.into_iter().enumerate() {
            delivery.add(put, [nth]);
        }
        // Those of one request mostly fail alike: one failure is enough.
        delivery.failures.dedup();
        delivery
    }

    /// Puts events on the bus, and returns for each whether it was taken.
    pub async fn put(&self, events: &[BusEvent]) -> Vec<Result<(), CallError>> {
        let mut taken = Vec::new();
        for batch in batches(events) {
            let entries: Vec<Value> = batch.iter().map(|event| event.entry(&self.arn)).collect();
            match self.request(&json!({"Entries": entries}).to_string()).await {
                Ok(answer) => taken.extend((0..batch.len()).map(|nth| self.of_entry(&answer, nth))),
                Err(error) => taken.extend(batch.iter().map(|_| Err(error.clone()))),
            }
        }
        taken
    }

    async fn request(&self, body: &str) -> Result<Value, CallError> {
        let request = SignedRequest {
            action: PUT_EVENTS,
            resource: &self.arn,
            method: "POST",
            endpoint: &self.client.endpoint("EventBridge", "events"),
            path: "/",
            headers: &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AWSEvents.PutEvents")],
            body,
        };
        let answer = self.client.send(&request).await?;
        serde_json::from_str(&answer).map_err(|error| self.failed(CallErrorKind::Transient, None, error.to_string()))
    }

    /// What the answer says of one entry: "the index of each response element is the same as in the request".
    fn of_entry(&self, answer: &Value, nth: usize) -> Result<(), CallError> {
        let text = |key: &str| answer["Entries"][nth][key].as_str().map(str::to_owned);
        if text("EventId").is_some() {
            return Ok(());
        }
        let message = text("ErrorMessage").unwrap_or_else(|| "the event was not taken".to_owned());
        Err(self.failed(CallErrorKind::Transient, text("ErrorCode"), message))
    }

    fn failed(&self, kind: CallErrorKind, code: Option<String>, message: String) -> CallError {
        CallError { operation: PUT_EVENTS, resource: self.arn.clone(), kind, code, message }
    }
}

/// As many events together as one request takes.
fn batches(events: &[BusEvent]) -> Vec<&[BusEvent]> {
    let mut batches = Vec::new();
    let mut rest = events;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fit = rest.iter().take(MAX_EVENTS).take_while(|event| {
            bytes += event.size();
            bytes <= MAX_BYTES
        });
        let (batch, others) = rest.split_at(fit.count().max(1));
        batches.push(batch);
        rest = others;
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::{origin, update};
    use super::*;
    use model::finding::Severity;

    fn event(bytes: usize) -> BusEvent {
        let detail = "x".repeat(bytes);
        BusEvent { detail_type: "Test".to_owned(), detail, resources: vec![], time: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_request_has_ten_events_and_256_kb_at_most() {
        let sizes = |events: &[BusEvent]| batches(events).iter().map(|batch| batch.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&vec![event(10); 25]), [10, 10, 5]);
        assert_eq!(sizes(&vec![event(100_000); 5]), [2, 2, 1]);
        assert_eq!(sizes(&[event(10), event(300_000), event(10)]), [1, 1, 1]);
        assert_eq!(sizes(&[]), [0; 0]);
    }

    #[test]
    fn an_alerts_event_says_all_that_the_topic_does_and_reads_by_itself() {
        let event = BusEvent::alert(&origin(), &update(1, AlertChange::Opened, Severity::High));
        let detail: Value = serde_json::from_str(&event.detail).unwrap();
        assert_eq!(
            (event.detail_type.as_str(), &detail["schema"], &detail["status"]),
            ("Alert Opened", &json!(1), &json!("open"))
        );
        assert_eq!((&detail["account"], &detail["account_name"]), (&json!("111122223333"), &json!("shop")));
        assert!(detail["headline"].as_str().unwrap().starts_with("HIGH opened: "));
        assert!(detail["text"].as_str().unwrap().starts_with("OPENED | HIGH | prod/web-1\n"));
        assert_eq!(event.resources.len(), 2);
    }

    #[test]
    fn an_event_that_is_kept_is_read_again() {
        let event = BusEvent::test(&origin(), Timestamp::UNIX_EPOCH);
        let kept = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<BusEvent>(&kept).unwrap(), event);
    }
}
