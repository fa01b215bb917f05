//! Both sides of a way: in to the tasks, and out of the balancer.
//!
//! Asked from cheap to expensive: most often the rules themselves decide, then the balancer's subnets. Its very addresses are
//! needed only where a rule has part of one, prefix lists only where nothing else lets it pass.

use ipnet::IpNet;
use model::elb::TargetGroup;
use model::id::SecurityGroupId;
use model::observation::{Gap, Lookup};

use super::balancer::{Groups, Purpose, Sender, fill};
use super::checked_interfaces::CheckedInterface;
use super::reach::{Admission, Admitted, Flow, Spread};

/// Whether something is let in, and why nobody can say where nobody can.
#[derive(Debug, Clone)]
pub(crate) struct Inbound<'a> {
    /// Whether it is, from some node at least.
    pub(crate) verdict: Admission,
    /// The zones of the nodes from which it certainly isn't, where it is from others.
    pub(crate) shut_zones: Vec<&'a str>,
    /// What can't be seen.
    pub(crate) doubt: Option<&'static str>,
}

/// Whether something is let out to each task, and why nobody can say where nobody can.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    /// Whether it is, task by task.
    pub(crate) verdicts: Vec<Admission>,
    /// What can't be seen.
    pub(crate) doubt: Option<&'static str>,
}

impl From<Admission> for Inbound<'_> {
    fn from(verdict: Admission) -> Self {
        Self { verdict, shut_zones: Vec::new(), doubt: None }
    }
}

/// Do these groups let the flow in?
pub(crate) fn inbound<'a>(
    lookup: &Lookup<'a>,
    sender: &Sender<'a>,
    actual: &Groups<'_>,
    flow: &Flow,
    purpose: Purpose,
) -> Result<Inbound<'a>, Gap<'a>> {
    let mut admitted = Admitted::of(actual.known.iter().flat_map(|group| &group.ingress), flow);
    admitted.is_unclear = actual.is_incomplete;
    let by_group = sender.is_let_in_by_its_groups(purpose) && admitted.admits_any_of(sender.balancer.groups());
    if by_group || admitted.admits_all(sender.group.ip_version()?) {
        return Ok(Admission::Open.into());
    }
    if admitted.ranges.is_empty() && admitted.lists.is_empty() && !admitted.is_unclear {
        return Ok(Admission::BlockedTasks.into());
    }
    let judge = |admitted: &Admitted, from: &[Spread]| -> Vec<Admission> {
        from.iter().map(|spread| admitted.admits(spread)).collect()
    };
    let sends_itself = sender.always_sends_itself(purpose);
    let from_nodes = match sends_itself || sender.sends_alone(lookup, purpose)? {
        true => judge(&admitted, &sender.own_addresses(lookup, false)?),
        false => Vec::new(),
    };
    let roughly = match sends_itself && from_nodes.contains(&Admission::Open) {
        true => Admission::Open,
        false => Admission::any(judge(&admitted, &sender.spreads(lookup, flow, purpose, false)?)),
    };
    let is_exact = match roughly {
        Admission::BlockedTasks => return Ok(roughly.into()),
        Admission::Unsure => false,
        // Where its nodes alone send, each of them counts.
        Admission::Open => !from_nodes.contains(&Admission::Unsure) || !sender.sends_alone(lookup, purpose)?,
    };
    if is_exact {
        return Ok(Inbound {
            verdict: roughly,
            shut_zones: shut_zones(lookup, sender, purpose, &from_nodes)?,
            doubt: None,
        });
    }
    let (admitted, exactly) = (fill(lookup, admitted), sender.spreads(lookup, flow, purpose, true));
    let (admitted, exactly) = (admitted?, exactly?);
    let verdict = Admission::any(judge(&admitted, &exactly));
    let shut_zones = match verdict {
        Admission::Open => {
            shut_zones(lookup, sender, purpose, &judge(&admitted, &sender.own_addresses(lookup, true)?))?
        }
        _ => Vec::new(),
    };
    let doubt = (verdict == Admission::Unsure).then(|| doubt(actual, &admitted, &exactly));
    Ok(Inbound { verdict, shut_zones, doubt })
}

/// The zones whose node isn't let in, where nobody else sends: there the tasks are reached from the other nodes alone.
fn shut_zones<'a>(
    lookup: &Lookup<'a>,
    sender: &Sender<'a>,
    purpose: Purpose,
    from_nodes: &[Admission],
) -> Result<Vec<&'a str>, Gap<'a>> {
    if !from_nodes.contains(&Admission::BlockedTasks) || !sender.sends_alone(lookup, purpose)? {
        return Ok(Vec::new());
    }
    let zones = sender.balancer.zones.iter().map(|zone| zone.name.as_str()).zip(from_nodes);
    Ok(zones.filter(|(_, verdict)| **verdict == Admission::BlockedTasks).map(|(zone, _)| zone).collect())
}

fn doubt(actual: &Groups<'_>, admitted: &Admitted, from: &[Spread]) -> &'static str {
    if actual.is_incomplete {
        "a security group of theirs can't be seen"
    } else if admitted.is_unclear {
        "a prefix list in a rule of theirs can't be seen"
    } else if from.iter().any(|spread| matches!(spread, Spread::Unknown(_))) {
        "the balancer lets in clients by groups they have, perhaps in a peered VPC, or a listener sends to the group by a rule"
    } else {
        "the balancer's addresses can't be seen, and a rule of theirs lets in only a part of its subnets"
    }
}

/// Do the balancer's groups let the flow out, to each of these tasks? Without groups it may send anywhere.
pub(crate) fn outbound<'a>(
    lookup: &Lookup<'a>,
    sender: &Sender<'a>,
    group: &'a TargetGroup,
    group_set: &[SecurityGroupId],
    checked_interfaces: &[&CheckedInterface<'a>],
    flow: &Flow,
) -> Result<Outbound, Gap<'a>> {
    let open = || Outbound { verdicts: vec![Admission::Open; checked_interfaces.len()], doubt: None };
    if sender.balancer.groups().is_empty() {
        return Ok(open());
    }
    let groups = sender.balancer_groups(lookup)?;
    let mut admitted = Admitted::of(groups.known.iter().flat_map(|group| &group.egress), flow);
    admitted.is_unclear = groups.is_incomplete;
    if admitted.admits_any_of(group_set) {
        return Ok(open());
    }
    let version = group.ip_version()?;
    let to = |admitted: &Admitted, checked: &CheckedInterface<'_>| {
        let address = checked.task.address(version).map(IpNet::from);
        admitted.admits(&Spread::Each(address.into_iter().collect()))
    };
    let verdicts: Vec<Admission> = checked_interfaces.iter().map(|checked| to(&admitted, checked)).collect();
    if !verdicts.contains(&Admission::Unsure) {
        return Ok(Outbound { verdicts, doubt: None });
    }
    let admitted = fill(lookup, admitted)?;
    let verdicts: Vec<Admission> = checked_interfaces.iter().map(|checked| to(&admitted, checked)).collect();
    let is_unsure = verdicts.contains(&Admission::Unsure);
    let doubt =
        is_unsure.then_some("a security group of the balancer's, or a prefix list in a rule of one, can't be seen");
    Ok(Outbound { verdicts, doubt })
}
