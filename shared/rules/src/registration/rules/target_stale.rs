//! A target whose address nothing has any more.

use model::finding::{Finding, Severity};
use model::repair::{Proposal, Repair};

use crate::finding::start;
use crate::registration::disputed::DisputedTarget;
use crate::registration::group::JudgedGroup;
use crate::registration::owner::Owner;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-stale",
    severity: Severity::High,
    title: "Nothing has the address of a registered target",
    explanation: "No network interface in the target group's VPC has the address, and the address lies in a subnet of this \
        account, so that its interfaces can all be seen. The target fails its health checks, but when too few targets are \
        healthy a Network Load Balancer sends traffic to all of them, and the address is free: the next interface that gets \
        it, anybody's, gets the traffic too. It is removed only if a task of a service that uses the group is proved to have \
        had it.",
    remedy: "Deregister the target, with its port. If ECS left it behind, look at the service's events for deregistration \
        errors; if something else put it there, that is where it has to be taken out.",
    repair: "deregister-target; withheld without proof that a task had it",
};

/// Nobody has the address.
pub(crate) fn judge(group: &JudgedGroup<'_>, disputed: &DisputedTarget<'_>) -> Option<Finding> {
    let Owner::Nobody = disputed.owner else { return None };
    let target = disputed.target;
    let repair = Repair::DeregisterTarget { target_group: group.group.arn.clone(), target };
    let summary = format!("{target} is registered in {} but nothing has that address", group.group.arn.name());
    let draft = start(&RULE, summary).group(group).target(target).subject("nothing has the address".to_owned());
    Some(match &disputed.proof {
        Some(proof) => draft
            .users([&proof.service])
            .users(&disputed.users)
            .evidence("past_owner", Some(proof.how.clone()))
            .repair(Proposal::sound(repair))
            .done(),
        None => draft
            .repair(Proposal::withheld(
                repair,
                "there is no proof that a task of a service that uses the group ever had it",
            ))
            .done(),
    })
}
