//! A live task that its target group doesn't have.

use jiff::SignedDuration;
use model::ecs::{DeploymentController, ServiceEvent};
use model::elb::Target;
use model::finding::{Finding, Grouping, Severity};
use model::fix::Fix;
use model::observation::Lookup;
use model::repair::{Proposal, Repair};

use crate::finding::start;
use crate::fix::{fix, force_deployment, register};
use crate::judgement::Judgement;
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
    let grace = SignedDuration::try_from(group.policy.grace).unwrap_or(SignedDuration::MAX);
    for member in &group.members {
        for target in member.targets(group.group) {
            if !is_absent(group, member, target) {
                continue;
            }
            match member.task.started_at.and_then(|started| started.checked_add(grace).ok()) {
                Some(old_enough) if now < old_enough => {
                    judgement.in_grace.insert((group.group.arn.clone(), old_enough));
                }
                _ => judgement.findings.push(finding(lookup, group, member, target)),
            }
        }
    }
}

/// Absent, with nothing that stands in the way of registering it: an address that is there on a port it doesn't belong
/// on is `target-wrong-port`, and one that is draining there is left alone until it is gone.
fn is_absent(group: &JudgedGroup<'_>, member: &Member<'_>, target: Target) -> bool {
    let belongs = |target: Target| member.targets(group.group).any(|right| right == target);
    let mut at_address = group.at(target.ip).filter(|one| one.is_registered());
    let in_the_way = at_address.any(|one| one.is_draining() || one.target == target || !belongs(one.target));
    !in_the_way && !group.policy.excludes(target.ip)
}

/// What ECS itself told of a registration in this group that failed.
fn told_by_ecs<'m>(member: &'m Member<'_>, group: &str) -> Option<&'m str> {
    let of_group = |event: &&ServiceEvent| event.tells_of_failed_registration() && event.message.contains(group);
    member.service.events.iter().find(of_group).map(|event| event.message.as_str())
}

fn finding<'a>(lookup: &Lookup<'a>, group: &JudgedGroup<'a>, member: &Member<'a>, target: Target) -> Finding {
    let task = member.task;
    let name = group.group.arn.name();
    let repair = Repair::RegisterTarget { target_group: group.group.arn.clone(), target, task: task.arn.clone() };
    let proposal = if group.group.is_quic() {
        Proposal::withheld(repair, "a QUIC target needs the server id of its task, which can't be read from AWS")
    } else {
        Proposal::sound(repair)
    };
    let other_vpc = OtherVpc::of(lookup, group.group, task, target.ip);
    let in_other_vpc = other_vpc.as_ref().map(OtherVpc::in_words).unwrap_or_default();
    let (id, service) = (task.arn.short_id(), &member.id);
    start(
        &RULE,
        format!(
            "Task {id} of {service} gets no traffic: {target} isn't registered in target group {name}{in_other_vpc}"
        ),
    )
    .group(group)
    .member(member)
    .target(target)
    .subject(format!("{} {:?}", task.arn, task.interface_at(target.ip).and_then(|one| one.network_interface.as_ref())))
    .evidence("started_at", task.started_at.map(|at| at.to_string()))
    .evidence("event", told_by_ecs(member, name))
    .evidence("started_by", task.started_by.as_ref().map(|id| id.to_string()))
    .grouped(Grouping {
        cause: String::new(),
        what: format!("running tasks of {service} get no traffic: they aren't registered in target group {name}"),
        of: usize::try_from(member.service.running_count).ok(),
    })
    .loses_traffic(1)
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
