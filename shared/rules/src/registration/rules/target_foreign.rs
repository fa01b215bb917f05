//! A target that nothing proves to be a task's.

use model::finding::{Finding, Severity};

use crate::finding::start;
use crate::fix::{deregister, fix};
use crate::registration::disputed::DisputedTarget;
use crate::registration::group::JudgedGroup;
use crate::registration::owner::{ForeignTask, Owner};
use crate::registration::uses::Use;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-foreign",
    severity: Severity::Low,
    title: "A target wasn't registered by ECS, as far as can be seen",
    explanation: "Something has the target's address, and nothing proves that a task of a service that uses the group ever \
        had it; or the address lies outside the subnets of this account in the group's VPC, where its owner can't be seen. \
        Targets in peered networks, on premises or on plain instances look like this. They are never touched.",
    remedy: "If the target is meant to be there, nothing: list its address in the policy's exclude_targets, and it is no longer \
        reported. If it isn't, deregister it and change what registered it.",
    repair: "none",
};

/// Something else has the address, and nothing proves that a task had it before; or nobody can say who has it.
pub(crate) fn judge(group: &JudgedGroup<'_>, disputed: &DisputedTarget<'_>) -> Option<Finding> {
    let target = disputed.target;
    let name = group.group.arn.name();
    let (summary, subject) = match &disputed.owner {
        Owner::OutOfSight => (
            format!(
                "Target {target} in target group {name} may be intentional: the address lies outside this account's subnets in \
                 the target group's VPC"
            ),
            "out of sight".to_owned(),
        ),
        Owner::OtherInterface(interface) => {
            let summary = format!(
                "Target {target} in target group {name} may be intentional: the address belongs to {}, which isn't attached to an \
                 ECS task",
                interface.id
            );
            (summary, interface.id.to_string())
        }
        // ECS registered it, before a deployment that is in flight or that succeeded early.
        Owner::ForeignTask(ForeignTask { service: Some((id, _)), .. })
            if disputed.remembered.as_ref().is_some_and(|past| past.service == *id) =>
        {
            return None;
        }
        Owner::ForeignTask(foreign_task) => {
            let task = foreign_task.task.arn.short_id();
            let whose = match &foreign_task.service {
                Some((id, _)) if foreign_task.uses == Use::No => {
                    format!("task {task} of {id}, which doesn't use the target group")
                }
                Some((id, _)) => format!("task {task} of {id}, whose target groups may be changing"),
                None => format!("standalone task {task}"),
            };
            let summary =
                format!("Target {target} in target group {name} may be intentional: the address belongs to {whose}");
            (summary, foreign_task.task.arn.to_string())
        }
        Owner::Nobody | Owner::Member(_) | Owner::Lingering | Owner::Contradicted(_) => return None,
    };
    let draft = start(&RULE, summary).group(group).target(target).subject(subject);
    let removal = fix(
        format!("Deregister {target} from target group {name}, if nobody means it to be there"),
        "Not safe before a person has found out who registered it: it may get traffic on purpose.",
    );
    let arn = &group.group.arn;
    let draft = draft.fixes(vec![removal.command(deregister(arn, target)).at_target_group(arn).done()]);
    Some(
        match &disputed.owner {
            Owner::ForeignTask(foreign_task) => draft.task(foreign_task.task),
            Owner::OtherInterface(interface) => draft.interface(&interface.id),
            _ => draft,
        }
        .done(),
    )
}
