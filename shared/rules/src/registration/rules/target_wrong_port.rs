//! A live task registered on a port its service doesn't use.

use std::collections::BTreeSet;

use model::ecs::TaskDefinition;
use model::elb::{Target, TargetState};
use model::finding::{Finding, Severity};
use model::id::TaskDefinitionArn;
use model::ledger::Ownership;
use model::observation::{Gap, Lookup};
use model::repair::{Proposal, Repair};
use model::scope::ServiceId;

use crate::finding::start;
use crate::registration::group::{JudgedGroup, Member};
use crate::registration::other_vpc::OtherVpc;
use crate::registration::uses::{Use, certain_users, may_use_port, users, uses};
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-wrong-port",
    severity: Severity::High,
    title: "Connections reach the wrong port: a task is registered on one its service doesn't serve",
    explanation: "The target's address belongs to a live task of a service that uses the group, but its port isn't one the \
        service serves through it (the containerPort of its load balancer entry, not the group's own port). Connections are \
        refused, or answered by something that isn't meant to be public. First the right pair is registered; the wrong one is \
        removed when the right one is healthy, no service uses the wrong port in this group, and the ledger saw the service \
        serve this target; or the ledger saw the service use the port, or an earlier task definition mapped it, and nothing \
        healthy answers there now; or only ECS puts targets in the group.",
    remedy: "Register the task's address on the service's container port, wait until that is healthy, then deregister the \
        wrong pair. Look for whatever registered it: ECS takes the port from the service.",
    repair: "register-target, later deregister-target",
};

/// A member's target on a port that isn't among those it should have.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    member: &Member<'a>,
    target: Target,
) -> Result<Option<Finding>, Gap<'a>> {
    let right: Vec<Target> = member.targets(group.group).collect();
    let Some(first) = right.iter().find(|right| right.ip == target.ip) else { return Ok(None) };
    if right.contains(&target) {
        return Ok(None);
    }
    let (policy, sharers) = group.policy_of_all(lookup)?;
    if policy.excludes(target.ip) {
        return Ok(None);
    }
    let absent: Vec<Target> = right.iter().copied().filter(|right| !group.has(*right)).collect();
    let all_healthy = right.iter().all(|right| is_healthy(group, *right));
    let name = group.group.arn.name();
    let other_vpc = OtherVpc::of(lookup, group.group, member.task, target.ip).map(|one| one.in_words());
    let summary = format!(
        "Connections to task {} of {} reach the wrong port: it is registered in target group {name} as {target}, but serves on \
         port {}{}",
        member.task.arn.short_id(),
        member.id,
        first.port,
        other_vpc.unwrap_or_default()
    );
    // Confirmed anew once the right pair is there: the removal is another judgement than the registration.
    let subject =
        format!("{} {}", member.task.arn, if all_healthy { "right pair healthy" } else { "right pair to come" });
    let mut draft = start(&RULE, summary).group(group).target(target).member(member).subject(subject).loses_traffic(1);
    draft = draft.sharers(&sharers);
    for target in absent {
        draft = draft.repair(register(group, member, target));
    }
    let objection = if all_healthy {
        let everybody = certain_users(lookup, &group.group.arn)?;
        draft = draft.users(everybody.iter().map(|(id, _)| id));
        objection(lookup, group, member, target)?
    } else {
        Some("the task isn't healthy on its right port yet".to_owned())
    };
    Ok(Some(
        match objection {
            Some(why) => draft.repair(Proposal::withheld(group.removal(target), why)),
            None => draft.repair(group.deregister(target)),
        }
        .done(),
    ))
}

fn is_healthy(group: &JudgedGroup<'_>, target: Target) -> bool {
    group.at(target.ip).any(|one| one.target == target && one.state == TargetState::Healthy)
}

fn register(group: &JudgedGroup<'_>, member: &Member<'_>, target: Target) -> Proposal {
    let repair =
        Repair::RegisterTarget { target_group: group.group.arn.clone(), target, task: member.task.arn.clone() };
    if group.group.is_quic() {
        Proposal::withheld(repair, "a QUIC target needs the server id of its task, which can't be read from AWS")
    } else if group.is_draining(target.ip) {
        Proposal::withheld(repair, "the address is still draining in the target group")
    } else {
        Proposal::sound(repair)
    }
}

/// What speaks against removing the wrong pair although the right one serves.
fn objection<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    member: &Member<'a>,
    target: Target,
) -> Result<Option<String>, Gap<'a>> {
    let arn = &group.group.arn;
    for (id, service) in users(lookup, arn)? {
        if uses(lookup, service, arn)? != Use::Yes {
            return Ok(Some(format!("it can't be determined whether {id} uses this port in the target group")));
        }
        if may_use_port(service, arn, target.port) {
            return Ok(Some(format!("{id} uses this port in the target group")));
        }
        if service.in_flight() {
            return Ok(Some(format!("a deployment of {id} is in flight")));
        }
    }
    if group.is_exclusive(lookup)? {
        return Ok(None);
    }
    let records = lookup.owners(&group.group.arn)?.unwrap_or_default();
    let of_service = |record: &&Ownership| ServiceId::of(&record.service).as_ref() == Some(&member.id);
    let mut on_port = records.iter().filter(of_service).filter(|record| record.target.port == target.port);
    let is_proved = on_port.clone().any(|record| record.target == target && record.proves(lookup.now()));
    if is_proved {
        return Ok(None);
    }
    let did_serve = on_port.next().is_some();
    if !did_serve && !mapped_before(lookup, member, target.port)? {
        return Ok(Some(format!("nothing shows that {} ever used port {}", member.id, target.port)));
    }
    // That the service used the port once, or mapped it, doesn't show that this target is a leftover: a mapping opens nothing in
    // awsvpc mode, and somebody may have meant what serves there now.
    let why = || {
        let service = &member.id;
        format!("port {} is healthy, and nothing shows that {service} served it through this target", target.port)
    };
    Ok(is_healthy(group, target).then(why))
}

/// Did an earlier task definition map this port, which none does now?
fn mapped_before<'a>(lookup: &Lookup<'a>, member: &Member<'a>, port: u16) -> Result<bool, Gap<'a>> {
    let deployed = member.service.deployments.iter().filter_map(|deployment| deployment.task_definition.as_ref());
    let current: BTreeSet<_> = member.task.task_definition.iter().chain(&member.service.task_definition).collect();
    let previous = current.iter().filter_map(|arn| arn.previous());
    let earlier: BTreeSet<_> = previous.chain(deployed.cloned()).filter(|arn| !current.contains(arn)).collect();
    let (now, before) = (definitions(lookup, current), definitions(lookup, &earlier));
    let mapped_before = before?.into_iter().flatten().any(|definition| definition.maps_port(port));
    // A port that the task still maps may be registered on purpose, by somebody who wants it reached. A definition that is
    // gone doesn't say.
    let still_may = now?.iter().any(|definition| definition.is_none_or(|definition| definition.maps_port(port)));
    Ok(mapped_before && !still_may)
}

fn definitions<'a, 'd>(
    lookup: &Lookup<'a>,
    arns: impl IntoIterator<Item = &'d TaskDefinitionArn>,
) -> Result<Vec<Option<&'a TaskDefinition>>, Gap<'a>> {
    let answers: Vec<_> = arns.into_iter().map(|arn| lookup.task_definition(arn)).collect();
    answers.into_iter().collect()
}
