//! What goes to the topic: as many changes as fit, in one message.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::finding::Severity;
use serde::Serialize;

use crate::update::{AlertUpdate, Origin};
use crate::words;

/// SNS takes 256 KB with all attributes; some are kept free for those.
const MAX_BYTES: usize = 240_000;

/// A filter policy that looks for one of very many values is no use.
const MAX_VALUES: usize = 100;

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlertMessage {
    /// Subject, for mail.
    pub(crate) subject: String,
    /// For people.
    pub(crate) text: String,
    /// For programs: JSON.
    pub(crate) body: String,
    /// To filter by: `change`, `severity`, `rule` and `cluster`, each with all values that occur.
    pub(crate) attributes: BTreeMap<&'static str, Vec<String>>,
    /// Which of the changes handed in are in it.
    pub(crate) alerts: Vec<usize>,
}

impl AlertMessage {
    /// What each kind of subscriber gets, as SNS's `MessageStructure` `json` has it. Mail and text messages are for people, all
    /// others for programs: SNS counts every key against the 256 KB, so what most get is there once, as the required `default`.
    /// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
    #[must_use]
    pub(crate) fn structure(&self) -> String {
        serde_json::json!({"default": self.body, "email": self.text, "sms": self.subject}).to_string()
    }
}

/// Puts news into as few messages as they fit in, the worst first.
pub(crate) fn messages(origin: &Origin, updates: &[AlertUpdate]) -> Vec<AlertMessage> {
    let mut order: Vec<(usize, &AlertUpdate)> = updates.iter().enumerate().collect();
    order.sort_by_key(|(nth, one)| (std::cmp::Reverse(one.urgency()), *nth));
    let mut batches: Vec<(usize, Vec<(usize, &AlertUpdate)>)> = Vec::new();
    for (nth, one) in order {
        let bytes = size(origin, one);
        match batches.last_mut() {
            Some((total, batch)) if *total + bytes <= MAX_BYTES => {
                *total += bytes;
                batch.push((nth, one));
            }
            _ => batches.push((bytes, vec![(nth, one)])),
        }
    }
    batches.iter().map(|(_, batch)| message(origin, batch)).collect()
}

/// How much a change takes at most: both forms are strings in a JSON object.
fn size(origin: &Origin, update: &AlertUpdate) -> usize {
    let in_json = |text: &str| serde_json::to_string(text).map_or(MAX_BYTES, |text| text.len());
    let body = serde_json::to_string(update).map_or(MAX_BYTES, |body| in_json(&body));
    body + in_json(&words::one(origin, update))
}

#[derive(Serialize)]
struct MessageBody<'a> {
    schema: u32,
    #[serde(flatten)]
    origin: &'a Origin,
    alerts: Vec<&'a AlertUpdate>,
}

fn message(origin: &Origin, batch: &[(usize, &AlertUpdate)]) -> AlertMessage {
    let alerts: Vec<&AlertUpdate> = batch.iter().map(|(_, one)| *one).collect();
    let (subject, text) = (words::subject(origin, &alerts), words::text(origin, &alerts));
    let attributes = BTreeMap::from([
        ("change", values(&alerts, |one| Some(one.change.to_string()))),
        ("severity", values(&alerts, |one| Some(one.severity.to_string()))),
        ("rule", values(&alerts, |one| Some(one.rule.clone()))),
        ("cluster", values(&alerts, |one| one.cluster.as_deref()?.rsplit('/').next().map(str::to_owned))),
    ]);
    let attributes = attributes.into_iter().filter(|(_, values)| !values.is_empty()).collect();
    // Nothing in it can fail to be JSON.
    let body = serde_json::to_string(&MessageBody { schema: 1, origin, alerts }).unwrap_or_default();
    AlertMessage { subject, text, body, attributes, alerts: batch.iter().map(|(nth, _)| *nth).collect() }
}

/// A test: no alert is in it.
pub(crate) fn test(origin: &Origin, at: Timestamp) -> AlertMessage {
    let body = serde_json::json!({
        "schema": 1, "account": origin.account, "account_name": origin.account_name, "region": origin.region,
        "function": origin.function,
        "test": true, "at": at, "alerts": [],
    });
    AlertMessage {
        subject: words::test_subject(origin),
        text: words::test_text(origin),
        body: body.to_string(),
        // It gets past filters by severity.
        attributes: BTreeMap::from([
            ("change", vec!["test".to_owned()]),
            ("severity", Severity::ALL.iter().map(ToString::to_string).collect()),
        ]),
        alerts: vec![],
    }
}

fn values(alerts: &[&AlertUpdate], of: impl Fn(&AlertUpdate) -> Option<String>) -> Vec<String> {
    let values: BTreeSet<String> = alerts.iter().filter_map(|one| of(one)).collect();
    values.into_iter().take(MAX_VALUES).collect()
}

#[cfg(test)]
pub(crate) mod tests;
