//! A target that is none of the guard's business.

use model::finding::{Finding, Severity};

use super::group::Group;
use super::owner::Owner;
use super::suspect::Suspect;
use super::uses::Use;
use crate::finding::start;
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
pub(crate) fn judge(group: &Group<'_>, suspect: &Suspect<'_>) -> Option<Finding> {
    let target = suspect.target;
    let name = group.group.arn.name();
    let (summary, subject) = match &suspect.owner {
        Owner::OutOfSight => (
            format!("{target} in {name} lies outside the subnets of this account in the group's VPC"),
            "out of sight".to_owned(),
        ),
        Owner::Thing(interface) => {
            (format!("{target} in {name} belongs to {}, which is no task's", interface.id), interface.id.to_string())
        }
        Owner::Stranger(stranger) => {
            let task = stranger.task.arn.id();
            let summary = match &stranger.service {
                Some((id, _)) if stranger.uses == Use::No => {
                    format!("{target} in {name} belongs to task {task} of {id}, which doesn't use the group")
                }
                Some((id, _)) => {
                    format!("{target} in {name} belongs to task {task} of {id}, which may be changing its groups")
                }
                None => format!("{target} in {name} belongs to task {task}, which is of no service"),
            };
            (summary, stranger.task.arn.to_string())
        }
        Owner::Nobody | Owner::Member(_) => return None,
    };
    let draft = start(&RULE, summary).group(group).target(target).subject(subject);
    Some(
        match &suspect.owner {
            Owner::Stranger(stranger) => draft.task(stranger.task),
            Owner::Thing(interface) => draft.interface(&interface.id),
            _ => draft,
        }
        .done(),
    )
}
