//! The one rule that would let through what is blocked: the narrowest, in words, as a command and as Terraform.

use std::fmt::Display;

use ipnet::IpNet;
use model::ec2::{GroupReference, Peer, PortRange, SecurityGroup, SecurityGroupRule};
use model::elb::{IpVersion, Scheme};
use model::fix::Fix;
use model::id::{LoadBalancerKind, SecurityGroupId, VpcId};
use model::observation::{Gap, Lookup};

use super::balancer::{Purpose, Sender};
use super::checked_interfaces::ServiceTasks;
use super::own_group::{new_group, own_group};
use super::reach::range::everywhere;
use super::reach::{Flow, Spread};
use super::reachability::BlockedTasks;
use crate::fix::{Direction, authorize, fix, rule_resources};

/// What letting in everybody means.
const EVERYBODY: &str = "(the clients, whose addresses the targets see; this lets in everybody who has a route to the tasks, past \
    the balancer too)";

/// The rules to add.
#[derive(Debug, Default)]
pub(crate) struct SuggestedRules {
    /// A sentence each; one, unless both sides are shut.
    pub(crate) sentences: Vec<String>,
    /// The same as commands, where the group is there and its source is known.
    pub(crate) fixes: Vec<Fix>,
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
    let named = own.map_or_else(|| new_group(service_tasks), |own| called(lookup, &own.id));
    let (mut sentences, mut fixes) = (Vec::new(), Vec::new());
    if blocked.outbound {
        if let (Some(theirs), Some(own)) = (theirs, own) {
            fixes.push(letting(lookup, Direction::Out, theirs, flow, vec![in_group(&own.id)]));
        }
        let theirs = theirs.map_or_else(
            || format!("a security group of its own for {} (elbv2 set-security-groups)", sender.balancer.arn.name()),
            |theirs| called(lookup, theirs),
        );
        sentences.push(format!("Add an outbound rule to {theirs}: {}, destination {named}.", service(flow)));
    }
    if blocked.inbound {
        let Source { words, peers } = source(lookup, sender, purpose, vpc)?;
        sentences.push(inbound_sentence(&named, flow, &words));
        let own = own.filter(|_| !peers.is_empty());
        fixes.extend(own.map(|own| letting(lookup, Direction::In, &own.id, flow, peers)));
    }
    Ok(SuggestedRules { sentences, fixes, in_new_group })
}

/// A rule to add to a group: in a sentence, and as it is, where its source is known.
pub(crate) struct RuleToAdd {
    pub(crate) sentence: String,
    pub(crate) rule: Option<SecurityGroupRule>,
}

/// Letting in what the balancer sends.
pub(crate) fn inbound_rule<'a>(
    lookup: &Lookup<'a>,
    group: &str,
    sender: Sender<'a>,
    purpose: Purpose,
    flow: &Flow,
    vpc: &VpcId,
) -> Result<RuleToAdd, Gap<'a>> {
    let Source { words, peers } = source(lookup, sender, purpose, vpc)?;
    let sentence = inbound_sentence(group, flow, &words);
    Ok(RuleToAdd { sentence, rule: (!peers.is_empty()).then(|| of_flow(flow, peers)) })
}

fn of_flow(flow: &Flow, peers: Vec<Peer>) -> SecurityGroupRule {
    SecurityGroupRule {
        protocol: flow.protocol.clone(),
        ports: Some(PortRange { from: flow.port, to: flow.port }),
        peers,
    }
}

fn inbound_sentence(group: &str, flow: &Flow, from: &str) -> String {
    format!("Add an inbound rule to {group}: {}, source {from}.", service(flow))
}

/// The rule as a command and as Terraform.
pub(crate) fn letting(
    lookup: &Lookup<'_>,
    direction: Direction,
    group: &SecurityGroupId,
    flow: &Flow,
    peers: Vec<Peer>,
) -> Fix {
    let everybody = peers.iter().any(|peer| matches!(peer, Peer::Range(range) if range.prefix_len() == 0));
    let note = match everybody {
        false => "Safe now: it takes effect at once, and opens this port to nobody else.",
        true => {
            "It takes effect at once, and lets in everybody who has a route there: check that the port is meant to be public."
        }
    };
    let which = match direction {
        Direction::In => "in",
        Direction::Out => "out",
    };
    let title = format!("Let {flow} {which} by security group {}", called(lookup, group));
    let rule = of_flow(flow, peers);
    let observation = lookup.observation();
    fix(title, note)
        .command(authorize(observation.region.as_str(), direction, group, &rule))
        .terraform(rule_resources(direction, group, &rule))
        .at_security_group(&observation.region, group)
        .done()
}

fn in_group(id: &SecurityGroupId) -> Peer {
    Peer::Group(GroupReference { group: id.clone(), owner: None, vpc: None, peering_status: None })
}

/// Whom a rule lets in: in words, and as the rule has it, where that is known.
struct Source {
    words: String,
    peers: Vec<Peer>,
}

impl Source {
    fn of(words: String, ranges: &[IpNet]) -> Self {
        Self { words, peers: ranges.iter().copied().map(Peer::Range).collect() }
    }
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
fn source<'a>(lookup: &Lookup<'a>, sender: Sender<'a>, purpose: Purpose, vpc: &VpcId) -> Result<Source, Gap<'a>> {
    if purpose == Purpose::PrivateLink {
        return own_addresses(lookup, sender);
    }
    if let Some(group) = group_of(lookup, sender, vpc) {
        let words = format!("{}, the balancer's group", called(lookup, group));
        return Ok(Source { words, peers: vec![in_group(group)] });
    }
    let version = sender.group.ip_version()?;
    if purpose == Purpose::Health {
        return own_addresses(lookup, sender);
    }
    match sender.preserves(lookup) {
        Ok(false) => return own_addresses(lookup, sender),
        Ok(true) => {}
        Err(Gap::Unread(_)) => {
            let words = "the balancer's private addresses, or the clients' if they are preserved".to_owned();
            return Ok(Source::of(words, &[]));
        }
        Err(gap) => return Err(gap),
    }
    if sender.balancer.scheme == Scheme::InternetFacing {
        let everybody = everywhere(version);
        return Ok(Source::of(format!("{} {EVERYBODY}", list(&everybody)), &everybody));
    }
    let example = match example(lookup, sender, version) {
        Err(Gap::Unread(_)) => String::new(),
        example => example?,
    };
    let words = format!("the ranges that the clients come from, whose addresses the targets see{example}");
    Ok(Source::of(words, &[]))
}

fn own_addresses<'a>(lookup: &Lookup<'a>, sender: Sender<'a>) -> Result<Source, Gap<'a>> {
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
        (false, true) => Source::of(format!("{} (the balancer's private addresses)", list(&addresses)), &addresses),
        (true, true) => Source::of("the balancer's private addresses".to_owned(), &[]),
        _ => {
            let ranges = IpNet::aggregate(&[addresses, subnets].concat());
            Source::of(format!("{} (the balancer's subnets)", list(&ranges)), &ranges)
        }
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
