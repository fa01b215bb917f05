//! The one rule that would open what is shut: the narrowest, in words that can be typed into a console.

use std::fmt::Display;

use ipnet::IpNet;
use model::ec2::SecurityGroup;
use model::elb::{IpVersion, Scheme};
use model::id::{LoadBalancerKind, SecurityGroupId, VpcId};
use model::observation::{Gap, Lookup};

use super::balancer::{Purpose, Sender};
use super::checked_interfaces::ServiceTasks;
use super::own_group::{new_group, own_group};
use super::reach::{Flow, Spread};
use super::reachability::BlockedTasks;

/// What isn't judged, so that nobody looks for it here.
pub(crate) const NOT_JUDGED: &str = "Network ACLs and routes are not judged here.";

/// What letting in everybody means.
const EVERYBODY: &str = "(the clients, whose addresses the targets see; this lets in everybody who has a route to the tasks, past \
    the balancer too)";

/// The rules to add.
#[derive(Debug, Default)]
pub(crate) struct SuggestedRules {
    /// A sentence each; one, unless both sides are shut.
    pub(crate) sentences: Vec<String>,
    /// Some are for a group that has yet to be made.
    pub(crate) in_new_group: bool,
}

/// The rules that would open what is shut, in groups that nothing else has.
pub(crate) fn suggested_rules<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    blocked: &BlockedTasks<'a, '_>,
    purpose: Purpose,
) -> Result<SuggestedRules, Gap<'a>> {
    let Some(vpc) = blocked.checked_interfaces.first().map(|checked| &checked.interface.vpc) else {
        return Ok(SuggestedRules::default());
    };
    let (sender, flow) = (blocked.sender, &blocked.flow);
    let theirs = group_of(lookup, sender, vpc).filter(|_| blocked.outbound);
    let own = own_group(lookup, service_tasks, vpc, &blocked.group_set)?;
    let in_new_group = own.is_none();
    let own = own.map_or_else(|| new_group(service_tasks), |own| called(lookup, &own.id));
    let mut sentences = Vec::new();
    if blocked.outbound {
        let theirs = theirs.map_or_else(
            || format!("a security group of its own for {} (elbv2 set-security-groups)", sender.balancer.arn.name()),
            |theirs| called(lookup, theirs),
        );
        sentences.push(format!("Add an outbound rule to {theirs}: {}, destination {own}.", service(flow)));
    }
    if blocked.inbound {
        sentences.push(inbound_rule(lookup, &own, sender, purpose, flow, vpc)?);
    }
    Ok(SuggestedRules { sentences, in_new_group })
}

/// Letting in what the balancer sends, in a sentence.
pub(crate) fn inbound_rule<'a>(
    lookup: &Lookup<'a>,
    group: &str,
    sender: Sender<'a>,
    purpose: Purpose,
    flow: &Flow,
    vpc: &VpcId,
) -> Result<String, Gap<'a>> {
    let from = source(lookup, sender, purpose, vpc)?;
    Ok(format!("Add an inbound rule to {group}: {}, source {from}.", service(flow)))
}

fn service(flow: &Flow) -> String {
    format!("type Custom {}, port range {}", flow.protocol.as_str().to_uppercase(), flow.port)
}

/// The balancer's own group, if it has one that a rule of this VPC may name. The VPC's default group is everybody's, and a group
/// of another VPC can be named only through a peering connection.
fn group_of<'a>(lookup: &Lookup<'a>, sender: Sender<'a>, vpc: &VpcId) -> Option<&'a SecurityGroupId> {
    let is_here = sender.balancer.vpc.as_ref().is_none_or(|theirs| theirs == vpc);
    let is_own =
        |id: &&SecurityGroupId| !lookup.security_group(id).ok().flatten().is_some_and(SecurityGroup::is_default);
    sender.balancer.groups().iter().find(is_own).filter(|_| is_here)
}

/// Whom to let in: the balancer's group if it has one, for that stays right whatever addresses it gets.
fn source<'a>(lookup: &Lookup<'a>, sender: Sender<'a>, purpose: Purpose, vpc: &VpcId) -> Result<String, Gap<'a>> {
    if let Some(group) = group_of(lookup, sender, vpc) {
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
        (Scheme::InternetFacing, IpVersion::Ipv4) => format!("0.0.0.0/0 {EVERYBODY}"),
        (Scheme::InternetFacing, IpVersion::Ipv6) => format!("::/0 {EVERYBODY}"),
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
