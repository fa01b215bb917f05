//! Where in a picture a finding belongs.

use crate::finding_report::FindingReport;

/// The kind of thing a finding is drawn at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// The load balancer.
    Balancer,
    /// The target group.
    PathGroup,
    /// One target.
    Target,
    /// One task.
    Task,
    /// The interface of a task.
    Interface,
    /// Security groups.
    SecurityGroup,
    /// The service as a whole.
    Service,
}

/// Where the finding is drawn first of all, and where else if that isn't in the picture.
///
/// Most rules are drawn at the smallest thing they name. The others are about something that no resource in the report
/// stands for (a balancer), or about something larger than what they name.
pub(super) fn spots(finding: &FindingReport) -> Vec<Spot> {
    let of = &finding.resources;
    let first = match finding.rule.as_str() {
        "zone-not-enabled" | "target-unused" if of.target.is_none() => Some(Spot::Balancer),
        "target-group-empty"
        | "target-group-not-found"
        | "protocol-mismatch"
        | "target-quota-near"
        | "target-type-not-ip" => Some(Spot::PathGroup),
        "security-group-unresolved" => Some(Spot::Service),
        rule if rule.starts_with("security-group-") => Some(Spot::Interface),
        rule if rule.starts_with("ingress-") => Some(Spot::SecurityGroup),
        _ => None,
    };
    let named = [
        (of.load_balancer.is_some(), Spot::Balancer),
        (of.target.is_some() && of.target_group.is_some(), Spot::Target),
        (of.task.is_some(), Spot::Task),
        (of.network_interface.is_some(), Spot::Interface),
        (!of.security_groups.is_empty(), Spot::SecurityGroup),
        (of.service.is_some() && of.target_group.is_none(), Spot::Service),
        (of.target_group.is_some(), Spot::PathGroup),
        (of.service.is_some(), Spot::Service),
    ];
    let named = named.into_iter().filter(|(is_named, _)| *is_named).map(|(_, spot)| spot);
    let mut spots: Vec<Spot> = first.into_iter().collect();
    for spot in named {
        if !spots.contains(&spot) {
            spots.push(spot);
        }
    }
    spots
}
