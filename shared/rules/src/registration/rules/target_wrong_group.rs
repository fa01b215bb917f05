//! A task in a target group of its own service's, but not its own.

use model::ecs::ServiceStatus;
use model::elb::Target;
use model::finding::{Finding, Severity};
use model::fix::Fix;

use crate::finding::start;
use crate::fix::{deregister, fix};
use crate::registration::disputed::DisputedTarget;
use crate::registration::expected::is_of_current_deployment;
use crate::registration::group::{JudgedGroup, Member};
use crate::registration::owner::Owner;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-wrong-group",
    severity: Severity::Medium,
    title: "Traffic of one version reaches another: a task is registered in the wrong target group",
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
        "Traffic of target group {} reaches the wrong task of {}: {target} belongs to task {}, which serves through another \
         target group",
        group.group.arn.name(),
        member.id,
        member.task.arn.short_id()
    );
    let draft = start(&RULE, summary).group(group).target(target).member(member).subject(member.task.arn.to_string());
    Some(draft.fixes(vec![removal(group, target)]).done())
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
        "Traffic of target group {} still reaches {id}, which no longer uses the target group: {target} belongs to task {}",
        group.group.arn.name(),
        foreign_task.task.arn.short_id()
    );
    let draft = start(&RULE, summary).group(group).target(target).users([id]).task(foreign_task.task);
    Some(
        draft
            .subject(foreign_task.task.arn.to_string())
            .fixes(vec![removal(group, target)])
            .evidence("past_owner", Some(past.how.clone()))
            .done(),
    )
}

fn removal(group: &JudgedGroup<'_>, target: Target) -> Fix {
    let arn = &group.group.arn;
    let note = "Safe once no deployment of the service is in flight, and the task is registered in its own target group: until \
                then this may be its only traffic.";
    fix(format!("Deregister {target} from target group {}", arn.name()), note)
        .command(deregister(arn, target))
        .at_target_group(arn)
        .done()
}
