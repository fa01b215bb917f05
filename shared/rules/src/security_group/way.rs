//! Both sides of a way: in to the tasks, and out of the balancer.
//!
//! Asked from cheap to expensive: most often the rules themselves decide, then the balancer's subnets. Its very addresses are
//! needed only where a rule has part of one, prefix lists only where nothing else lets it pass.

use ipnet::IpNet;
use model::elb::TargetGroup;
use model::id::SecurityGroupId;
use model::observation::{Gap, Lookup};

use super::balancer::{Groups, Purpose, Sender, fill};
use super::reach::{Flow, Gate, Spread, Verdict};
use super::wearers::Wearer;

/// Whether something is let in, and why nobody can say where nobody can.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inbound {
    /// Whether it is.
    pub(crate) verdict: Verdict,
    /// What can't be seen.
    pub(crate) doubt: Option<&'static str>,
}

/// Whether something is let out to each task, and why nobody can say where nobody can.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    /// Whether it is, task by task.
    pub(crate) verdicts: Vec<Verdict>,
    /// What can't be seen.
    pub(crate) doubt: Option<&'static str>,
}

impl From<Verdict> for Inbound {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, doubt: None }
    }
}

/// Do these groups let the flow in?
pub(crate) fn inbound<'a>(
    lookup: &Lookup<'a>,
    sender: &Sender<'a>,
    worn: &Groups<'a>,
    flow: &Flow,
    purpose: Purpose,
) -> Result<Inbound, Gap<'a>> {
    let mut gate = Gate::of(worn.known.iter().flat_map(|group| &group.ingress), flow);
    gate.is_unclear = worn.is_incomplete;
    if gate.admits_any_of(sender.balancer.groups()) || gate.admits_all(sender.group.ip_version) {
        return Ok(Verdict::Open.into());
    }
    if gate.ranges.is_empty() && gate.lists.is_empty() && !gate.is_unclear {
        return Ok(Verdict::Shut.into());
    }
    let judge = |gate: &Gate, from: &[Spread]| Verdict::any(from.iter().map(|spread| gate.admits(spread)));
    if sender.always_sends_itself(purpose) && judge(&gate, &sender.own_addresses(lookup, false)?) == Verdict::Open {
        return Ok(Verdict::Open.into());
    }
    let roughly = judge(&gate, &sender.spreads(lookup, flow, purpose, false)?);
    if roughly != Verdict::Unsure {
        return Ok(roughly.into());
    }
    let (gate, exactly) = (fill(lookup, gate), sender.spreads(lookup, flow, purpose, true));
    let (gate, exactly) = (gate?, exactly?);
    let verdict = judge(&gate, &exactly);
    Ok(Inbound { verdict, doubt: (verdict == Verdict::Unsure).then(|| doubt(worn, &gate, &exactly)) })
}

fn doubt(worn: &Groups<'_>, gate: &Gate, from: &[Spread]) -> &'static str {
    if worn.is_incomplete {
        "a security group of theirs can't be seen"
    } else if gate.is_unclear {
        "a prefix list in a rule of theirs can't be seen"
    } else if from.iter().any(|spread| matches!(spread, Spread::Unknown(_))) {
        "the balancer lets in clients by groups they have, perhaps in a peered VPC, and where those are can't be seen"
    } else {
        "the balancer's addresses can't be seen, and a rule of theirs lets in only a part of its subnets"
    }
}

/// Do the balancer's groups let the flow out, to each of these tasks? Without groups it may send anywhere.
pub(crate) fn outbound<'a>(
    lookup: &Lookup<'a>,
    sender: &Sender<'a>,
    group: &TargetGroup,
    outfit: &[SecurityGroupId],
    wearers: &[&Wearer<'a>],
    flow: &Flow,
) -> Result<Outbound, Gap<'a>> {
    let open = || Outbound { verdicts: vec![Verdict::Open; wearers.len()], doubt: None };
    if sender.balancer.groups().is_empty() {
        return Ok(open());
    }
    let groups = sender.balancer_groups(lookup)?;
    let mut gate = Gate::of(groups.known.iter().flat_map(|group| &group.egress), flow);
    gate.is_unclear = groups.is_incomplete;
    if gate.admits_any_of(outfit) {
        return Ok(open());
    }
    let to = |gate: &Gate, wearer: &Wearer<'_>| {
        let address = wearer.task.address(group.ip_version).map(IpNet::from);
        gate.admits(&Spread::Each(address.into_iter().collect()))
    };
    let verdicts: Vec<Verdict> = wearers.iter().map(|wearer| to(&gate, wearer)).collect();
    if !verdicts.contains(&Verdict::Unsure) {
        return Ok(Outbound { verdicts, doubt: None });
    }
    let gate = fill(lookup, gate)?;
    let verdicts: Vec<Verdict> = wearers.iter().map(|wearer| to(&gate, wearer)).collect();
    let is_unsure = verdicts.contains(&Verdict::Unsure);
    let doubt =
        is_unsure.then_some("a security group of the balancer's, or a prefix list in a rule of one, can't be seen");
    Ok(Outbound { verdicts, doubt })
}
