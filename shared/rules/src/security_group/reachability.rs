//! Whether what a balancer sends passes to the tasks of a target group.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::ec2::{Protocol, Subnet};
use model::elb::{HealthCheckPort, TargetGroup, TargetState, TargetType};
use model::id::{LoadBalancerKind, SecurityGroupId, TargetGroupArn};
use model::observation::{Gap, Lookup};

use super::balancer::{Purpose, Sender, groups};
use super::checked_interfaces::{CheckedInterface, ServiceTasks};
use super::path::{Inbound, Outbound, inbound, outbound};
use super::reach::flow::transports;
use super::reach::{Admission, Flow};
use super::serves::serves;
use crate::configuration::crosses_zones;

/// A target group with the tasks of one service that serve through it.
pub(crate) struct Reachability<'a, 'p> {
    /// The group.
    pub(crate) group: &'a TargetGroup,
    /// The Network Load Balancers it hangs on.
    pub(crate) senders: Vec<Sender<'a>>,
    /// The ports they serve on.
    pub(crate) ports: BTreeSet<u16>,
    /// Their interfaces, by the groups they have.
    pub(crate) group_sets: BTreeMap<Vec<SecurityGroupId>, Vec<&'p CheckedInterface<'a>>>,
}

/// Tasks that a flow doesn't reach.
#[derive(Clone)]
pub(crate) struct BlockedTasks<'a, 'p> {
    /// What doesn't.
    pub(crate) flow: Flow,
    /// Who sends it.
    pub(crate) sender: Sender<'a>,
    /// The groups they have.
    pub(crate) group_set: Vec<SecurityGroupId>,
    /// Their interfaces.
    pub(crate) checked_interfaces: Vec<&'p CheckedInterface<'a>>,
    /// Only from the nodes in these zones, while those in others reach them; none where no node does.
    pub(crate) from_zones: Vec<String>,
    /// The balancer's groups don't let it out.
    pub(crate) outbound: bool,
    /// The tasks' groups don't let it in.
    pub(crate) inbound: bool,
}

/// What was found out about a purpose.
pub(crate) struct ReachabilityOutcome<'a, 'p> {
    /// What doesn't reach tasks.
    pub(crate) blocked: Vec<BlockedTasks<'a, 'p>>,
    /// What can't be resolved, though everything was asked.
    pub(crate) doubts: Vec<String>,
}

/// The target groups that the service's tasks serve through.
pub(crate) fn reachabilities<'a, 'p>(
    lookup: &Lookup<'a>,
    service_tasks: &'p ServiceTasks<'a>,
) -> Vec<(TargetGroupArn, Result<Option<Reachability<'a, 'p>>, Gap<'a>>)> {
    let Some(service) = service_tasks.service else { return Vec::new() };
    let mut served: BTreeMap<TargetGroupArn, (BTreeSet<u16>, Vec<&CheckedInterface<'a>>)> = BTreeMap::new();
    for checked in &service_tasks.checked_interfaces {
        for (group, port) in serves(service, checked.task) {
            let (all, checked_interfaces) = served.entry(group.clone()).or_default();
            all.insert(port);
            if !checked_interfaces.iter().any(|one| std::ptr::eq(*one, checked)) {
                checked_interfaces.push(checked);
            }
        }
    }
    let seen = served.into_iter().map(|(arn, (ports, checked_interfaces))| {
        let reachability = reachability(lookup, &arn, ports, &checked_interfaces);
        (arn, reachability)
    });
    seen.collect()
}

/// `None` where there is no Network Load Balancer, or nothing that it sends to addresses.
fn reachability<'a, 'p>(
    lookup: &Lookup<'a>,
    arn: &TargetGroupArn,
    ports: BTreeSet<u16>,
    checked_interfaces: &[&'p CheckedInterface<'a>],
) -> Result<Option<Reachability<'a, 'p>>, Gap<'a>> {
    let Some(group) = lookup.target_group(arn)? else { return Ok(None) };
    if group.target_type != TargetType::Ip || transports(group.protocol.as_deref()).is_empty() {
        return Ok(None);
    }
    let networks = group.load_balancers.iter().filter(|arn| arn.kind() == LoadBalancerKind::Network);
    let balancers: Vec<_> = networks.map(|arn| lookup.load_balancer(arn)).collect();
    let mut senders = Vec::new();
    for balancer in balancers {
        senders.extend(balancer?.map(|balancer| Sender { balancer, group }));
    }
    let mut group_sets: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for checked in checked_interfaces {
        let mut group_set = checked.interface.security_groups.clone();
        group_set.sort();
        group_sets.entry(group_set).or_default().push(*checked);
    }
    Ok((!senders.is_empty()).then_some(Reachability { group, senders, ports, group_sets }))
}

impl<'a, 'p> Reachability<'a, 'p> {
    /// What is sent to its targets.
    pub(crate) fn flows(&self, purpose: Purpose) -> Result<BTreeSet<Flow>, Gap<'a>> {
        let check = &self.group.health_check;
        let (protocols, ports): (&[Protocol], Vec<u16>) = match (purpose, check.port()) {
            (Purpose::Health, _) if !check.enabled => (&[], Vec::new()),
            (Purpose::Health, Ok(HealthCheckPort::Fixed(port))) => (&[Protocol::Tcp], vec![port]),
            (Purpose::Health, Ok(HealthCheckPort::Traffic)) => (&[Protocol::Tcp], self.ports.iter().copied().collect()),
            (Purpose::Health, Err(unread)) => return Err(unread.into()),
            (Purpose::Traffic | Purpose::PrivateLink, _) => {
                (transports(self.group.protocol.as_deref()), self.ports.iter().copied().collect())
            }
        };
        let of_protocol = |protocol: &Protocol| {
            let flow = |port: &u16| Flow { protocol: protocol.clone(), port: *port };
            ports.iter().map(flow).collect::<Vec<_>>()
        };
        Ok(protocols.iter().flat_map(of_protocol).collect())
    }

    /// Tasks that a flow certainly doesn't reach, whoever sends it; and what nobody can say.
    pub(crate) fn blocked(
        &self,
        lookup: &Lookup<'a>,
        purpose: Purpose,
    ) -> Result<ReachabilityOutcome<'a, 'p>, Gap<'a>> {
        let mut answers = Vec::new();
        for flow in self.flows(purpose)? {
            for (group_set, checked_interfaces) in &self.group_sets {
                answers.push(self.blocked_tasks(lookup, purpose, &flow, group_set, checked_interfaces));
            }
        }
        let all = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        let (blocked, doubts): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        Ok(ReachabilityOutcome {
            blocked: blocked.into_iter().flatten().collect(),
            doubts: doubts.into_iter().flatten().collect(),
        })
    }

    /// The same of what comes through an endpoint service, for each balancer by itself: its clients have no other way.
    pub(crate) fn blocked_private_link(&self, lookup: &Lookup<'a>) -> Result<ReachabilityOutcome<'a, 'p>, Gap<'a>> {
        let mut all = ReachabilityOutcome { blocked: Vec::new(), doubts: Vec::new() };
        for sender in &self.senders {
            let alone = Self {
                group: self.group,
                senders: vec![*sender],
                ports: self.ports.clone(),
                group_sets: self.group_sets.clone(),
            };
            let of_sender = alone.blocked(lookup, Purpose::PrivateLink)?;
            let shut_in: Vec<_> = of_sender.blocked.into_iter().filter(|one| one.inbound).collect();
            // Whether there are such clients is asked only where it matters.
            let matters = !shut_in.is_empty() || !of_sender.doubts.is_empty();
            if matters && sender.has_clients_apart(lookup)?.is_some() {
                all.blocked.extend(shut_in.into_iter().map(|one| BlockedTasks { outbound: false, ..one }));
                all.doubts.extend(of_sender.doubts);
            }
        }
        Ok(all)
    }

    fn blocked_tasks(
        &self,
        lookup: &Lookup<'a>,
        purpose: Purpose,
        flow: &Flow,
        group_set: &[SecurityGroupId],
        checked_interfaces: &[&'p CheckedInterface<'a>],
    ) -> Result<(Vec<BlockedTasks<'a, 'p>>, Option<String>), Gap<'a>> {
        let Some(vpc) = checked_interfaces.first().map(|checked| &checked.interface.vpc) else {
            return Ok((Vec::new(), None));
        };
        let actual = groups(lookup, group_set, Some(vpc))?;
        let paths = self.senders.iter().map(|sender| {
            let inbound = inbound(lookup, sender, &actual, flow, purpose)?;
            let outbound = outbound(lookup, sender, self.group, group_set, checked_interfaces, flow)?;
            Ok((sender, inbound, outbound))
        });
        let paths: Vec<_> = paths.collect::<Vec<_>>().into_iter().collect::<Result<_, Gap<'a>>>()?;
        let is_in_part = paths.iter().any(|(_, inbound, _)| !inbound.shut_zones.is_empty());
        let crosses = !is_in_part || crosses_zones(lookup, self.group)?;
        let zones: Vec<Option<&str>> = match crosses {
            true => vec![None; checked_interfaces.len()],
            false => zones_of(lookup, checked_interfaces)?,
        };
        // Which nodes check a target isn't documented. That it is those which send to it is a belief, so AWS's word counts before it.
        let healthy = match is_in_part && purpose == Purpose::Health {
            true => healthy(lookup, self.group)?,
            false => BTreeSet::new(),
        };
        let version = self.group.ip_version()?;
        let is_healthy =
            |at: usize| checked_interfaces[at].task.address(version).is_some_and(|ip| healthy.contains(&ip));
        let reached = |at: usize| {
            let of_sender = |(_, inbound, outbound): &(_, Inbound<'_>, Outbound)| {
                // Without crossing zones only the node in its own zone sends to it.
                let is_shut = zones[at].is_some_and(|zone| inbound.shut_zones.contains(&zone)) && !is_healthy(at);
                let inbound = if is_shut { Admission::BlockedTasks } else { inbound.verdict };
                Admission::all([inbound, outbound.verdicts[at]])
            };
            Admission::any(paths.iter().map(of_sender))
        };
        // One without an address of the group's kind isn't a target.
        let reachable =
            (0..checked_interfaces.len()).filter(|at| checked_interfaces[*at].task.address(version).is_some());
        let targets = reachable.clone();
        let (unreached, others): (Vec<usize>, Vec<usize>) =
            targets.partition(|at| reached(*at) == Admission::BlockedTasks);
        let is_unsure = others.into_iter().any(|at| reached(at) == Admission::Unsure);
        let Some((sender, inbound, outbound)) = paths.first() else { return Ok((Vec::new(), None)) };
        let doubt = inbound.doubt.or(outbound.doubt).filter(|_| is_unsure);
        let doubt = doubt.map(|why| format!("whether {flow} reaches the tasks can't be resolved: {why}"));
        let blocked =
            |sender: Sender<'a>, at: &[usize], (inbound, outbound): (bool, bool), from_zones: &[&str]| BlockedTasks {
                flow: flow.clone(),
                sender,
                group_set: group_set.to_vec(),
                checked_interfaces: at.iter().map(|at| checked_interfaces[*at]).collect(),
                from_zones: from_zones.iter().map(|zone| (*zone).to_owned()).collect(),
                outbound,
                inbound,
            };
        if !unreached.is_empty() {
            let is_out = unreached.iter().any(|at| outbound.verdicts[*at] == Admission::BlockedTasks);
            let is_in = inbound.verdict == Admission::BlockedTasks
                || unreached.iter().any(|at| zones[*at].is_some_and(|zone| inbound.shut_zones.contains(&zone)));
            return Ok((vec![blocked(**sender, &unreached, (is_in, is_out), &[])], doubt));
        }
        // Every node sends to every task, and what some of them send is lost.
        let in_part = paths.iter().filter(|(_, inbound, _)| crosses && !inbound.shut_zones.is_empty());
        let all: Vec<usize> = reachable.filter(|at| !is_healthy(*at)).collect();
        let in_part = in_part.map(|(sender, inbound, _)| blocked(**sender, &all, (true, false), &inbound.shut_zones));
        Ok((in_part.filter(|_| !all.is_empty()).collect(), doubt))
    }
}

/// The addresses of targets that AWS calls healthy.
fn healthy<'a>(lookup: &Lookup<'a>, group: &'a TargetGroup) -> Result<BTreeSet<IpAddr>, Gap<'a>> {
    let all = lookup.target_health(&group.arn)?.unwrap_or_default().iter();
    Ok(all.filter(|one| one.state == TargetState::Healthy).map(|one| one.target.ip).collect())
}

/// The Availability Zone of each, as far as it is known.
fn zones_of<'a>(
    lookup: &Lookup<'a>,
    checked_interfaces: &[&CheckedInterface<'a>],
) -> Result<Vec<Option<&'a str>>, Gap<'a>> {
    let zone = |checked: &&CheckedInterface<'a>| {
        let Some(id) = &checked.interface.subnet else { return Ok(None) };
        Ok(Subnet::zone_of(lookup.subnets(&checked.interface.vpc)?, id))
    };
    checked_interfaces.iter().map(zone).collect()
}
