//! A live task that its target group doesn't have.

use jiff::SignedDuration;
use model::Timestamp;
use model::elb::Target;
use model::finding::Severity;
use model::repair::{Proposal, Repair};

use crate::finding::start;
use crate::judgement::Judgement;
use crate::registration::group::{JudgedGroup, Member};
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-missing",
    severity: Severity::High,
    title: "A live task is absent from its target group",
    explanation: "The task is RUNNING and meant to go on running, its service names the target group, and the group doesn't \
        have its address at the container port. ECS registers tasks by itself, but emits no event when that fails, and a \
        Network Load Balancer simply sends the task nothing: capacity is lost in silence. A task that is RUNNING for less \
        than the policy's grace, whose address is still draining in the group, or whose deployment leaves open where it \
        belongs, is not judged.",
    remedy: "Register the target, or force a new deployment of the service. If it happens again, look at the service's events \
        for registration errors and at the permissions of its service-linked role.",
    repair: "register-target",
};

/// Judges every member the group should have.
pub(crate) fn judge(now: Timestamp, group: &JudgedGroup<'_>, judgement: &mut Judgement) {
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
                _ => judgement.findings.push(finding(group, member, target)),
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

fn finding(group: &JudgedGroup<'_>, member: &Member<'_>, target: Target) -> model::finding::Finding {
    let task = member.task;
    let name = group.group.arn.name();
    let repair = Repair::RegisterTarget { target_group: group.group.arn.clone(), target, task: task.arn.clone() };
    let proposal = if group.group.is_quic() {
        Proposal::withheld(repair, "a QUIC target needs the server id its task was given, which only its owner knows")
    } else {
        Proposal::sound(repair)
    };
    start(&RULE, format!("task {} of {} is running at {target} but {name} doesn't have it", task.arn.id(), member.id))
        .group(group)
        .member(member)
        .target(target)
        .subject(format!(
            "{} {:?}",
            task.arn,
            task.interface_at(target.ip).and_then(|one| one.network_interface.as_ref())
        ))
        .evidence("started_at", task.started_at.map(|at| at.to_string()))
        .evidence("started_by", task.started_by.as_ref().map(|id| id.to_string()))
        .repair(proposal)
        .done()
}
