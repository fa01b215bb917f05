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
    explanation: "The ledger saw the target registered for a task of a service that uses the target group (or the policy says \
        that only ECS registers targets there), and now something else has its address: clients of the balancer reach a \
        stranger, who may even pass the health checks. EC2 hands out the address of a deleted interface again at once. The \
        target is removed if the address now belongs to a live task of another service that certainly doesn't use the group \
        and has no other task in it. A task that merely had the address before it stopped proves nothing here: it may never \
        have been registered, and the target may be its new owner's. Where the new owner's service has other tasks in the \
        group, somebody registers them on purpose, and a target that is still initial may have been registered for its new \
        owner a moment ago. An owner of any other kind, a standalone task among them, may have been put there on purpose.",
    remedy: "Deregister the target, with its port. If the new owner is meant to be served by this group, let its service \
        name the group.",
    repair: "deregister-target; withheld unless the owner is a task of another service that doesn't use the group and has no \
        other task in it",
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
        Owner::ForeignTask(foreign_task) if is_new_owner(foreign_task, proof) && !is_served_here(disputed) => {
            let who =
                foreign_task.service.as_ref().map_or_else(|| "standalone".to_owned(), |(id, _)| format!("of {id}"));
            let summary = format!(
                "{target} in {name} was a task's of {}, but now belongs to task {} ({who})",
                proof.service,
                foreign_task.task.arn.id()
            );
            let proposal = match objection(foreign_task, disputed) {
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

/// Are the tasks of the owner's service registered here on purpose, by somebody other than ECS? Then it isn't this target that
/// is wrong: see `service-without-load-balancer`.
fn is_served_here(disputed: &DisputedTarget<'_>) -> bool {
    let Owner::ForeignTask(ForeignTask { service: Some((_, service)), .. }) = &disputed.owner else { return false };
    disputed.owner_has_others_here && service.named_target_groups().next().is_none()
}

fn objection(foreign_task: &ForeignTask<'_>, disputed: &DisputedTarget<'_>) -> Option<&'static str> {
    if foreign_task.service.is_none() {
        Some("its new owner is a task of no service, and may have been put there on purpose")
    } else if !foreign_task.is_certainly_foreign() {
        Some(
            "a deployment of its new owner's service is in flight, or the task is of an older one: it may belong there",
        )
    } else if disputed.owner_has_others_here {
        Some("other tasks of its new owner's service are registered in the group, so this one may be intentional")
    } else {
        disputed.is_initial.then_some("it is still initial, so it may have been registered for its new owner just now")
    }
}
