//! The report as SARIF 2.1.0, for code scanning and whatever else collects findings.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::BTreeMap;

use model::finding::Severity;
use serde_json::{Value, json};

use super::RuleText;
use crate::document::Report;
use crate::finding_report::{Baseline, FindingReport};
use crate::place::{one_line, place};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

impl Report {
    /// The report as a SARIF log with one run.
    ///
    /// # Errors
    /// Never: every key is a text.
    pub fn to_sarif(&self, rules: &[RuleText]) -> Result<String, serde_json::Error> {
        log(vec![self.sarif_run(rules)])
    }

    /// The run of this report's account and Region.
    pub(crate) fn sarif_run(&self, rules: &[RuleText]) -> Value {
        let indexes: BTreeMap<&str, usize> =
            rules.iter().enumerate().map(|(nth, rule)| (rule.slug.as_str(), nth)).collect();
        let unread: Vec<Value> = self
            .coverage
            .unread
            .iter()
            .map(|unread| {
                let level = if unread.kind.is_of_a_call() { "error" } else { "warning" };
                json!({"level": level, "message": {"text": one_line(&unread.to_string())}})
            })
            .collect();
        let results: Vec<Value> = self.findings.iter().map(|finding| self.result(finding, &indexes)).collect();
        json!({
            "tool": {"driver": {
                "name": self.tool.name,
                "semanticVersion": self.tool.version,
                "rules": rules.iter().map(rule).collect::<Vec<_>>(),
            }},
            "automationDetails": {"id": format!("ecs-nlb-guard/{}/{}/", self.account, self.region)},
            "invocations": [{
                "executionSuccessful": unread.is_empty(),
                "startTimeUtc": self.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                "toolExecutionNotifications": unread,
            }],
            "results": results,
            "properties": {"account": self.account, "region": self.region, "coverage": self.coverage},
        })
    }

    fn result(&self, finding: &FindingReport, indexes: &BTreeMap<&str, usize>) -> Value {
        let place = place(&finding.resources);
        // There is no file: the place stands for one, so that readers that need a file group by it.
        let uri: String = format!("{}/{}/{place}", self.account, self.region)
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "/-._".contains(c) { c } else { '-' })
            .collect();
        let mut result = json!({
            "ruleId": finding.rule,
            "level": level(finding.severity),
            "message": {"text": format!("{}. {}", one_line(&finding.summary).trim_end_matches('.'), one_line(&finding.remedy)).trim()},
            "locations": [{
                "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}},
                "logicalLocations": [{"name": place, "fullyQualifiedName": finding.resource_id(), "kind": "resource"}],
            }],
            "partialFingerprints": {"ecsNlbGuard/v1": finding.fingerprint},
            "properties": {
                "severity": finding.severity,
                "resources": finding.resources,
                "evidence": finding.evidence,
                "repairs": finding.repairs,
            },
        });
        if let Some(index) = indexes.get(finding.rule.as_str()) {
            result["ruleIndex"] = json!(index);
        }
        if let Some(accepted) = &finding.accepted {
            result["suppressions"] =
                json!([{"kind": "external", "status": "accepted", "justification": accepted.to_string()}]);
        }
        match finding.baseline {
            Some(Baseline::New) => result["baselineState"] = json!("new"),
            Some(Baseline::Known) => result["baselineState"] = json!("unchanged"),
            None => {}
        }
        result
    }
}

/// A log of these runs.
pub(crate) fn log(runs: Vec<Value>) -> Result<String, serde_json::Error> {
    serde_json::to_string(&json!({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}))
}

fn rule(rule: &RuleText) -> Value {
    let text = format!("{}\n\n{}", rule.explanation, rule.remedy);
    json!({
        "id": rule.slug,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": level(rule.severity)},
        // What code scanning sorts by.
        "properties": {"security-severity": score(rule.severity), "tags": ["aws", "ecs", "network"]},
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
    }
}
