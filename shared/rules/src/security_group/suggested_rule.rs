//! The one rule that would open what is shut: the narrowest, in words that can be typed into a console.

use std::fmt::Display;

use ipnet::IpNet;
use model::ec2::SecurityGroup;
use model::elb::{IpVersion, Scheme};
use model::id::{LoadBalancerKind, SecurityGroupId};
use model::observation::{Gap, Lookup};

use super::balancer::{Purpose, Sender};
use super::checked_interfaces::ServiceTasks;
use super::reach::Spread;
use super::reachability::BlockedTasks;

/// What isn't judged, so that nobody looks for it here.
pub(crate) const NOT_JUDGED: &str = "Network ACLs and routes are not judged here.";

/// The rules to add, a sentence each; one, unless both sides are shut.
pub(crate) fn suggested_rules<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    blocked: &BlockedTasks<'a, '_>,
    purpose: Purpose,
) -> Result<Vec<String>, Gap<'a>> {
    let own = own_group(service_tasks, blocked);
    let service =
        format!("type Custom {}, port range {}", blocked.flow.protocol.as_str().to_uppercase(), blocked.flow.port);
    let mut suggested_rules = Vec::new();
    if let Some(theirs) = blocked.sender.balancer.groups().first().filter(|_| blocked.outbound) {
        let (theirs, own) = (called(lookup, theirs), own.map(|own| called(lookup, own)));
        let to = own.unwrap_or_else(|| "the tasks' addresses".to_owned());
        suggested_rules.push(format!("Add an outbound rule to {theirs}: {service}, destination {to}."));
    }
    if blocked.inbound {
        let to = own.map_or_else(|| "a security group of the tasks".to_owned(), |own| called(lookup, own));
        let from = source(lookup, blocked.sender, purpose)?;
        suggested_rules.push(format!("Add an inbound rule to {to}: {service}, source {from}."));
    }
    Ok(suggested_rules)
}

/// Whom to let in: the balancer's group if it has one, for that stays right whatever addresses it gets.
fn source<'a>(lookup: &Lookup<'a>, sender: Sender<'a>, purpose: Purpose) -> Result<String, Gap<'a>> {
    if let Some(group) = sender.balancer.groups().first() {
        return Ok(format!("{}, the balancer's group", called(lookup, group)));
    }
    let version = sender.group.ip_version;
    if purpose == Purpose::Health {
        return own_addresses(lookup, sender);
    }
    match sender.preserves(lookup) {
        Ok(false) => return own_addresses(lookup, sender),
        Ok(true) => {}
        Err(Gap::Unread(_)) => {
            return Ok("the balancer's private addresses, or the clients' if they are preserved".to_owned());
        }
        Err(gap) => return Err(gap),
    }
    let clients = match (&sender.balancer.scheme, version) {
        (Scheme::InternetFacing, IpVersion::Ipv4) => {
            "0.0.0.0/0 (the clients, whose addresses the targets see)".to_owned()
        }
        (Scheme::InternetFacing, IpVersion::Ipv6) => "::/0 (the clients, whose addresses the targets see)".to_owned(),
        _ => {
            let example = match example(lookup, sender, version) {
                Err(Gap::Unread(_)) => String::new(),
                example => example?,
            };
            format!("the ranges that the clients come from, whose addresses the targets see{example}")
        }
    };
    Ok(clients)
}

fn own_addresses<'a>(lookup: &Lookup<'a>, sender: Sender<'a>) -> Result<String, Gap<'a>> {
    let (mut addresses, mut subnets) = (Vec::new(), Vec::new());
    // Its subnets will do where its interfaces can't be read, and its name where neither can.
    let spreads = sender.own_addresses(lookup, true).or_else(|gap| match gap {
        Gap::Unread(_) => sender.own_addresses(lookup, false),
        Gap::Pending => Err(gap),
    });
    let spreads = match spreads {
        Err(Gap::Unread(_)) => Vec::new(),
        spreads => spreads?,
    };
    for spread in spreads {
        match spread {
            Spread::Each(ranges) => addresses.extend(ranges),
            Spread::OneIn(ranges) => subnets.extend(ranges),
            Spread::Unknown(_) => {}
        }
    }
    Ok(match (addresses.is_empty(), subnets.is_empty()) {
        (false, true) => format!("{} (the balancer's private addresses)", list(&addresses)),
        (true, true) => "the balancer's private addresses".to_owned(),
        _ => format!("{} (the balancer's subnets)", list(&IpNet::aggregate(&[addresses, subnets].concat()))),
    })
}

/// The VPC's own ranges.
fn example<'a>(lookup: &Lookup<'a>, sender: Sender<'a>, version: IpVersion) -> Result<String, Gap<'a>> {
    let Some(vpc) = &sender.balancer.vpc else { return Ok(String::new()) };
    let ranges = lookup.subnets(vpc)?.iter().flat_map(|subnet| subnet.ranges.iter().copied());
    let ranges: Vec<IpNet> = ranges.filter(|range| IpVersion::of(range.addr()) == version).collect();
    Ok(if ranges.is_empty() {
        String::new()
    } else {
        format!(", such as {} for those in {vpc}", list(&IpNet::aggregate(&ranges)))
    })
}

/// The group to add the rule to: the first that the service declares, for that is what its next task has too.
fn own_group<'s>(
    service_tasks: &'s ServiceTasks<'_>,
    blocked: &'s BlockedTasks<'_, '_>,
) -> Option<&'s SecurityGroupId> {
    let declared = service_tasks.service.and_then(|service| blocked.checked_interfaces.first()?.declared(service));
    let declared = declared.map(|network| network.security_groups.as_slice()).unwrap_or_default();
    declared.iter().find(|group| blocked.group_set.contains(group)).or_else(|| blocked.group_set.first())
}

/// `sg-0abc (web)`.
pub(crate) fn called(lookup: &Lookup<'_>, id: &SecurityGroupId) -> String {
    let name = lookup.security_group(id).ok().flatten().map(|group: &SecurityGroup| group.name.as_str());
    name.map_or_else(|| id.to_string(), |name| format!("{id} ({name})"))
}

/// `10.0.1.7/32 and 10.0.2.7/32`.
pub(crate) fn list<T: Display>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    match texts.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// Where the sender is, for a summary: the balancer's name, by its kind.
pub(crate) fn sender(sender: Sender<'_>) -> String {
    let kind = match sender.balancer.kind() {
        LoadBalancerKind::Network => "Network Load Balancer",
        _ => "balancer",
    };
    format!("{kind} {}", sender.balancer.arn.name())
}
