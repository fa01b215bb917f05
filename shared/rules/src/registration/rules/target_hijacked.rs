//! A target whose address was inherited by something else.

use model::finding::{Finding, Severity};
use model::repair::{Proposal, Repair};

use crate::finding::start;
use crate::registration::disputed::DisputedTarget;
use crate::registration::group::JudgedGroup;
use crate::registration::owner::{ForeignTask, Owner};
use crate::registration::proof::Proof;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-hijacked",
    severity: Severity::Critical,
    title: "A stranger has inherited the address of a registered target",
    explanation: "A task of a service that uses the target group is proved to have had the target, and now something else \
        has its address: clients of the balancer reach a stranger, who may even pass the health checks. EC2 hands out the \
        address of a deleted interface again at once. The target is removed if the address now belongs to a live task of \
        another service that certainly doesn't use the group; an owner of any other kind, a standalone task among them, \
        may have been put there on purpose.",
    remedy: "Deregister the target, with its port. If the new owner is meant to be served by this group, let its service \
        name the group.",
    repair: "deregister-target; withheld unless the owner is a task of another service that doesn't use the group",
};

/// Somebody else has the address, and a task had it before.
pub(crate) fn judge(group: &JudgedGroup<'_>, disputed: &DisputedTarget<'_>) -> Option<Finding> {
    let proof = disputed.proof.as_ref()?;
    let target = disputed.target;
    let name = group.group.arn.name();
    let repair = Repair::DeregisterTarget { target_group: group.group.arn.clone(), target };
    let evidence = |draft: crate::finding::FindingDraft| {
        let draft = draft.group(group).target(target).users([&proof.service]).users(&disputed.users);
        draft.evidence("past_owner", Some(proof.how.clone()))
    };
    match &disputed.owner {
        Owner::ForeignTask(foreign_task) if is_new_owner(foreign_task, proof) => {
            let who =
                foreign_task.service.as_ref().map_or_else(|| "standalone".to_owned(), |(id, _)| format!("of {id}"));
            let summary = format!(
                "{target} in {name} was a task's of {}, but now belongs to task {} ({who})",
                proof.service,
                foreign_task.task.arn.id()
            );
            let proposal = match objection(foreign_task) {
                None => Proposal::sound(repair),
                Some(why) => Proposal::withheld(repair, why),
            };
            let subject = format!("{} {}", foreign_task.task.arn, foreign_task.interface.id);
            Some(evidence(start(&RULE, summary)).task(foreign_task.task).subject(subject).repair(proposal).done())
        }
        Owner::OtherInterface(interface) => {
            let summary = format!(
                "{target} in {name} was a task's of {}, but now belongs to {}, which is no task's",
                proof.service, interface.id
            );
            let proposal = Proposal::withheld(repair, "its new owner isn't a task of another service");
            let description = (!interface.description.is_empty()).then(|| interface.description.clone());
            let draft = evidence(start(&RULE, summary)).interface(&interface.id).subject(interface.id.to_string());
            Some(draft.evidence("interface_description", description).repair(proposal).done())
        }
        _ => None,
    }
}

/// A task of the very service that had the target before is no stranger, wherever that service stands now.
fn is_new_owner(foreign_task: &ForeignTask<'_>, proof: &Proof) -> bool {
    foreign_task.service.as_ref().is_none_or(|(id, _)| *id != proof.service)
}

fn objection(foreign_task: &ForeignTask<'_>) -> Option<&'static str> {
    if foreign_task.service.is_none() {
        Some("its new owner is a task of no service, and may have been put there on purpose")
    } else if foreign_task.is_certainly_foreign() {
        None
    } else {
        Some(
            "a deployment of its new owner's service is in flight, or the task is of an older one: it may belong there",
        )
    }
}
