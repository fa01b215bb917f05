//! Whether what a balancer sends passes to the tasks of a target group.

use std::collections::{BTreeMap, BTreeSet};

use model::ec2::Protocol;
use model::elb::{HealthCheckPort, TargetGroup, TargetType};
use model::id::{LoadBalancerKind, SecurityGroupId, TargetGroupArn};
use model::observation::{Gap, Lookup};

use super::balancer::{Purpose, Sender, groups};
use super::reach::flow::transports;
use super::reach::{Flow, Verdict};
use super::serves::serves;
use super::way::{Inbound, Outbound, inbound, outbound};
use super::wearers::{Party, Wearer};

/// A target group with the tasks of one service that serve through it.
pub(crate) struct Passage<'a, 'p> {
    /// The group.
    pub(crate) group: &'a TargetGroup,
    /// The Network Load Balancers it hangs on.
    pub(crate) senders: Vec<Sender<'a>>,
    /// The ports they serve on.
    pub(crate) ports: BTreeSet<u16>,
    /// Their interfaces, by the groups they have.
    pub(crate) outfits: BTreeMap<Vec<SecurityGroupId>, Vec<&'p Wearer<'a>>>,
}

/// Tasks that a flow doesn't reach.
pub(crate) struct Shut<'a, 'p> {
    /// What doesn't.
    pub(crate) flow: Flow,
    /// Who sends it.
    pub(crate) sender: Sender<'a>,
    /// The groups they have.
    pub(crate) outfit: Vec<SecurityGroupId>,
    /// Their interfaces.
    pub(crate) wearers: Vec<&'p Wearer<'a>>,
    /// The balancer's groups don't let it out.
    pub(crate) outbound: bool,
    /// The tasks' groups don't let it in.
    pub(crate) inbound: bool,
}

/// What was found out about a purpose.
pub(crate) struct Outcome<'a, 'p> {
    /// What doesn't reach tasks.
    pub(crate) shut: Vec<Shut<'a, 'p>>,
    /// What can't be told, though everything was asked.
    pub(crate) doubts: Vec<String>,
}

/// The target groups that the party's tasks serve through.
pub(crate) fn passages<'a, 'p>(
    lookup: &Lookup<'a>,
    party: &'p Party<'a>,
) -> Vec<(TargetGroupArn, Result<Option<Passage<'a, 'p>>, Gap<'a>>)> {
    let Some(service) = party.service else { return Vec::new() };
    let mut served: BTreeMap<TargetGroupArn, (BTreeSet<u16>, Vec<&Wearer<'a>>)> = BTreeMap::new();
    for wearer in &party.wearers {
        for (group, port) in serves(service, wearer.task) {
            let (all, wearers) = served.entry(group.clone()).or_default();
            all.insert(port);
            if !wearers.iter().any(|one| std::ptr::eq(*one, wearer)) {
                wearers.push(wearer);
            }
        }
    }
    let seen = served.into_iter().map(|(arn, (ports, wearers))| {
        let passage = passage(lookup, &arn, ports, &wearers);
        (arn, passage)
    });
    seen.collect()
}

/// `None` where there is no Network Load Balancer, or nothing that it sends to addresses.
fn passage<'a, 'p>(
    lookup: &Lookup<'a>,
    arn: &TargetGroupArn,
    ports: BTreeSet<u16>,
    wearers: &[&'p Wearer<'a>],
) -> Result<Option<Passage<'a, 'p>>, Gap<'a>> {
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
    let mut outfits: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for wearer in wearers {
        let mut outfit = wearer.interface.security_groups.clone();
        outfit.sort();
        outfits.entry(outfit).or_default().push(*wearer);
    }
    Ok((!senders.is_empty()).then_some(Passage { group, senders, ports, outfits }))
}

impl<'a, 'p> Passage<'a, 'p> {
    /// What is sent to its targets.
    pub(crate) fn flows(&self, purpose: Purpose) -> BTreeSet<Flow> {
        let check = &self.group.health_check;
        let (protocols, ports): (&[Protocol], Vec<u16>) = match (purpose, check.port) {
            (Purpose::Health, _) if !check.enabled => (&[], Vec::new()),
            (Purpose::Health, HealthCheckPort::Fixed(port)) => (&[Protocol::Tcp], vec![port]),
            (Purpose::Health, HealthCheckPort::Traffic) => (&[Protocol::Tcp], self.ports.iter().copied().collect()),
            (Purpose::Traffic, _) => (transports(self.group.protocol.as_deref()), self.ports.iter().copied().collect()),
        };
        let of_protocol = |protocol: &Protocol| {
            let flow = |port: &u16| Flow { protocol: protocol.clone(), port: *port };
            ports.iter().map(flow).collect::<Vec<_>>()
        };
        protocols.iter().flat_map(of_protocol).collect()
    }

    /// Tasks that a flow certainly doesn't reach, whoever sends it; and what nobody can say.
    pub(crate) fn shut(&self, lookup: &Lookup<'a>, purpose: Purpose) -> Result<Outcome<'a, 'p>, Gap<'a>> {
        let mut answers = Vec::new();
        for flow in self.flows(purpose) {
            for (outfit, wearers) in &self.outfits {
                answers.push(self.shut_out(lookup, purpose, &flow, outfit, wearers));
            }
        }
        let all = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        let (shut, doubts): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        Ok(Outcome { shut: shut.into_iter().flatten().collect(), doubts: doubts.into_iter().flatten().collect() })
    }

    fn shut_out(
        &self,
        lookup: &Lookup<'a>,
        purpose: Purpose,
        flow: &Flow,
        outfit: &[SecurityGroupId],
        wearers: &[&'p Wearer<'a>],
    ) -> Result<(Option<Shut<'a, 'p>>, Option<String>), Gap<'a>> {
        let Some(vpc) = wearers.first().map(|wearer| &wearer.interface.vpc) else { return Ok((None, None)) };
        let worn = groups(lookup, outfit, Some(vpc))?;
        let ways = self.senders.iter().map(|sender| {
            let inbound = inbound(lookup, sender, &worn, flow, purpose)?;
            let outbound = outbound(lookup, sender, self.group, outfit, wearers, flow)?;
            Ok((sender, inbound, outbound))
        });
        let ways: Vec<_> = ways.collect::<Vec<_>>().into_iter().collect::<Result<_, Gap<'a>>>()?;
        let reached = |at: usize| {
            let of_sender = |(_, inbound, outbound): &(_, Inbound, Outbound)| {
                Verdict::all([inbound.verdict, outbound.verdicts[at]])
            };
            Verdict::any(ways.iter().map(of_sender))
        };
        // One without an address of the group's kind isn't a target.
        let targets = (0..wearers.len()).filter(|at| wearers[*at].task.address(self.group.ip_version).is_some());
        let (unreached, others): (Vec<usize>, Vec<usize>) = targets.partition(|at| reached(*at) == Verdict::Shut);
        let is_unsure = others.into_iter().any(|at| reached(at) == Verdict::Unsure);
        let Some((sender, inbound, outbound)) = ways.first() else { return Ok((None, None)) };
        let doubt = inbound.doubt.or(outbound.doubt).filter(|_| is_unsure);
        let doubt = doubt.map(|why| format!("whether {flow} reaches the tasks can't be told: {why}"));
        if unreached.is_empty() {
            return Ok((None, doubt));
        }
        let shut = Shut {
            flow: flow.clone(),
            sender: **sender,
            outfit: outfit.to_vec(),
            outbound: unreached.iter().any(|at| outbound.verdicts[*at] == Verdict::Shut),
            inbound: inbound.verdict == Verdict::Shut,
            wearers: unreached.into_iter().map(|at| wearers[at]).collect(),
        };
        Ok((Some(shut), doubt))
    }
}
