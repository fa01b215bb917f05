//! The report in formats that other programs read. Each says the same as the JSON, in the words of its readers.
//!
//! What these formats want to know of a rule comes as [`RuleText`]: rules are another crate's.

pub(crate) mod csv;
mod github;
pub(crate) mod junit;
mod markdown;
mod ocsf;
pub(crate) mod sarif;
#[cfg(test)]
mod tests;

use model::finding::Severity;
use model::observation::Unread;

use crate::document::Report;
use crate::finding_report::FindingReport;
use crate::place::{counted, tally, unknown};

/// What a rule says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// Its name.
    pub slug: String,
    /// How much its findings matter, unless the policy says otherwise.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// What is judged, and why.
    pub explanation: String,
    /// What a person can do.
    pub remedy: String,
}

impl FindingReport {
    /// The ARN or id of the most specific resource that the finding is about.
    fn resource_id(&self) -> String {
        let of = &self.resources;
        let ids = [
            of.task.as_ref().map(ToString::to_string),
            of.network_interface.as_ref().map(ToString::to_string),
            of.target_group.as_ref().map(ToString::to_string),
            of.service.as_ref().map(ToString::to_string),
            of.cluster.as_ref().map(ToString::to_string),
        ];
        ids.into_iter().flatten().next().unwrap_or_default()
    }

    /// What came of each repair, on a line.
    fn repairs_text(&self) -> String {
        self.repairs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl Report {
    /// The whole report in a few words: `account 111122223333, eu-central-1: 2 critical, 1 high`.
    #[must_use]
    pub fn verdict(&self) -> String {
        let (account, region) = (&self.account, &self.region);
        format!("account {account}, {region}: {}", self.gist())
    }

    /// What was found, in a few words.
    #[must_use]
    pub fn gist(&self) -> String {
        gist(&[self])
    }
}

/// What was found in all of these reports, in a few words.
pub(crate) fn gist(reports: &[&Report]) -> String {
    let sum = |count: fn(&Report) -> usize| reports.iter().map(|report| count(report)).sum::<usize>();
    let mut parts: Vec<String> = tally(reports.iter().flat_map(|report| report.counted()).map(|one| one.severity))
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, severity)| format!("{n} {severity}"))
        .collect();
    let accepted = sum(|report| report.findings.iter().filter(|finding| finding.accepted.is_some()).count());
    let is_known = |finding: &&FindingReport| finding.is_in_baseline() && finding.accepted.is_none();
    let known: usize = reports.iter().map(|report| report.findings.iter().filter(is_known).count()).sum();
    let gaps: Vec<Unread> = reports.iter().flat_map(|report| report.coverage.unread.iter().cloned()).collect();
    parts.extend((accepted > 0).then(|| format!("{accepted} accepted")));
    parts.extend((known > 0).then(|| format!("{known} in the baseline")));
    let left_out = sum(Report::left_out);
    parts.extend((left_out > 0).then(|| format!("{left_out} of lower severity left out")));
    let idle = sum(|report| report.standing().without_tasks.len());
    parts.extend((idle > 0).then(|| format!("{} without a running task", counted(idle, "service"))));
    parts.extend(unknown(&gaps));
    let by_some_rules = reports.iter().any(|report| report.scope.rules.is_some());
    match (parts.is_empty(), reports.iter().all(|report| report.coverage.is_empty())) {
        (true, true) => "nothing to judge".to_owned(),
        (true, false) if by_some_rules => "nothing found by the rules asked for".to_owned(),
        (true, false) => "all is well".to_owned(),
        (false, _) => parts.join(", "),
    }
}

/// Text for XML: what can't be said there at all becomes U+FFFD.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
