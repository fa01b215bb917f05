//! What is said: as many changes as fit, in one message.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::alert::{Alert, AlertChange, PendingNotice};
use model::finding::Severity;
use model::id::{AccountId, Region};
use serde::Serialize;

/// SNS takes 256 KB with all attributes; some are kept free for those.
const MAX_BYTES: usize = 240_000;

/// A filter policy that looks for one of very many values is no use.
const MAX_VALUES: usize = 100;

/// Summaries are cut to this many characters, so that any change fits into a message.
const MAX_TEXT: usize = 2_000;

/// Where this is, so that one topic, or one reader, can serve several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// The function that tells.
    pub function: String,
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertMessage {
    /// Subject, for mail.
    pub subject: String,
    /// JSON.
    pub body: String,
    /// To filter by: `change`, `severity`, `rule` and `cluster`, each with all values that occur.
    pub attributes: BTreeMap<&'static str, Vec<String>>,
    /// Which of the changes handed in are in it.
    pub alerts: Vec<usize>,
}

/// A change, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertUpdate {
    /// What happened.
    pub change: AlertChange,
    /// The alert's severity now.
    pub severity: Severity,
    /// The rule.
    pub rule: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_group: Option<String>,
    /// How many findings there were.
    pub findings: u32,
    /// The worst of them.
    pub summary: String,
    /// What a person can do.
    pub remedy: String,
    /// When it happened.
    pub at: Timestamp,
    /// How often this has opened so far.
    pub times_opened: u32,
}

impl AlertUpdate {
    /// What is told of an alert.
    #[must_use]
    pub fn of(alert: &Alert, untold: PendingNotice) -> Self {
        let cut = |text: &str| text.chars().take(MAX_TEXT).collect();
        let service = alert.key.service.as_ref().or(alert.service.as_ref());
        let cluster = alert.key.cluster.as_ref().or(alert.cluster.as_ref()).cloned();
        let cluster = cluster.or_else(|| service.and_then(|service| service.cluster()));
        Self {
            change: untold.change,
            severity: alert.severity,
            rule: alert.key.rule.clone(),
            cluster: cluster.map(|cluster| cluster.to_string()),
            service: service.map(ToString::to_string),
            target_group: alert.key.target_group.as_ref().map(ToString::to_string),
            findings: alert.findings,
            summary: cut(&alert.summary),
            remedy: cut(&alert.remedy),
            at: untold.at,
            times_opened: alert.times_opened,
        }
    }

    /// How urgent it is: what is resolved least.
    fn urgency(&self) -> (bool, Severity, AlertChange) {
        (self.change != AlertChange::Resolved, self.severity, self.change)
    }
}

/// Puts news into as few messages as they fit in, the worst first.
pub(crate) fn messages(origin: &Origin, updates: &[AlertUpdate]) -> Vec<AlertMessage> {
    let mut order: Vec<(usize, &AlertUpdate, usize)> = updates
        .iter()
        .enumerate()
        .map(|(nth, one)| (nth, one, serde_json::to_vec(one).map_or(MAX_BYTES, |json| json.len() + 1)))
        .collect();
    order.sort_by_key(|(nth, one, _)| (std::cmp::Reverse(one.urgency()), *nth));
    let mut batches: Vec<(usize, Vec<(usize, &AlertUpdate)>)> = Vec::new();
    for (nth, one, bytes) in order {
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

#[derive(Serialize)]
struct MessageBody<'a> {
    schema: u32,
    #[serde(flatten)]
    origin: &'a Origin,
    alerts: Vec<&'a AlertUpdate>,
}

fn message(origin: &Origin, batch: &[(usize, &AlertUpdate)]) -> AlertMessage {
    let alerts: Vec<&AlertUpdate> = batch.iter().map(|(_, one)| *one).collect();
    let subject = subject(&alerts);
    let attributes = BTreeMap::from([
        ("change", values(&alerts, |one| Some(one.change.to_string()))),
        ("severity", values(&alerts, |one| Some(one.severity.to_string()))),
        ("rule", values(&alerts, |one| Some(one.rule.clone()))),
        ("cluster", values(&alerts, |one| one.cluster.as_deref()?.rsplit('/').next().map(str::to_owned))),
    ]);
    let attributes = attributes.into_iter().filter(|(_, values)| !values.is_empty()).collect();
    // Nothing in it can fail to be JSON.
    let body = serde_json::to_string(&MessageBody { schema: 1, origin, alerts }).unwrap_or_default();
    AlertMessage { subject, body, attributes, alerts: batch.iter().map(|(nth, _)| *nth).collect() }
}

/// `ecs-nlb-guard: 2 opened (critical), 1 resolved`. SNS takes fewer than 100 ASCII characters.
fn subject(alerts: &[&AlertUpdate]) -> String {
    let parts = [AlertChange::Opened, AlertChange::Worsened, AlertChange::Resolved].into_iter().filter_map(|change| {
        let of = || alerts.iter().filter(|one| one.change == change);
        let worst = of().map(|one| one.severity).max()?;
        let worst = if change == AlertChange::Resolved { String::new() } else { format!(" ({worst})") };
        Some(format!("{} {change}{worst}", of().count()))
    });
    format!("ecs-nlb-guard: {}", parts.collect::<Vec<_>>().join(", "))
}

fn values(alerts: &[&AlertUpdate], of: impl Fn(&AlertUpdate) -> Option<String>) -> Vec<String> {
    let values: BTreeSet<String> = alerts.iter().filter_map(|one| of(one)).collect();
    values.into_iter().take(MAX_VALUES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn updates(nth: usize, change: AlertChange, severity: Severity) -> AlertUpdate {
        AlertUpdate {
            change,
            severity,
            rule: "target-stale".to_owned(),
            cluster: Some("arn:aws:ecs:eu-central-1:111122223333:cluster/prod".to_owned()),
            service: Some(format!("arn:aws:ecs:eu-central-1:111122223333:service/prod/web-{nth}")),
            target_group: None,
            findings: 3,
            summary: format!("10.0.0.{nth}:8080 is registered in web but nothing has that address"),
            remedy: "Deregister the target, with its port.".to_owned(),
            at: "2026-03-01T12:00:00Z".parse().unwrap(),
            times_opened: 1,
        }
    }

    fn origin() -> Origin {
        Origin {
            account: "111122223333".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
            function: "ecs-nlb-guard-audit".to_owned(),
        }
    }

    #[test]
    fn a_message_says_what_happened_worst_first() {
        let all = [
            updates(0, AlertChange::Resolved, Severity::Critical),
            updates(1, AlertChange::Opened, Severity::High),
            updates(2, AlertChange::Worsened, Severity::Critical),
        ];
        let messages = messages(&origin(), &all);
        assert_eq!(messages.len(), 1);
        let AlertMessage { subject, body, attributes, alerts } = &messages[0];
        assert_eq!(alerts, &[2, 1, 0]);
        insta::assert_snapshot!(subject, @"ecs-nlb-guard: 1 opened (high), 1 worsened (critical), 1 resolved");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["account"], &body["function"]), (&"111122223333".into(), &"ecs-nlb-guard-audit".into()));
        assert_eq!(body["alerts"][0], serde_json::to_value(&all[2]).unwrap());
        let attributes = serde_json::to_string(attributes).unwrap();
        insta::assert_snapshot!(attributes, @r#"{"change":["opened","resolved","worsened"],"cluster":["prod"],"rule":["target-stale"],"severity":["critical","high"]}"#);
    }

    #[test]
    fn five_hundred_changes_are_a_handful_of_messages_within_sns_limits() {
        let long = |nth| AlertUpdate { summary: "é".repeat(300), ..updates(nth, AlertChange::Opened, Severity::High) };
        for all in [
            (0..500).map(|nth| updates(nth, AlertChange::Opened, Severity::High)).collect(),
            (0..500).map(long).collect::<Vec<_>>(),
        ] {
            let messages = messages(&origin(), &all);
            assert!(messages.len() <= 5, "{}", messages.len());
            let mut told: Vec<usize> = messages.iter().flat_map(|message| message.alerts.clone()).collect();
            told.sort_unstable();
            assert_eq!(told, (0..500).collect::<Vec<_>>());
            for AlertMessage { subject, body, attributes, .. } in messages {
                let attributes: usize = attributes.values().flatten().map(|value| value.len() + 3).sum();
                assert!(body.len() + attributes < 256 * 1024 && subject.len() < 100 && subject.is_ascii());
            }
        }
    }
}
