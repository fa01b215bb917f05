//! What each finding rests on, as data that the page's script reads when it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use model::fix::Fix;
use serde::Serialize;

use crate::document::Report;
use crate::formats::RuleText;

#[derive(Serialize)]
struct Details<'a> {
    /// Every remedy once.
    remedies: Vec<&'a str>,
    /// Why each rule judges as it does.
    reasons: BTreeMap<&'a str, &'a str>,
    /// One for each finding, in the report's order.
    findings: Vec<DetailRow<'a>>,
}

#[derive(Serialize)]
struct DetailRow<'a> {
    remedy: usize,
    #[serde(skip_serializing_if = "<[Fix]>::is_empty")]
    fixes: &'a [Fix],
    evidence: &'a BTreeMap<String, serde_json::Value>,
    resources: &'a model::finding::Resources,
    fingerprint: String,
}

/// The details as JSON that can stand inside a script element: nothing in it can end the element or begin a comment.
pub(super) fn details(report: &Report, rules: &[RuleText]) -> String {
    let mut index = BTreeMap::new();
    let mut remedies = Vec::new();
    let findings = report.findings.iter().map(|finding| {
        let remedy = *index.entry(finding.remedy.as_str()).or_insert_with(|| {
            remedies.push(finding.remedy.as_str());
            remedies.len() - 1
        });
        DetailRow {
            remedy,
            fixes: &finding.fixes,
            evidence: &finding.evidence,
            resources: &finding.resources,
            fingerprint: finding.fingerprint.to_string(),
        }
    });
    let findings = findings.collect();
    let found: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let reasons = rules.iter().filter(|rule| found.contains(rule.slug.as_str()));
    let reasons = reasons.map(|rule| (rule.slug.as_str(), rule.explanation.as_str())).collect();
    let json = serde_json::to_string(&Details { remedies, reasons, findings });
    // Its keys are texts, so there is always a JSON of it.
    json.unwrap_or_default().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
