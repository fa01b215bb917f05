//! Security Hub: alerts as findings in AWS's format (ASFF), of the account's own product.
//!
//! A finding keeps its id, so that what is worse or resolved updates it. People's own fields (`Workflow`, `Note` …) are theirs:
//! "finding providers use FindingProviderFields" for severity and types.
//! <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html>

use std::time::SystemTime;

use aws::client::signed::{SignedClient, SignedRequest};
use aws_config::SdkConfig;
use jiff::Timestamp;
use model::alert::AlertChange;
use model::call::{CallError, CallErrorKind};
use model::finding::Severity;
use serde_json::{Map, Value, json};

use super::Delivery;
use crate::update::{AlertUpdate, Origin};
use crate::words::{cut, how_many, place};

const IMPORT: &str = "securityhub:BatchImportFindings";

/// "Array Members: Minimum number of 1 item. Maximum number of 100 items."
const MAX_FINDINGS: usize = 100;

/// "AWS Security Best Practices/Network Reachability" in the types taxonomy for ASFF.
const TYPE: &str = "Software and Configuration Checks/AWS Security Best Practices/Network Reachability";

const MAX_TITLE: usize = 256;
const MAX_DESCRIPTION: usize = 1_024;
const MAX_RECOMMENDATION: usize = 512;

/// Security Hub of this account and Region.
#[derive(Debug, Clone)]
pub(crate) struct SecurityHub {
    client: SignedClient,
}

impl SecurityHub {
    pub(crate) fn new(config: &SdkConfig, now: fn() -> SystemTime) -> Self {
        Self { client: SignedClient::new(config, now) }
    }

    pub(crate) async fn deliver(&self, origin: &Origin, updates: &[AlertUpdate]) -> Delivery {
        let findings: Vec<Value> = updates.iter().map(|update| finding(origin, update)).collect();
        let mut delivery = Delivery::default();
        for (nth, batch) in findings.chunks(MAX_FINDINGS).enumerate() {
            let first = nth * MAX_FINDINGS;
            match self.import(batch).await {
                Ok(answer) => {
                    delivery.messages += 1;
                    for (nth, finding) in batch.iter().enumerate() {
                        match refused(&answer, finding) {
                            None => {
                                delivery.delivered.insert(first + nth);
                            }
                            Some(error) => delivery.failures.push(error),
                        }
                    }
                }
                Err(error) => delivery.failures.push(error),
            }
        }
        delivery
    }

    /// Imports a finding that is archived from the beginning.
    pub(crate) async fn test(&self, origin: &Origin, at: Timestamp) -> Result<(), CallError> {
        let mut sample = common(origin, "test", "test", at, at);
        sample.insert("Title".to_owned(), json!("Test of ecs-nlb-guard"));
        sample.insert("Description".to_owned(), json!("Alerts arrive here. Nothing is wrong."));
        sample.insert("Sample".to_owned(), json!(true));
        sample.insert("RecordState".to_owned(), json!("ARCHIVED"));
        sample.insert("FindingProviderFields".to_owned(), provider_fields("INFORMATIONAL", "test"));
        sample.insert("Resources".to_owned(), json!([account(origin)]));
        let sample = Value::Object(sample);
        let answer = self.import(std::slice::from_ref(&sample)).await?;
        refused(&answer, &sample).map_or(Ok(()), Err)
    }

    async fn import(&self, findings: &[Value]) -> Result<Value, CallError> {
        let request = SignedRequest {
            action: IMPORT,
            resource: "findings",
            method: "POST",
            endpoint: &self.client.endpoint("SecurityHub", "securityhub"),
            path: "/findings/import",
            headers: &[("content-type", "application/json")],
            body: &json!({"Findings": findings}).to_string(),
        };
        let answer = self.client.send(&request).await?;
        serde_json::from_str(&answer)
            .map_err(|error| failed("findings", CallErrorKind::Transient, None, error.to_string()))
    }
}

/// Why a finding was not taken, if it wasn't.
fn refused(answer: &Value, finding: &Value) -> Option<CallError> {
    let failed_findings = answer["FailedFindings"].as_array()?;
    let refusal = failed_findings.iter().find(|failed| failed["Id"] == finding["Id"])?;
    let text = |key: &str| refusal[key].as_str().map(str::to_owned);
    let id = finding["Id"].as_str().unwrap_or_default();
    Some(failed(id, CallErrorKind::Permanent, text("ErrorCode"), text("ErrorMessage").unwrap_or_default()))
}

fn failed(resource: &str, kind: CallErrorKind, code: Option<String>, message: String) -> CallError {
    CallError { operation: IMPORT, resource: resource.to_owned(), kind, code, message }
}

/// An alert as a finding.
pub(crate) fn finding(origin: &Origin, update: &AlertUpdate) -> Value {
    let created = update.opened_at.unwrap_or(update.at);
    let mut finding = common(origin, &update.alert_id.to_string(), &update.rule, created, update.at);
    let what = if update.title.is_empty() { &update.summary } else { &update.title };
    let title = format!("{what}: {}", place(update));
    let description = format!("{} ({})", update.summary, how_many(update));
    let label = match update.severity {
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    };
    let mut recommendation = json!({"Text": text(&update.remedy, MAX_RECOMMENDATION)});
    if let (Some(page), Some(recommendation)) = (&update.links.rule, recommendation.as_object_mut()) {
        recommendation.insert("Url".to_owned(), json!(page));
    }
    let state = if update.change == AlertChange::Resolved { "ARCHIVED" } else { "ACTIVE" };
    finding.extend([
        ("Title".to_owned(), json!(text(&title, MAX_TITLE))),
        ("Description".to_owned(), json!(text(&description, MAX_DESCRIPTION))),
        ("Remediation".to_owned(), json!({"Recommendation": recommendation})),
        ("FindingProviderFields".to_owned(), provider_fields(label, update.severity.as_str())),
        ("RecordState".to_owned(), json!(state)),
        ("FirstObservedAt".to_owned(), json!(time(created))),
        ("LastObservedAt".to_owned(), json!(time(update.at))),
        ("Resources".to_owned(), json!(resources(origin, update))),
    ]);
    Value::Object(finding)
}

fn common(origin: &Origin, id: &str, rule: &str, created: Timestamp, updated: Timestamp) -> Map<String, Value> {
    let Origin { partition, account, region, .. } = origin;
    let fields = json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("ecs-nlb-guard/{account}/{region}/{id}"),
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "GeneratorId": format!("ecs-nlb-guard/{rule}"),
        "AwsAccountId": account,
        "CreatedAt": time(created),
        "UpdatedAt": time(updated),
        "ProductFields": {"ecs-nlb-guard/rule": rule, "ecs-nlb-guard/function": origin.function},
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn provider_fields(label: &str, original: &str) -> Value {
    json!({"Severity": {"Label": label, "Original": original}, "Types": [TYPE]})
}

fn resources(origin: &Origin, update: &AlertUpdate) -> Vec<Value> {
    let Origin { partition, region, .. } = origin;
    let named = [
        ("AwsEcsService", &update.service),
        // Target groups have no type of their own in the format.
        ("Other", &update.target_group),
        ("AwsEcsCluster", &update.cluster),
    ];
    let named = named.into_iter().filter_map(|(kind, arn)| Some((kind, arn.as_ref()?)));
    let mut resources: Vec<Value> =
        named.map(|(kind, arn)| json!({"Type": kind, "Id": arn, "Partition": partition, "Region": region})).collect();
    if resources.is_empty() {
        resources.push(account(origin));
    }
    resources
}

fn account(origin: &Origin) -> Value {
    let Origin { partition, account, region, .. } = origin;
    json!({"Type": "AwsAccount", "Id": format!("AWS::::Account:{account}"), "Partition": partition, "Region": region})
}

/// The format wants something to read.
fn text(text: &str, most: usize) -> String {
    let text = cut(text, most);
    if text.is_empty() { "-".to_owned() } else { text }
}

fn time(time: Timestamp) -> String {
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::{origin, update};
    use super::*;

    #[test]
    fn a_finding_keeps_its_id_and_is_archived_when_resolved() {
        let changes = [AlertChange::Opened, AlertChange::Worsened, AlertChange::Resolved];
        let told = changes.map(|change| finding(&origin(), &update(1, change, Severity::High)));
        assert!(told.iter().all(|one| one["Id"] == told[0]["Id"]));
        assert_eq!(told.each_ref().map(|one| one["RecordState"].clone()), ["ACTIVE", "ACTIVE", "ARCHIVED"]);
        let expected: Value = serde_json::from_str(
            r#"
        {
          "AwsAccountId": "111122223333",
          "CreatedAt": "2026-03-01T11:30:00.000Z",
          "Description": "10.0.0.1:8080 is registered in web but nothing has that address (3 findings; the service runs 19 of 20 tasks)",
          "FindingProviderFields": {
            "Severity": {
              "Label": "HIGH",
              "Original": "high"
            },
            "Types": [
              "Software and Configuration Checks/AWS Security Best Practices/Network Reachability"
            ]
          },
          "FirstObservedAt": "2026-03-01T11:30:00.000Z",
          "GeneratorId": "ecs-nlb-guard/target-stale",
          "Id": "ecs-nlb-guard/111122223333/eu-central-1/0000000000000001",
          "LastObservedAt": "2026-03-01T12:00:00.000Z",
          "ProductArn": "arn:aws:securityhub:eu-central-1:111122223333:product/111122223333/default",
          "ProductFields": {
            "ecs-nlb-guard/function": "ecs-nlb-guard-audit",
            "ecs-nlb-guard/rule": "target-stale"
          },
          "RecordState": "ACTIVE",
          "Remediation": {
            "Recommendation": {
              "Text": "Deregister the target, with its port."
            }
          },
          "Resources": [
            {
              "Id": "arn:aws:ecs:eu-central-1:111122223333:service/prod/web-1",
              "Partition": "aws",
              "Region": "eu-central-1",
              "Type": "AwsEcsService"
            },
            {
              "Id": "arn:aws:ecs:eu-central-1:111122223333:cluster/prod",
              "Partition": "aws",
              "Region": "eu-central-1",
              "Type": "AwsEcsCluster"
            }
          ],
          "SchemaVersion": "2018-10-08",
          "Title": "Nothing has the address of a registered target: prod/web-1",
          "UpdatedAt": "2026-03-01T12:00:00.000Z"
        }
        "#,
        )
        .unwrap();
        assert_eq!(told[0], expected);
    }

    #[test]
    fn the_longest_finding_is_within_the_formats_limits() {
        let long = "é".repeat(10_000);
        let one = AlertUpdate {
            title: long.clone(),
            summary: long.clone(),
            remedy: long,
            ..update(1, AlertChange::Opened, Severity::Low)
        };
        let told = finding(&origin(), &one);
        let length = |text: &Value| text.as_str().unwrap().chars().count();
        assert_eq!((length(&told["Title"]), length(&told["Description"])), (256, 1_024));
        assert_eq!(length(&told["Remediation"]["Recommendation"]["Text"]), 512);
        assert!(told.to_string().len() < 240_000);
    }

    #[test]
    fn a_finding_that_is_refused_is_known_by_its_id() {
        let one = finding(&origin(), &update(1, AlertChange::Opened, Severity::High));
        let answer = json!({"FailedFindings": [{"Id": one["Id"], "ErrorCode": "InvalidInput", "ErrorMessage": "no"}]});
        assert_eq!(refused(&answer, &one).unwrap().code.as_deref(), Some("InvalidInput"));
        assert_eq!(refused(&json!({"FailedCount": 0}), &one), None);
    }
}
