//! A target that is none of the guard's business.

use model::finding::{Finding, Severity};

use crate::finding::start;
use crate::registration::disputed::DisputedTarget;
use crate::registration::group::JudgedGroup;
use crate::registration::owner::{ForeignTask, Owner};
use crate::registration::uses::Use;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-foreign",
    severity: Severity::Low,
    title: "A target was put there by somebody else",
    explanation: "Something has the target's address, and nothing proves that a task of a service that uses the group ever \
        had it; or the address lies outside the subnets of this account in the group's VPC, where its owner can't be seen. \
        Targets in peered networks, on premises or on plain instances look like this. They are never touched.",
    remedy: "If the target is meant to be there, nothing. Its address can be listed in the policy's exclude_targets.",
    repair: "none",
};

/// Something else has the address, and nothing proves that a task had it before; or nobody can say who has it.
pub(crate) fn judge(group: &JudgedGroup<'_>, disputed: &DisputedTarget<'_>) -> Option<Finding> {
    let target = disputed.target;
    let name = group.group.arn.name();
    let (summary, subject) = match &disputed.owner {
        Owner::OutOfSight => (
            format!("{target} in {name} lies outside the subnets of this account in the group's VPC"),
            "out of sight".to_owned(),
        ),
        Owner::OtherInterface(interface) => {
            (format!("{target} in {name} belongs to {}, which is no task's", interface.id), interface.id.to_string())
        }
        // ECS registered it, before a deployment that is in flight or that succeeded early.
        Owner::ForeignTask(ForeignTask { service: Some((id, _)), .. })
            if disputed.remembered.as_ref().is_some_and(|past| past.service == *id) =>
        {
            return None;
        }
        Owner::ForeignTask(foreign_task) => {
            let task = foreign_task.task.arn.id();
            let summary = match &foreign_task.service {
                Some((id, _)) if foreign_task.uses == Use::No => {
                    format!("{target} in {name} belongs to task {task} of {id}, which doesn't use the group")
                }
                Some((id, _)) => {
                    format!("{target} in {name} belongs to task {task} of {id}, which may be changing its groups")
                }
                None => format!("{target} in {name} belongs to task {task}, which is of no service"),
            };
            (summary, foreign_task.task.arn.to_string())
        }
        Owner::Nobody | Owner::Member(_) | Owner::Lingering | Owner::Contradicted(_) => return None,
    };
    let draft = start(&RULE, summary).group(group).target(target).subject(subject);
    Some(
        match &disputed.owner {
            Owner::ForeignTask(foreign_task) => draft.task(foreign_task.task),
            Owner::OtherInterface(interface) => draft.interface(&interface.id),
            _ => draft,
        }
        .done(),
    )
}
