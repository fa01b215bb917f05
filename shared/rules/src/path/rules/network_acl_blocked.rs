//! A network ACL that drops traffic, health checks or their answers.

use std::collections::BTreeSet;

use ipnet::IpNet;
use model::ec2::{NetworkAcl, PortRange, Protocol, Subnet};
use model::elb::{IpVersion, LoadBalancer};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::id::{SubnetId, VpcId};
use model::observation::{Gap, Lookup};
use model::scope::Unit;

use crate::configuration::crosses_zones;
use crate::finding::start;
use crate::fix::{AwsCommand, LOOK, fix};
use crate::judgement::Judgement;
use crate::path::acl_crossings::{Crossing, Denied, NodeSide, TaskSide, crossings};
use crate::path::acl_entries::{Opening, allowing};
use crate::path::network_acl::{EPHEMERAL, Passage, acl_of, is_open};
use crate::path::served_balancer::ServedBalancer;
use crate::rule::Rule;
use crate::security_group::{
    CheckedInterface, Flow, Purpose, Reachability, Sender, ServiceTasks, Spread, everywhere, reachabilities, transports,
};

/// How many crossings a finding lists.
const LISTED: usize = 20;

pub(crate) const RULE: Rule = Rule {
    slug: "network-acl-blocked",
    severity: Severity::High,
    title: "A network ACL drops what the load balancer sends, or the answers",
    explanation: "Network ACLs keep no state: the subnets of the load balancer and of the tasks must let traffic and health checks \
        pass in both directions, and so must they the answers, which go to ports 1024–65535 (\"Network ACL rules\" in the Amazon \
        VPC guide; recommended rules in the guide to Network Load Balancers). Between a load balancer's node and a task in the \
        same subnet no network ACL is evaluated. A way counts as shut only where all of it is denied; where only some ports of \
        the answers are, connections fail now and then, and the finding is low. What clients' own networks let through can't \
        be known: towards clients a way is judged only where nobody at all passes.",
    remedy: "Allow what is denied, in both directions, in the network ACL that the finding names: the listener's or target's port \
        one way, TCP or UDP 1024–65535 for the answers the other way. A change of a network ACL holds at once.",
    repair: "none",
};

/// Entries that let pass what is denied, where all of it is known, and a look at the network ACLs.
fn fixes(denied: &[Denied<'_>], region: &str, balancer: &str, tasks: &str) -> Vec<Fix> {
    let openings: Option<Vec<&Opening<'_>>> = denied.iter().map(|one| one.opening.as_ref()).collect();
    let what = format!("what {balancer} sends to tasks of {tasks}, and the answers,");
    let made = openings.and_then(|openings| allowing(region, &openings, &what));
    let look = look_at(region, denied.iter().map(|one| one.acl.id.as_str()).collect());
    made.into_iter().chain([look]).collect()
}

fn look_at(region: &str, acls: BTreeSet<&str>) -> Fix {
    let command = AwsCommand::new(region, "ec2", "describe-network-acls").args("network-acl-ids", &acls);
    let named: Vec<String> = acls.iter().map(ToString::to_string).collect();
    fix(format!("See the rules of network ACL {}", named.join(", ")), LOOK).command(command).done()
}

/// Judges the ways between balancers and the tasks of a service.
pub(crate) fn judge_tasks<'a>(lookup: &Lookup<'a>, tasks: &ServiceTasks<'a>, judgement: &mut Judgement) {
    let vpcs: BTreeSet<&VpcId> = tasks.vpcs().into_iter().chain(tasks.group_vpcs(lookup)).collect();
    let acls = judgement.keep(|| tasks.unit(), acls(lookup, vpcs));
    // A VPC whose network ACLs let everything pass is what nearly everybody has.
    if acls.is_none_or(|acls| acls.iter().all(|acl| is_open(acl))) {
        return;
    }
    for (arn, reachability) in reachabilities(lookup, tasks) {
        let about = || Unit::TargetGroup(arn.clone());
        let Some(reachability) = judgement.keep(about, reachability).flatten() else { continue };
        let found = judgement.keep(about, finding(lookup, tasks, &reachability));
        judgement.findings.extend(found.flatten());
    }
}

fn acls<'a>(lookup: &Lookup<'a>, vpcs: BTreeSet<&VpcId>) -> Result<Vec<&'a NetworkAcl>, Gap<'a>> {
    let answers: Vec<_> = vpcs.into_iter().map(|vpc| lookup.network_acls(vpc)).collect();
    Ok(answers.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn finding<'a>(
    lookup: &Lookup<'a>,
    tasks: &ServiceTasks<'a>,
    reachability: &Reachability<'a, '_>,
) -> Result<Option<Finding>, Gap<'a>> {
    let group = reachability.group;
    let crosses = crosses_zones(lookup, group)?;
    let ways = reachability.senders.iter().map(|sender| Way::of(lookup, sender)).collect::<Vec<_>>();
    let ways = ways.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (mut denied, mut reached, mut all) = (Vec::new(), 0_usize, 0_usize);
    for checked in reachability.group_sets.values().flatten() {
        let of_task = ways.iter().map(|way| denied_to(lookup, reachability, way, checked, crosses));
        let of_task: Vec<_> = of_task.collect();
        let of_task: Vec<Denied<'_>> =
            of_task.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        all += 1;
        reached += usize::from(!of_task.iter().any(|one| one.passage == Passage::Shut));
        denied.extend(of_task);
    }
    let Some(worst) = denied.iter().map(|one| one.passage).min() else { return Ok(None) };
    let words: BTreeSet<&str> =
        denied.iter().filter(|one| one.passage == worst).map(|one| one.words.as_str()).collect();
    let words: Vec<&str> = words.into_iter().take(LISTED).collect();
    let Some(first) = words.first() else { return Ok(None) };
    let balancer = reachability.senders.first().map(|sender| sender.balancer.arn.name()).unwrap_or_default();
    let (summary, severity) = match worst {
        Passage::Shut => (
            format!("{} of {all} tasks of {} aren't reached by {balancer}: {first}", all - reached, tasks.name()),
            Severity::High,
        ),
        _ => (
            format!("Some connections of {balancer} to tasks of {} may fail: {first} in part", tasks.name()),
            Severity::Low,
        ),
    };
    let draft = start(&RULE, summary).severity(severity).service_tasks(tasks).target_group(&group.arn);
    let draft = draft.fixes(fixes(&denied, group.arn.region(), balancer, &tasks.name()));
    let draft = if worst == Passage::Shut { draft.loses_traffic(all - reached) } else { draft };
    let draft = draft.subject(words.join("; ")).evidence("tasks", Some(format!("{} of {all}", all - reached)));
    Ok(Some(draft.evidence("denied", Some(words)).done()))
}

/// A balancer that sends to the group.
struct Way<'a> {
    balancer: &'a LoadBalancer,
    nodes: Vec<NodeSide<'a>>,
    /// The tasks see the clients' addresses …
    preserves: bool,
    /// … and yet, or else, its own.
    sends_itself: bool,
}

impl<'a> Way<'a> {
    fn of(lookup: &Lookup<'a>, sender: &Sender<'a>) -> Result<Self, Gap<'a>> {
        let (nodes, preserves) = (nodes(lookup, sender), sender.preserves(lookup));
        let (nodes, preserves) = (nodes?, preserves?);
        let sends_itself = !preserves || sender.always_sends_itself(Purpose::Traffic);
        Ok(Self { balancer: sender.balancer, nodes, preserves, sends_itself })
    }
}

/// What doesn't pass between a balancer's nodes and a task.
fn denied_to<'a>(
    lookup: &Lookup<'a>,
    reachability: &Reachability<'a, '_>,
    way: &Way<'a>,
    checked: &CheckedInterface<'a>,
    crosses: bool,
) -> Result<Vec<Denied<'a>>, Gap<'a>> {
    let version = reachability.group.ip_version()?;
    let (Some(subnet), Some(address)) = (&checked.interface.subnet, checked.task.address(version)) else {
        return Ok(Vec::new());
    };
    let (Some(vpc), task) = (&way.balancer.vpc, IpNet::from(address)) else { return Ok(Vec::new()) };
    let own = (lookup.network_acls(&checked.interface.vpc), lookup.network_acls(vpc), lookup.subnets(vpc));
    let (of_task, of_nodes, subnets) = (own.0?, own.1?, own.2?);
    let Some(at_task) = acl_of(of_task, subnet) else { return Ok(Vec::new()) };
    let zone_of = |id: &SubnetId| Subnet::zone_of(subnets, id);
    let of_version = |range: &IpNet| IpVersion::of(range.addr()) == version;
    let own = subnets.iter().filter(|one| one.id == *subnet).flat_map(|one| &one.ranges);
    let task = TaskSide { address: task, range: own.copied().filter(of_version).collect(), subnet, acl: at_task };
    let mut denied = Vec::new();
    for node in &way.nodes {
        // Inside one subnet none is evaluated, and without crossing zones a node sends to its own.
        let is_apart = !crosses && zone_of(node.subnet) != zone_of(subnet);
        if node.subnet == subnet || is_apart {
            continue;
        }
        let Some(at_node) = acl_of(of_nodes, node.subnet) else { continue };
        for flow in reachability.flows(Purpose::Health)? {
            let crossings = crossings(&flow, &task, node, at_node);
            let judged = crossings.into_iter().filter_map(|crossing| crossing.judge("health checks"));
            denied.extend(judged.filter(|one| node.is_certain(one)));
        }
        let flows = reachability.flows(Purpose::Traffic)?;
        // Of two protocols one may be all that the service speaks.
        if way.sends_itself && flows.len() == 1 {
            for flow in &flows {
                let crossings = crossings(flow, &task, node, at_node);
                let judged = crossings.into_iter().filter_map(|crossing| crossing.judge("traffic"));
                denied.extend(judged.filter(|one| node.is_certain(one)));
            }
        }
    }
    if way.preserves {
        denied.extend(denied_to_clients(&reachability.flows(Purpose::Traffic)?, version, (at_task, subnet)));
    }
    Ok(denied)
}

/// The nodes, with their addresses as exactly as they are known.
fn nodes<'a>(lookup: &Lookup<'a>, sender: &Sender<'a>) -> Result<Vec<NodeSide<'a>>, Gap<'a>> {
    let spreads = sender.own_addresses(lookup, true)?;
    let nodes = sender.balancer.zones.iter().zip(spreads).filter_map(|(zone, spread)| match spread {
        Spread::Each(addresses) => Some(NodeSide { subnet: zone.subnet.as_ref()?, addresses, is_exact: true }),
        Spread::OneIn(ranges) => Some(NodeSide { subnet: zone.subnet.as_ref()?, addresses: ranges, is_exact: false }),
        Spread::Unknown(_) => None,
    });
    Ok(nodes.collect())
}

/// With clients' addresses preserved the task's subnet must let clients pass. Which they are isn't known: it is shut where nobody
/// passes.
fn denied_to_clients<'a>(
    flows: &BTreeSet<Flow>,
    version: IpVersion,
    (acl, subnet): (&'a NetworkAcl, &SubnetId),
) -> Vec<Denied<'a>> {
    let mut shut = Vec::new();
    for flow in flows {
        let crossing = |egress, ports, is_answer| Crossing {
            acl,
            subnet,
            egress,
            protocol: &flow.protocol,
            peers: everywhere(version),
            lasting: &[],
            ports,
            is_answer,
        };
        let crossings =
            [crossing(false, PortRange { from: flow.port, to: flow.port }, false), crossing(true, EPHEMERAL, true)];
        let denied = crossings.into_iter().filter_map(|crossing| crossing.judge("clients' traffic"));
        shut.extend(denied.filter(|one| one.passage == Passage::Shut).take(1));
    }
    if shut.len() == flows.len() { shut } else { Vec::new() }
}

/// Judges the way from clients to the balancer's nodes.
pub(crate) fn judge_balancer<'a>(lookup: &Lookup<'a>, served: &ServedBalancer<'a>, judgement: &mut Judgement) {
    let found = judgement.keep(|| served.unit(), at_balancer(lookup, served));
    judgement.findings.extend(found.flatten());
}

fn at_balancer<'a>(lookup: &Lookup<'a>, served: &ServedBalancer<'a>) -> Result<Option<Finding>, Gap<'a>> {
    let Some(vpc) = &served.balancer.vpc else { return Ok(None) };
    let acls = lookup.network_acls(vpc)?;
    if acls.iter().all(is_open) {
        return Ok(None);
    }
    let (mut words, mut named) = (BTreeSet::new(), BTreeSet::new());
    let (listeners, all_zones) = (served.listeners(lookup)?, &served.balancer.zones);
    let (mut zones, mut ports, mut ways) = (BTreeSet::new(), BTreeSet::new(), 0);
    for listener in &listeners {
        let Some(port) = listener.port else { continue };
        let protocols = transports(listener.protocol.as_deref());
        let subnets = all_zones.iter().filter_map(|zone| Some((zone, zone.subnet.as_ref()?)));
        for (zone, subnet, acl) in subnets.filter_map(|(zone, subnet)| Some((zone, subnet, acl_of(acls, subnet)?))) {
            let shut: Vec<Denied<'_>> = protocols
                .iter()
                .filter_map(|protocol| shut_to_all(served.balancer, protocol, port, acl, subnet))
                .collect();
            if shut.len() == protocols.len() {
                zones.insert(zone.name.as_str());
                ports.insert(port);
                ways += 1;
                named.extend(shut.iter().map(|one| one.acl.id.as_str()));
                words.extend(shut.into_iter().map(|one| one.words));
            }
        }
    }
    let words: Vec<String> = words.into_iter().take(LISTED).collect();
    let Some(first) = words.first() else { return Ok(None) };
    let is_all = ways == zones.len() * listeners.len();
    let on = match is_all {
        true => String::new(),
        false => format!(" on port {}", ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    };
    let in_zones = match zones.len() == all_zones.len() {
        true => String::new(),
        false => format!(" in {}", zones.into_iter().collect::<Vec<_>>().join(", ")),
    };
    let (users, name) = (served.users_in_words(), served.name());
    let summary = format!("No client reaches {users} through {name}{in_zones}{on}: {first}");
    let look = look_at(served.balancer.arn.region(), named);
    let draft = served.start(&RULE, summary).fixes(vec![look]).subject(words.join("; "));
    let draft = if is_all { draft.loses_traffic(0) } else { draft };
    Ok(Some(draft.evidence("denied", Some(words)).done()))
}

/// Does nobody get in, or no answer out?
fn shut_to_all<'a>(
    balancer: &LoadBalancer,
    protocol: &Protocol,
    port: u16,
    acl: &'a NetworkAcl,
    subnet: &SubnetId,
) -> Option<Denied<'a>> {
    use IpVersion::{Ipv4, Ipv6};
    let versions: &[_] = if balancer.is_dualstack() { &[Ipv4, Ipv6] } else { &[Ipv4] };
    let peers: Vec<IpNet> = versions.iter().flat_map(|version| everywhere(*version)).collect();
    let crossing = |egress, ports, is_answer| Crossing {
        acl,
        subnet,
        egress,
        protocol,
        peers: peers.clone(),
        lasting: &[],
        ports,
        is_answer,
    };
    let crossings = [crossing(false, PortRange { from: port, to: port }, false), crossing(true, EPHEMERAL, true)];
    crossings
        .into_iter()
        .filter_map(|crossing| crossing.judge("clients' traffic"))
        .find(|one| one.passage == Passage::Shut)
}
