//! Which finding follows from which: a shut security group is one finding with its consequences, not four.

use model::finding::{Finding, Fingerprint, Severity};
use model::scope::ServiceId;

/// Rules whose findings may be consequences, each with the rules that explain them, the surest first. A consequence and its cause
/// are about the same target group, or, where the cause names none, about a service in common.
const CONSEQUENCES: [(&str, &[&str]); 6] = [
    ("target-group-empty", UNREACHED),
    ("target-unhealthy", UNREACHED),
    ("target-stuck-initial", UNREACHED),
    ("zone-without-targets", UNREACHED),
    ("no-health-check-grace", UNREACHED),
    ("target-unused", &["zone-not-enabled", "listener-forwards-nothing", "balancer-not-serving"]),
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

/// Says of every finding that follows from another which one that is.
pub(crate) fn fold(findings: &mut [Finding]) {
    let explains = |finding: &&Finding| CONSEQUENCES.iter().any(|(_, causes)| causes.contains(&&*finding.rule));
    // Of thousands of findings few explain anything.
    let causes: Vec<&Finding> = findings.iter().filter(|finding| is_certain(finding)).filter(explains).collect();
    let caused_by: Vec<Option<Fingerprint>> = findings.iter().map(|finding| cause(finding, &causes)).collect();
    for (finding, cause) in findings.iter_mut().zip(caused_by) {
        finding.caused_by = cause;
    }
}

fn cause(finding: &Finding, causes: &[&Finding]) -> Option<Fingerprint> {
    let (_, rules) = CONSEQUENCES.iter().find(|(slug, _)| *slug == finding.rule)?;
    let here: Vec<&&Finding> = causes.iter().filter(|cause| is_same_place(finding, cause)).collect();
    rules.iter().find_map(|slug| here.iter().find(|cause| cause.rule == *slug)).map(|cause| cause.fingerprint())
}

/// A finding that is merely worth knowing explains no outage.
fn is_certain(cause: &Finding) -> bool {
    cause.severity > Severity::Low
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
