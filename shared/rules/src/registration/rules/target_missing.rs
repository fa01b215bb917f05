//! A live task that its target group doesn't have.

use jiff::SignedDuration;
use model::ecs::{DeploymentController, ServiceEvent};
use model::elb::{IpVersion, Target};
use model::finding::{Finding, Grouping, Severity};
use model::fix::Fix;
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup};
use model::policy::RegistrationPolicy;
use model::repair::{Proposal, Repair};
use model::scope::{ServiceId, Unit};

use crate::finding::start;
use crate::fix::{fix, force_deployment, register};
use crate::judgement::Judgement;
use crate::registration::expected::Expected;
use crate::registration::group::{JudgedGroup, Member};
use crate::registration::other_vpc::OtherVpc;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-missing",
    severity: Severity::High,
    title: "A running task gets no traffic: it isn't registered in its target group",
    explanation: "The task is RUNNING and meant to go on running, its service names the target group, and the group doesn't \
        have its address at the container port. ECS registers tasks by itself, but emits no event when that fails, and a \
        Network Load Balancer sends nothing to a task that isn't registered: the service loses capacity and no alarm fires. \
        Four kinds of task are not judged: one that has been RUNNING for less than the policy's grace, one whose address is \
        still draining in the group, one whose deployment doesn't say which group it belongs in, and one of an earlier \
        deployment, which ECS may be about to stop. A task outside the target group's VPC is registered with the Availability Zone `all`, as AWS \
        requires.",
    remedy: "Register the target, or force a new deployment of the service. If it happens again, look at the service's events \
        for registration errors and at the permissions of its service-linked role.",
    repair: "register-target",
};

/// Judges every member the group should have.
pub(crate) fn judge<'a>(lookup: &Lookup<'a>, group: &JudgedGroup<'a>, judgement: &mut Judgement) {
    let now = lookup.now();
    let mut policy_of_all = None;
    for member in &group.members {
        let found =
            judgement.keep(|| Unit::TargetGroup(group.group.arn.clone()), without_address(lookup, group, member));
        judgement.findings.extend(found.flatten());
        for target in member.targets(group.group) {
            if !is_absent(group, member, target) {
                continue;
            }
            let old_enough = |policy: &RegistrationPolicy| {
                let grace = SignedDuration::try_from(policy.grace).unwrap_or(SignedDuration::MAX);
                let over = member.task.started_at.and_then(|started| started.checked_add(grace).ok());
                over.filter(|over| now < *over).map_or(Ok(()), Err)
            };
            if let Err(over) = old_enough(&group.policy) {
                judgement.in_grace.insert((group.group.arn.clone(), over));
                continue;
            }
            // Once for all members: who else uses the group is asked only where one is missing.
            let of_all = policy_of_all.get_or_insert_with(|| {
                judgement.keep(|| Unit::TargetGroup(group.group.arn.clone()), group.policy_of_all(lookup))
            });
            match of_all {
                Some((policy, _)) if policy.excludes(target.ip) => {}
                Some((policy, sharers)) => match old_enough(policy) {
                    Err(over) => drop(judgement.in_grace.insert((group.group.arn.clone(), over))),
                    Ok(()) => judgement.findings.push(finding(lookup, group, member, target, Some(sharers))),
                },
                None => judgement.findings.push(finding(lookup, group, member, target, None)),
            }
        }
    }
}

/// A task that can't be registered at all: its subnet has no addresses of the version that the group takes.
fn without_address<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    member: &Member<'a>,
) -> Result<Option<Finding>, Gap<'a>> {
    let (task, version) = (member.task, group.group.ip_version()?);
    let belongs = matches!(&member.expected, Expected::In(groups) if groups.contains_key(&group.group.arn));
    let is_due = task.is_serving() && member.is_past_grace(&group.policy, lookup.now());
    if !belongs || !is_due || task.address(version).is_some() || task.addresses().next().is_none() {
        return Ok(None);
    }
    let own = task.interfaces.iter().find_map(|one| one.subnet.as_ref());
    let (Some(own), Some(vpc)) = (own, &group.group.vpc) else { return Ok(None) };
    let Some(subnet) = lookup.subnets(vpc)?.iter().find(|subnet| subnet.id == *own) else { return Ok(None) };
    if subnet.ranges.is_empty() || subnet.ranges.iter().any(|range| IpVersion::of(range.addr()) == version) {
        return Ok(None);
    }
    let (word, name) = (version.as_str(), group.group.arn.name());
    let what = format!("gets no traffic: target group {name} takes {word} addresses, and its subnet {own} has none");
    let summary = format!("Task {} of {} {what}", task.arn.short_id(), member.id);
    let draft =
        start(&RULE, summary).group(group).member(member).subject(format!("{} {word}", task.arn)).loses_traffic(1);
    let remedy = format!(
        "Make a target group of the other address type, put it behind the listener and name it in the service; or give the service \
         subnets with {word} ranges. A target group's address type can't be changed."
    );
    let grouping = Grouping {
        cause: String::new(),
        what: format!(
            "running tasks of {} get no traffic: target group {name} takes {word} addresses, and their subnets have none",
            member.id
        ),
        of: usize::try_from(member.service.running_count).ok(),
    };
    Ok(Some(draft.remedy_instead(remedy).grouped(grouping).evidence("subnet", Some(own.to_string())).done()))
}

/// Absent, with nothing that stands in the way of registering it: an address that is there on a port it doesn't belong
/// on is `target-wrong-port`, and one that is draining there is left alone until it is gone.
fn is_absent(group: &JudgedGroup<'_>, member: &Member<'_>, target: Target) -> bool {
    let belongs = |target: Target| member.targets(group.group).any(|right| right == target);
    let mut at_address = group.at(target.ip).filter(|one| one.is_registered());
    let in_the_way = at_address.any(|one| one.is_draining() || one.target == target || !belongs(one.target));
    !in_the_way && !group.policy.excludes(target.ip)
}

/// What ECS itself told of a registration in this group that failed since the task was started.
fn told_by_ecs<'m>(member: &'m Member<'_>, group: &TargetGroupArn) -> Option<&'m str> {
    let is_since = |event: &ServiceEvent| event.at.zip(member.task.started_at).is_none_or(|(at, start)| at >= start);
    let of_group = |event: &&ServiceEvent| {
        event.tells_of_failed_registration() && event.message.contains(group.as_str()) && is_since(event)
    };
    member.service.events.iter().find(of_group).map(|event| event.message.as_str())
}

/// `sharers` use the group, as far as that can matter; none are given where they can't be read.
fn finding<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    member: &Member<'a>,
    target: Target,
    sharers: Option<&Vec<ServiceId>>,
) -> Finding {
    let task = member.task;
    let name = group.group.arn.name();
    let repair = Repair::RegisterTarget { target_group: group.group.arn.clone(), target, task: task.arn.clone() };
    let proposal = if group.group.is_quic() {
        Proposal::withheld(repair, "a QUIC target needs the server id of its task, which can't be read from AWS")
    } else if sharers.is_none() {
        Proposal::withheld(repair, "it can't be read who else uses the target group, whose policy may be to observe")
    } else {
        Proposal::sound(repair)
    };
    let other_vpc = OtherVpc::of(lookup, group.group, task, target.ip);
    let in_other_vpc = other_vpc.as_ref().map(OtherVpc::in_words).unwrap_or_default();
    let (id, service, event) = (task.arn.short_id(), &member.id, told_by_ecs(member, &group.group.arn));
    let says = event.map(|event| format!(". ECS says: {event}")).unwrap_or_default();
    start(
        &RULE,
        format!(
            "Task {id} of {service} gets no traffic: {target} isn't registered in target group {name}{in_other_vpc}{says}"
        ),
    )
    .group(group)
    .member(member)
    .target(target)
    .subject(format!("{} {:?}", task.arn, task.interface_at(target.ip).and_then(|one| one.network_interface.as_ref())))
    .evidence("started_at", task.started_at.map(|at| at.to_string()))
    .evidence("event", event)
    .evidence("started_by", task.started_by.as_ref().map(|id| id.to_string()))
    .grouped(Grouping {
        cause: String::new(),
        what: format!("running tasks of {service} get no traffic: they aren't registered in target group {name}"),
        of: usize::try_from(member.service.running_count).ok(),
    })
    .loses_traffic(1)
    .sharers(sharers.map_or(&[], Vec::as_slice))
    .repair(proposal)
    .fixes(fixes(group, member, target, other_vpc.is_some()))
    .done()
}

fn fixes(group: &JudgedGroup<'_>, member: &Member<'_>, target: Target, is_elsewhere: bool) -> Vec<Fix> {
    let arn = &group.group.arn;
    let registering = fix(
        format!("Register {target} in target group {}", arn.name()),
        "Safe now: it adds one target, which gets traffic once its health checks pass. ECS deregisters it when the task stops.",
    );
    let registering = registering.command(register(arn, target, is_elsewhere)).at_target_group(arn).done();
    // A QUIC target needs the server id of its task, which no command here can know.
    let mut fixes: Vec<Fix> = (!group.group.is_quic()).then_some(registering).into_iter().collect();
    fixes.extend((member.service.controller == DeploymentController::Ecs).then(|| force_deployment(&member.id, "")));
    fixes
}
