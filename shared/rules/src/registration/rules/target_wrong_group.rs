//! A task in a target group of its own service's, but not its own.

use model::ecs::ServiceStatus;
use model::elb::Target;
use model::finding::{Finding, Severity};

use crate::finding::start;
use crate::registration::disputed::DisputedTarget;
use crate::registration::expected::is_of_current_deployment;
use crate::registration::group::{JudgedGroup, Member};
use crate::registration::owner::Owner;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-wrong-group",
    severity: Severity::Medium,
    title: "A task is registered in a target group of another task set or revision",
    explanation: "The target's address belongs to a live task of the service, but the task's own task set, deployment or \
        revision serves through another group. Traffic meant for one version reaches the other. It is only reported: \
        which version belongs where is the deployment's decision, and a shift may be under way that AWS doesn't tell.",
    remedy: "Look at the deployment. If it is over, deregister the target here, and see that it is registered in its own \
        group.",
    repair: "none",
};

/// A live task of a service that uses the group, which certainly belongs in others.
pub(crate) fn judge_member(group: &JudgedGroup<'_>, member: &Member<'_>, target: Target) -> Option<Finding> {
    // Tasks of a service that is being deleted, and those on their way out, belong nowhere any more.
    let serves = member.service.status == ServiceStatus::Active && member.task.is_serving();
    if !serves || !member.belongs_elsewhere(group.group) {
        return None;
    }
    let summary = format!(
        "{target} in {} belongs to task {} of {}, which serves through another group",
        group.group.arn.name(),
        member.task.arn.id(),
        member.id
    );
    Some(start(&RULE, summary).group(group).target(target).member(member).subject(member.task.arn.to_string()).done())
}

/// A live task whose service doesn't use the group any more, but did.
pub(crate) fn judge_disputed(group: &JudgedGroup<'_>, disputed: &DisputedTarget<'_>) -> Option<Finding> {
    let (Owner::ForeignTask(foreign_task), Some(past)) = (&disputed.owner, &disputed.remembered) else { return None };
    let (id, service) = foreign_task.service.as_ref().filter(|(id, _)| *id == past.service)?;
    // While its deployment is in flight, and for tasks of an older one after it succeeded early, that is how a change of
    // balancers looks.
    if service.in_flight() || !is_of_current_deployment(service, foreign_task.task) {
        return None;
    }
    let target = disputed.target;
    let summary = format!(
        "{target} in {} belongs to task {} of {id}, which no longer uses the group",
        group.group.arn.name(),
        foreign_task.task.arn.id()
    );
    let draft = start(&RULE, summary).group(group).target(target).users([id]).task(foreign_task.task);
    Some(draft.subject(foreign_task.task.arn.to_string()).evidence("past_owner", Some(past.how.clone())).done())
}
