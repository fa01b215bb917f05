//! The reports of an audit's parts, as one.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::observation::{Unread, UnreadKind};
use report::{FindingReport, Report, ScopeReport};
use serde_json::Value;

use super::plan::{Division, Part};

/// Why a part has no report.
pub(super) fn missing(part: &Part) -> Unread {
    Unread {
        resource: part.to_string(),
        operation: "lambda:Audit".to_owned(),
        error: "its part of the audit hasn't ended; look at the audit's dead-letter queue".to_owned(),
        kind: UnreadKind::NotAsked,
        code: None,
    }
}

/// One report of all parts, unless there is none of any. The same parts always make the same report.
///
/// What two parts found is told once, with what both list as evidence. What two of them looked at, such as a target group of two clusters, is counted twice.
pub(super) fn join(plan: &Division, parts: Vec<Result<Report, Unread>>) -> Option<Report> {
    let mut findings: BTreeMap<_, FindingReport> = BTreeMap::new();
    let mut unread = BTreeSet::new();
    let mut joined: Option<Report> = None;
    let mut over = plan.began;
    for part in parts {
        let mut part = match part {
            Ok(part) => part,
            Err(missing) => {
                unread.insert(missing);
                continue;
            }
        };
        over = over.max(ended(&part));
        unread.extend(std::mem::take(&mut part.coverage.unread));
        for finding in std::mem::take(&mut part.findings) {
            match findings.entry(finding.fingerprint) {
                Entry::Vacant(place) => drop(place.insert(finding)),
                Entry::Occupied(known) => add_lists(&mut known.into_mut().evidence, finding.evidence),
            }
        }
        joined = Some(match joined {
            None => part,
            Some(mut whole) => {
                let (all, more) = (&mut whole.coverage, &part.coverage);
                all.clusters += more.clusters;
                all.services += more.services;
                all.services_without_tasks += more.services_without_tasks;
                all.services_in_scope =
                    all.services_in_scope.zip(more.services_in_scope).map(|(one, other)| one + other);
                all.services_unclear.extend(more.services_unclear.iter().cloned());
                all.tasks += more.tasks;
                all.target_groups += more.target_groups;
                all.targets += more.targets;
                all.network_interfaces += more.network_interfaces;
                all.also_remembered(more.remembered);
                whole.rules.extend(part.rules);
                whole.rules.sort();
                whole.rules.dedup();
                for (action, count) in part.calls {
                    *whole.calls.entry(action).or_default() += count;
                }
                whole
            }
        });
    }
    let mut whole = joined?;
    // No part looks at a divided cluster as a whole.
    whole.coverage.clusters += plan.divided_clusters().len();
    whole.generated_at = plan.began;
    whole.scope =
        ScopeReport { rules: plan.rules.as_ref().map(|all| all.iter().cloned().collect()), ..ScopeReport::default() };
    whole.duration_ms = u64::try_from(over.duration_since(plan.began).as_millis()).unwrap_or(0);
    whole.findings = findings.into_values().collect();
    whole.coverage.unread = unread.into_iter().collect();
    whole.coverage.services_unclear.sort();
    whole.coverage.services_unclear.dedup_by(|one, other| one.service == other.service);
    Some(whole.sorted())
}

/// Adds what lists in `more` have beyond those of the same name.
fn add_lists(evidence: &mut BTreeMap<String, Value>, more: BTreeMap<String, Value>) {
    for (name, value) in more {
        if let (Some(Value::Array(known)), Value::Array(items)) = (evidence.get_mut(&name), value) {
            for item in items {
                if !known.contains(&item) {
                    known.push(item);
                }
            }
        }
    }
}

fn ended(report: &Report) -> Timestamp {
    let took = SignedDuration::from_millis(i64::try_from(report.duration_ms).unwrap_or(i64::MAX));
    report.generated_at.checked_add(took).unwrap_or(report.generated_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::policy::Mode;
    use report::Modes;

    fn plan() -> Division {
        let cluster = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().unwrap();
        let parts = vec![Part::Cluster(cluster), Part::Rest];
        Division { id: "a".to_owned(), began: Timestamp::UNIX_EPOCH, parts, rules: None, mode: None, remembered: false }
    }

    fn part(second: i64, findings: &[&str]) -> Report {
        let finding = |text: &&str| {
            let json = serde_json::json!({
                "rule": text, "severity": "low", "fingerprint": "00000000000000aa", "summary": "", "remedy": "",
                "evidence": {}, "resources": {}, "repairs": []});
            let mut finding: FindingReport = serde_json::from_value(json).unwrap();
            finding.fingerprint = model::finding::Fingerprint::of([*text]);
            finding
        };
        Report {
            schema: report::document::SCHEMA,
            tool: report::Tool::current(),
            generated_at: Timestamp::from_second(second).unwrap(),
            account: "111122223333".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
            scope: ScopeReport::default(),
            mode: Modes { registration: Mode::Observe, security_groups: Mode::Observe },
            coverage: report::Coverage { services: 2, targets: 4, ..report::Coverage::default() },
            findings: findings.iter().map(finding).collect(),
            severity_filter: None,
            gone: Vec::new(),
            rules: Vec::new(),
            calls: [("ecs:ListClusters".to_owned(), 1)].into(),
            duration_ms: 1500,
        }
    }

    #[test]
    fn parts_make_one_report() {
        let whole = join(&plan(), vec![Ok(part(10, &["x", "shared"])), Ok(part(20, &["shared", "y"]))]).unwrap();
        let rules: BTreeSet<&str> = whole.findings.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!((whole.findings.len(), rules), (3, ["shared", "x", "y"].into()));
        assert_eq!((whole.coverage.services, whole.coverage.targets), (4, 8));
        assert_eq!(whole.calls, [("ecs:ListClusters".to_owned(), 2)].into());
        assert_eq!((whole.generated_at, whole.duration_ms), (Timestamp::UNIX_EPOCH, 21_500));
    }

    #[test]
    fn one_finding_of_several_parts_lists_what_each_of_them_saw() {
        let behind = |services: &[&str]| {
            let mut part = part(10, &["balancer-not-network"]);
            part.findings[0].evidence = [("services".to_owned(), serde_json::json!(services))].into();
            Ok(part)
        };
        let whole = join(&plan(), vec![behind(&["prod/web", "prod/shop"]), behind(&["prod/web", "test/web"])]).unwrap();
        assert_eq!(whole.findings.len(), 1);
        assert_eq!(whole.findings[0].evidence["services"], serde_json::json!(["prod/web", "prod/shop", "test/web"]));
    }

    #[test]
    fn what_is_missing_is_told() {
        let plan = plan();
        let whole = join(&plan, vec![Err(missing(&plan.parts[0])), Ok(part(10, &["x"]))]).unwrap();
        assert_eq!(whole.findings.len(), 1);
        assert_eq!(whole.coverage.unread, [missing(&plan.parts[0])]);
        assert_eq!(join(&plan, vec![Err(missing(&plan.parts[0]))]), None);
    }
}
