//! Which finding follows from which: a shut security group is one finding with its consequences, not four.

use std::collections::BTreeSet;

use model::finding::{Finding, Fingerprint, Severity};
use model::scope::ServiceId;

/// Rules whose findings may be consequences, each with the rules that explain them, the surest first. A consequence and its cause
/// are about the same target group, or, where the cause names none, about a service in common.
const CONSEQUENCES: [(&str, &[&[&str]]); 8] = [
    ("ingress-traffic-blocked", &[&["security-group-drift"]]),
    ("ingress-health-check-blocked", &[&["security-group-drift"]]),
    ("target-group-empty", &[UNREACHED, UNREGISTERED]),
    ("target-unhealthy", &[UNREACHED]),
    ("target-stuck-initial", &[UNREACHED]),
    ("zone-without-targets", &[UNREACHED, UNREGISTERED, &["target-unused", "target-unhealthy"]]),
    ("no-health-check-grace", &[UNREACHED]),
    ("target-unused", &[&["zone-not-enabled", "listener-forwards-nothing", "balancer-not-serving"]]),
];

/// What keeps health checks from succeeding.
const UNREACHED: &[&str] = &[
    "balancer-not-serving",
    "ingress-health-check-blocked",
    "ingress-traffic-blocked",
    "network-acl-blocked",
    "target-outside-vpc",
    "port-mismatch",
    "health-check-mismatch",
];

/// What keeps targets from being registered where they belong.
const UNREGISTERED: &[&str] = &["target-type-not-ip", "network-mode-not-awsvpc", "target-wrong-port", "target-missing"];

/// Says of every finding that follows from another which one that is.
pub(crate) fn fold(findings: &mut [Finding]) {
    let explains =
        |finding: &&Finding| CONSEQUENCES.iter().any(|(_, causes)| causes.concat().contains(&&*finding.rule));
    // Of thousands of findings few explain anything.
    let causes: Vec<&Finding> = findings.iter().filter(|finding| is_certain(finding)).filter(explains).collect();
    let caused_by: Vec<Option<Fingerprint>> = findings.iter().map(|finding| cause(finding, &causes)).collect();
    for (finding, cause) in findings.iter_mut().zip(caused_by) {
        finding.caused_by = cause;
    }
}

/// May it follow from a finding that isn't there? Then what that one would rest on matters to this one too.
pub(crate) fn lacks_cause(finding: &Finding) -> bool {
    finding.caused_by.is_none() && CONSEQUENCES.iter().any(|(slug, _)| *slug == finding.rule)
}

fn cause(finding: &Finding, causes: &[&Finding]) -> Option<Fingerprint> {
    let (_, rules) = CONSEQUENCES.iter().find(|(slug, _)| *slug == finding.rule)?;
    let here: Vec<&&Finding> =
        causes.iter().filter(|cause| is_same_place(finding, cause) && explains(finding, cause)).collect();
    rules
        .concat()
        .iter()
        .find_map(|slug| here.iter().find(|cause| cause.rule == *slug))
        .map(|cause| cause.fingerprint())
}

/// A finding that is merely worth knowing explains no outage.
fn is_certain(cause: &Finding) -> bool {
    cause.severity > Severity::Low
}

/// Could it have brought that about, by what both say of the targets?
fn explains(finding: &Finding, cause: &Finding) -> bool {
    let registered = || finding.evidence.get("registered_targets").and_then(serde_json::Value::as_u64);
    match (&*finding.rule, &*cause.rule) {
        // Tasks with the very groups that something was let into, or out of, by hand; that all of them were is no drift's work.
        ("ingress-traffic-blocked" | "ingress-health-check-blocked", "security-group-drift") => {
            let groups = |one: &Finding| one.resources.security_groups.iter().cloned().collect::<BTreeSet<_>>();
            is_of_some(finding) && groups(finding) == groups(cause)
        }
        // What comes through PrivateLink is nobody's health check.
        (_, "ingress-traffic-blocked") => !cause.evidence.contains_key("through"),
        ("target-group-empty" | "zone-without-targets", "target-missing") => registered() == Some(0),
        ("zone-without-targets", "target-unused" | "target-unhealthy" | "target-wrong-port") => registered() > Some(0),
        _ => true,
    }
}

/// Are other tasks of the service reached? `1 of 2`
fn is_of_some(finding: &Finding) -> bool {
    let tasks = finding.evidence.get("tasks").and_then(serde_json::Value::as_str);
    tasks.and_then(|tasks| tasks.split_once(" of ")).is_some_and(|(unreached, all)| unreached != all)
}

fn is_same_place(finding: &Finding, cause: &Finding) -> bool {
    match (&finding.resources.target_group, &cause.resources.target_group) {
        (Some(one), Some(other)) => one == other,
        _ => {
            let has = |id: &ServiceId| cause.users.contains(id);
            finding.users.iter().any(has)
        }
    }
}
