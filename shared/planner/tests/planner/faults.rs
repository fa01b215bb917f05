//! What may be found wrong.

use model::finding::{Finding, Resources, Severity};
use model::repair::{Proposal, Repair};

use crate::names::{group, service, target, task};

/// Task `n` isn't in group `web`.
pub(crate) fn missing(n: u8) -> Finding {
    let mut finding = fault("target-missing", Severity::High, n, vec![registering(n)]);
    finding.resources.task = Some(task(n));
    finding
}

/// Nothing has the address of target `n` of group `web`.
pub(crate) fn stale(n: u8) -> Finding {
    fault("target-stale", Severity::High, n, vec![removing(n, 8080)])
}

/// A task of another service has it.
pub(crate) fn hijacked(n: u8) -> Finding {
    fault("target-hijacked", Severity::Critical, n, vec![removing(n, 8080)])
}

/// Task `n` is in group `web` on the wrong port too.
pub(crate) fn wrong_port(n: u8) -> Finding {
    let mut finding = fault("target-wrong-port", Severity::High, n, vec![removing(n, 9999)]);
    finding.resources.task = Some(task(n));
    finding
}

/// Task `n` is in group `web` on the wrong port only.
pub(crate) fn on_the_wrong_port_only(n: u8) -> Finding {
    let mut finding = wrong_port(n);
    finding.repairs = vec![registering(n), objected(removing(n, 9999), "its right port isn't healthy yet")];
    finding
}

pub(crate) fn objected(proposal: Proposal, why: &str) -> Proposal {
    Proposal::withheld(proposal.repair, why)
}

pub(crate) fn with_objection(mut finding: Finding, why: &str) -> Finding {
    finding.repairs = finding.repairs.into_iter().map(|proposal| objected(proposal, why)).collect();
    finding
}

/// The same fault in another group.
pub(crate) fn in_group(name: &str, mut finding: Finding) -> Finding {
    finding.resources.target_group = Some(group(name));
    for proposal in &mut finding.repairs {
        match &mut proposal.repair {
            Repair::RegisterTarget { target_group, .. } | Repair::DeregisterTarget { target_group, .. } => {
                *target_group = group(name);
            }
            other => panic!("{other} isn't about a target group"),
        }
    }
    finding
}

/// The same fault where these services use the group.
pub(crate) fn used_by(names: &[&str], mut finding: Finding) -> Finding {
    finding.users = names.iter().map(|name| service(name)).collect();
    finding
}

pub(crate) fn fault(rule: &str, severity: Severity, n: u8, repairs: Vec<Proposal>) -> Finding {
    let resources =
        Resources { target_group: Some(group("web")), target: Some(target(n, 8080)), ..Resources::default() };
    Finding {
        rule: rule.to_owned(),
        severity,
        summary: format!("something is wrong with {}", target(n, 8080)),
        remedy: "mend it".to_owned(),
        title: String::new(),
        fixes: Vec::new(),
        caused_by: None,
        impact: None,
        grouping: None,
        resources,
        subject: "as it was".to_owned(),
        evidence: [].into(),
        repairs,
        users: vec![service("web")],
        sharers: Vec::new(),
    }
}

fn registering(n: u8) -> Proposal {
    Proposal::sound(Repair::RegisterTarget { target_group: group("web"), target: target(n, 8080), task: task(n) })
}

fn removing(n: u8, port: u16) -> Proposal {
    Proposal::sound(Repair::DeregisterTarget { target_group: group("web"), target: target(n, port) })
}
