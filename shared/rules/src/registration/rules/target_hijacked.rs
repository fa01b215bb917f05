//! A target whose address was inherited by something else.

use model::finding::{Finding, Grouping, Severity};
use model::repair::Proposal;

use crate::finding::start;
use crate::registration::disputed::DisputedTarget;
use crate::registration::group::JudgedGroup;
use crate::registration::owner::{ForeignTask, Owner};
use crate::registration::proof::Proof;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-hijacked",
    severity: Severity::Critical,
    title: "Clients reach the wrong owner: a registered target's address belongs to something else now",
    explanation: "The target was registered for a task of a service that uses the target group: the ledger saw it, or the policy \
        says that only ECS registers targets there. Now something else has its address, so clients of the balancer reach that \
        instead, and it may even pass the health checks. EC2 gives the address of a deleted network interface to the next one \
        at once. The target is removed if the address belongs to a live task of another service, that service certainly \
        doesn't use the target group, and no other task of it is registered there. A task that merely had the address before \
        it stopped is no proof: it may never have been registered, and the target may be its new owner's. Where other tasks \
        of the new owner's service are registered in the target group, somebody registers them on purpose. A target that is \
        still initial may have been registered for its new owner a moment ago. Any other owner, such as a standalone task, \
        may be intentional.",
    remedy: "Deregister the target, with its port. If the new owner is meant to get this traffic, name the target group in the \
        load balancers of its service.",
    repair: "deregister-target; withheld unless the owner is a task of another service that doesn't use the group and has no \
        other task in it",
};

/// Somebody else has the address, and a task had it before.
pub(crate) fn judge(group: &JudgedGroup<'_>, disputed: &DisputedTarget<'_>) -> Option<Finding> {
    let proof = disputed.proof.as_ref()?;
    let target = disputed.target;
    let name = group.group.arn.name();
    let evidence = |draft: crate::finding::FindingDraft| {
        let draft = draft.group(group).target(target).users([&proof.service]).users(&disputed.users);
        let draft = draft.loses_traffic(0).grouped(Grouping {
            cause: String::new(),
            what: format!("targets of target group {name} send clients of {} to something else", proof.service),
            of: Some(group.in_place().count()),
        });
        draft.evidence("past_owner", Some(proof.how.clone()))
    };
    match &disputed.owner {
        Owner::ForeignTask(foreign_task) if is_new_owner(foreign_task, proof) && !is_served_here(disputed) => {
            let who = match &foreign_task.service {
                Some((id, _)) => format!("a task of {id}"),
                None => "a standalone task".to_owned(),
            };
            let summary = format!(
                "Clients of {} reach {who}: target {target} in target group {name} now belongs to task {}",
                proof.service,
                foreign_task.task.arn.short_id()
            );
            let proposal = match objection(foreign_task, disputed) {
                None => group.deregister(target),
                Some(why) => Proposal::withheld(group.removal(target), why),
            };
            let subject = format!("{} {}", foreign_task.task.arn, foreign_task.interface.id);
            Some(evidence(start(&RULE, summary)).task(foreign_task.task).subject(subject).repair(proposal).done())
        }
        Owner::OtherInterface(interface) => {
            let summary = format!(
                "Clients of {} reach something that isn't an ECS task: target {target} in target group {name} now belongs to \
                 network interface {}",
                proof.service, interface.id
            );
            let proposal = Proposal::withheld(
                group.removal(target),
                "the address now belongs to a network interface that isn't attached to an ECS task, which may be intentional",
            );
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
        Some("the address now belongs to a standalone task, which may be intentional")
    } else if !foreign_task.is_certainly_foreign() {
        Some(
            "a deployment of the new owner's service is in flight, or the task is of an older one: it may belong there",
        )
    } else if disputed.owner_has_others_here {
        Some(
            "other tasks of the new owner's service are registered in the target group, so this one may be intentional",
        )
    } else {
        disputed
            .is_initial
            .then_some("the target is still initial, so it may have been registered for its new owner just now")
    }
}
