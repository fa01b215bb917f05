//! Rules that let in the whole world, further than needed.

use std::collections::BTreeSet;

use ipnet::IpNet;
use model::ec2::{Peer, Protocol, SecurityGroup, SecurityGroupRule};
use model::elb::IpVersion;
use model::finding::{Grouping, Severity};
use model::fix::Fix;
use model::observation::{Gap, Lookup};

use crate::finding::start;
use crate::fix::{fix, revoke};
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::security_group::balancer::groups;
use crate::security_group::checked_interfaces::ServiceTasks;
use crate::security_group::narrowed::{Narrowed, narrowed, of_ranges};
use crate::security_group::reach::flow::transports;
use crate::security_group::reach::range::{cover, everywhere};
use crate::security_group::serves::serves;
use crate::security_group::suggested_rule::called;

pub(crate) const RULE: Rule = Rule {
    slug: "ingress-world-open",
    severity: Severity::Medium,
    title: "Everybody can reach the tasks beyond the port they serve",
    explanation: "A security group of the tasks lets in every address there is (0.0.0.0/0 or ::/0, in one range or several), on \
        more than the ports and protocols that the service serves through its target groups. Whatever else listens in the \
        tasks, a debug port, a metrics endpoint or a sidecar, can be reached by everyone who has a route to them, past the \
        balancer. The served port itself may be open to the world: where the targets see the clients' addresses there is no \
        other way. ICMP is not counted. Prefix lists are not looked into.",
    remedy: "First let in by rules of their own what the service serves and the health checks, which may go to another port, each \
        from where it comes: the balancer's security group if it has one; else its private addresses, or the clients' where the \
        targets see those. Then remove the open rule. Where other services' tasks have the group too, give the service one of \
        its own instead. What else is needed from elsewhere gets a rule of its own, with its own source.",
    repair: "none",
};

/// One finding for all groups of a service's tasks.
pub(crate) fn judge<'a>(lookup: &Lookup<'a>, service_tasks: &ServiceTasks<'a>, judgement: &mut Judgement) {
    let open = match open(lookup, service_tasks) {
        Ok(open) => open,
        Err(gap) => return judgement.abstain(service_tasks.unit(), gap),
    };
    let Some((group, rule)) = open.first() else { return };
    let lines: Vec<String> =
        open.iter().map(|(group, rule)| format!("{} {}", called(lookup, &group.id), line(rule))).collect();
    let summary = format!(
        "Everybody can reach {} beyond what they serve: security group {} lets in {}",
        service_tasks.in_words(),
        called(lookup, &group.id),
        line(rule)
    );
    let (remedy, fix) = match narrowed(lookup, service_tasks, &open, line) {
        Ok(Narrowed { remedy, fix }) => {
            (format!("{remedy} What else is needed from elsewhere gets a rule of its own, with its own source."), fix)
        }
        Err(Gap::Unread(_)) => (RULE.remedy.to_owned(), None),
        Err(gap) => return judgement.abstain(service_tasks.unit(), gap),
    };
    let ids = open.iter().map(|(group, _)| &group.id);
    let draft = start(&RULE, summary).service_tasks(service_tasks).security_groups(ids).subject(lines.join("; "));
    let grouping = Grouping {
        cause: group.id.to_string(),
        what: format!(
            "services can be reached by everybody beyond what they serve: security group {}",
            called(lookup, &group.id)
        ),
        of: None,
    };
    let draft =
        draft.remedy_instead(remedy).grouped(grouping).fixes(vec![fix.unwrap_or_else(|| closing(lookup, group, rule))]);
    judgement.findings.push(draft.evidence("rules", Some(lines)).done());
}

fn open<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
) -> Result<Vec<(&'a SecurityGroup, &'a SecurityGroupRule)>, Gap<'a>> {
    let (served, actual) = (served(lookup, service_tasks), actual(lookup, service_tasks));
    let Some(served) = served? else { return Ok(Vec::new()) };
    let rules = actual?.into_iter().flat_map(|group| group.ingress.iter().map(move |rule| (group, rule)));
    Ok(rules.filter(|(_, rule)| is_for_the_world(rule) && !is_within(rule, &served)).collect())
}

/// What is served, by protocol and port; `None` if the tasks serve through no target group of a Network Load Balancer.
fn served<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
) -> Result<Option<BTreeSet<(Protocol, u16)>>, Gap<'a>> {
    let Some(service) = service_tasks.service else { return Ok(None) };
    let pairs: BTreeSet<_> =
        service_tasks.checked_interfaces.iter().flat_map(|checked| serves(service, checked.task)).collect();
    let answers: Vec<_> = pairs.into_iter().map(|(arn, port)| (lookup.target_group(arn), port)).collect();
    let mut served = BTreeSet::new();
    for (group, port) in answers {
        let protocols = group?.map(|group| transports(group.protocol.as_deref())).unwrap_or_default();
        served.extend(protocols.iter().map(|protocol| (protocol.clone(), port)));
    }
    Ok((!served.is_empty()).then_some(served))
}

fn actual<'a>(lookup: &Lookup<'a>, service_tasks: &ServiceTasks<'a>) -> Result<Vec<&'a SecurityGroup>, Gap<'a>> {
    let mut group_sets: Vec<_> = service_tasks
        .checked_interfaces
        .iter()
        .map(|checked| (&checked.interface.vpc, &checked.interface.security_groups))
        .collect();
    group_sets.sort();
    group_sets.dedup();
    let answers: Vec<_> = group_sets.into_iter().map(|(vpc, ids)| groups(lookup, ids, Some(vpc))).collect();
    let mut actual: Vec<&SecurityGroup> = Vec::new();
    for groups in answers {
        for group in groups?.known {
            if !actual.iter().any(|one| one.id == group.id) {
                actual.push(group);
            }
        }
    }
    Ok(actual)
}

fn is_for_the_world(rule: &SecurityGroupRule) -> bool {
    let ranges: Vec<IpNet> = rule.peers.iter().filter_map(range).collect();
    let is_open = |version| everywhere(version).into_iter().all(|all| cover(&ranges, all));
    is_open(IpVersion::Ipv4) || is_open(IpVersion::Ipv6)
}

fn range(peer: &Peer) -> Option<IpNet> {
    match peer {
        Peer::Range(range) => Some(*range),
        _ => None,
    }
}

/// Does it let in nothing beyond what is served?
fn is_within(rule: &SecurityGroupRule, served: &BTreeSet<(Protocol, u16)>) -> bool {
    match (&rule.protocol, rule.ports) {
        (Protocol::Icmp | Protocol::Icmpv6, _) => true,
        (protocol, Some(range)) if protocol.has_ports() => {
            range.ports().all(|port| served.contains(&(protocol.clone(), port)))
        }
        _ => false,
    }
}

fn line(rule: &SecurityGroupRule) -> String {
    let ranges: Vec<String> = rule.peers.iter().filter_map(range).map(|range| range.to_string()).collect();
    let protocol = match &rule.protocol {
        Protocol::All => "all protocols".to_owned(),
        protocol => protocol.as_str().to_uppercase(),
    };
    let ports = match rule.ports {
        Some(ports) if rule.protocol.has_ports() => format!(" port {ports}"),
        _ if rule.protocol.has_ports() => " on all ports".to_owned(),
        _ => String::new(),
    };
    format!("{protocol}{ports} from {}", ranges.join(", "))
}

/// Removing what lets everybody in. What is still needed is let in first, by rules of its own: the remedy names them.
fn closing(lookup: &Lookup<'_>, group: &SecurityGroup, rule: &SecurityGroupRule) -> Fix {
    let region = &lookup.observation().region;
    fix(
        format!("Remove the open rule from security group {}", called(lookup, &group.id)),
        "Not safe before the rules in \"what to do\" are there, and not where other services have the group: whatever reaches \
         its tasks by this rule alone is blocked at once.",
    )
    .command(revoke(region.as_str(), &group.id, &of_ranges(rule)))
    .at_security_group(region, &group.id)
    .done()
}
