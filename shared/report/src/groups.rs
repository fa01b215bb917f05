//! Findings of one cause, told as one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use model::finding::{Fingerprint, Severity};
use serde::{Deserialize, Serialize};

use crate::document::Report;
use crate::finding_report::FindingReport;
use crate::place::place;

/// Findings of one rule with one cause. Every finding is a member of exactly one group, or follows from a member of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingGroup {
    /// The same for the same cause every time.
    pub fingerprint: Fingerprint,
    /// The rule's slug.
    pub rule: String,
    /// The gravest of its members'.
    pub severity: Severity,
    /// The rule in one line.
    pub title: String,
    /// One sentence for all of them.
    pub summary: String,
    /// The services, or whatever else they are about, by name.
    pub places: Vec<String>,
    /// Fingerprints of the findings.
    pub members: Vec<Fingerprint>,
    /// Fingerprints of findings of other rules that follow from these: mend the members first.
    pub followers: Vec<Fingerprint>,
}

/// A group, with its findings and their indexes in the report.
#[derive(Debug, Clone)]
pub(crate) struct Grouped<'a> {
    pub(crate) group: FindingGroup,
    pub(crate) members: Vec<(usize, &'a FindingReport)>,
    pub(crate) followers: Vec<(usize, &'a FindingReport)>,
}

impl Report {
    /// The findings by their causes, worst first.
    #[must_use]
    pub fn groups(&self) -> Vec<FindingGroup> {
        grouped(&self.findings).into_iter().map(|one| one.group).collect()
    }
}

/// The findings by their causes, worst first; those that don't count come last.
pub(crate) fn grouped(findings: &[FindingReport]) -> Vec<Grouped<'_>> {
    let by_fingerprint: BTreeMap<Fingerprint, &FindingReport> =
        findings.iter().map(|finding| (finding.fingerprint, finding)).collect();
    let mut groups: BTreeMap<[String; 5], Grouped<'_>> = BTreeMap::new();
    let mut following = Vec::new();
    for (nth, finding) in findings.iter().enumerate() {
        match root(&by_fingerprint, finding) {
            Some(root) => following.push((key(root), nth, finding)),
            None => {
                let key = key(finding);
                let fingerprint = match finding.grouping {
                    None => finding.fingerprint,
                    Some(_) => Fingerprint::of(key.iter().map(String::as_str)),
                };
                groups.entry(key).or_insert_with(|| Grouped::new(fingerprint)).members.push((nth, finding));
            }
        }
    }
    for (key, nth, finding) in following {
        if let Some(group) = groups.get_mut(&key) {
            group.followers.push((nth, finding));
        }
    }
    let mut groups: Vec<Grouped<'_>> = groups.into_values().map(Grouped::done).collect();
    groups.sort_by_cached_key(|one| {
        let counts = one.members.iter().any(|(_, finding)| finding.is_counted());
        let loses = one.members.iter().any(|(_, finding)| finding.impact.is_some());
        let many = one.members.len() + one.followers.len();
        let worst = one.all().map(|(_, finding)| finding.severity).max();
        (Reverse((counts, worst, one.group.severity, loses, many)), one.group.fingerprint)
    });
    groups
}

/// The finding that this one follows from in the end, if the report has it.
fn root<'a>(
    by_fingerprint: &BTreeMap<Fingerprint, &'a FindingReport>,
    finding: &FindingReport,
) -> Option<&'a FindingReport> {
    let mut seen = BTreeSet::from([finding.fingerprint]);
    let mut root = None;
    let mut next = finding.caused_by;
    while let Some(cause) = next.and_then(|cause| by_fingerprint.get(&cause)) {
        if !seen.insert(cause.fingerprint) {
            // Each follows from the other: then neither is the cause.
            return None;
        }
        root = Some(*cause);
        next = cause.caused_by;
    }
    root
}

/// What the members of a group have in common. A finding that doesn't say is a group of its own.
fn key(finding: &FindingReport) -> [String; 5] {
    let counts = if finding.is_counted() { "counts" } else { "aside" };
    let of = &finding.resources;
    let group = of.target_group.as_ref().map(ToString::to_string).unwrap_or_default();
    let [cause, place, group] = match &finding.grouping {
        None => [finding.fingerprint.to_string(), String::new(), String::new()],
        Some(grouping) if grouping.cause.is_empty() => [String::new(), place(of), group],
        Some(grouping) => [grouping.cause.clone(), String::new(), String::new()],
    };
    [finding.rule.clone(), counts.to_owned(), cause, place, group]
}

impl<'a> Grouped<'a> {
    fn new(fingerprint: Fingerprint) -> Self {
        let group = FindingGroup {
            fingerprint,
            rule: String::new(),
            severity: Severity::Low,
            title: String::new(),
            summary: String::new(),
            places: Vec::new(),
            members: Vec::new(),
            followers: Vec::new(),
        };
        Self { group, members: Vec::new(), followers: Vec::new() }
    }

    fn done(mut self) -> Self {
        let all = self.members.iter().chain(&self.followers);
        let places: BTreeSet<String> = all.map(|(_, finding)| place(&finding.resources)).collect();
        let fingerprints =
            |findings: &[(usize, &FindingReport)]| findings.iter().map(|(_, one)| one.fingerprint).collect();
        let Some((_, first)) = self.members.first() else { return self };
        self.group = FindingGroup {
            fingerprint: self.group.fingerprint,
            rule: first.rule.clone(),
            severity: self.members.iter().map(|(_, one)| one.severity).max().unwrap_or(first.severity),
            title: first.title.clone(),
            summary: summary(&self.members, first),
            members: fingerprints(&self.members),
            followers: fingerprints(&self.followers),
            places: places.into_iter().collect(),
        };
        self
    }

    /// All of its findings: members, then what follows from them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &(usize, &'a FindingReport)> {
        self.members.iter().chain(&self.followers)
    }
}

/// One sentence for all members.
fn summary(members: &[(usize, &FindingReport)], first: &FindingReport) -> String {
    if members.len() == 1 {
        return first.summary.clone();
    }
    let places: BTreeSet<String> = members.iter().map(|(_, one)| place(&one.resources)).collect();
    match &first.grouping {
        Some(grouping) if !grouping.cause.is_empty() && places.len() > 1 => {
            format!("{} {}", places.len(), grouping.what)
        }
        Some(grouping) if grouping.cause.is_empty() => match grouping.of.filter(|of| *of >= members.len()) {
            Some(of) => format!("{} of {of} {}", members.len(), grouping.what),
            None => format!("{} {}", members.len(), grouping.what),
        },
        _ => format!(
            "{} ({} times at {})",
            first.title,
            members.len(),
            places.into_iter().collect::<Vec<_>>().join(", ")
        ),
    }
}
