//! What each finding rests on, as data that the page's script reads when it is asked for.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::document::Report;

#[derive(Serialize)]
struct Details<'a> {
    /// Every remedy once.
    remedies: Vec<&'a str>,
    /// One for each finding, in the report's order.
    findings: Vec<DetailRow<'a>>,
}

#[derive(Serialize)]
struct DetailRow<'a> {
    remedy: usize,
    evidence: &'a BTreeMap<String, serde_json::Value>,
    resources: &'a model::finding::Resources,
    fingerprint: String,
}

/// The details as JSON that can stand inside a script element: nothing in it can end the element or begin a comment.
pub(super) fn details(report: &Report) -> String {
    let mut index = BTreeMap::new();
    let mut remedies = Vec::new();
    let findings = report.findings.iter().map(|finding| {
        let remedy = *index.entry(finding.remedy.as_str()).or_insert_with(|| {
            remedies.push(finding.remedy.as_str());
            remedies.len() - 1
        });
        DetailRow {
            remedy,
            evidence: &finding.evidence,
            resources: &finding.resources,
            fingerprint: finding.fingerprint.to_string(),
        }
    });
    let findings = findings.collect();
    let json = serde_json::to_string(&Details { remedies, findings });
    // Its keys are texts, so there is always a JSON of it.
    json.unwrap_or_default().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
