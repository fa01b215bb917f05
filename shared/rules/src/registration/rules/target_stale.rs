//! A target whose address nothing has any more.

use model::finding::{Finding, Grouping, Severity};
use model::repair::Proposal;

use crate::finding::start;
use crate::registration::disputed::DisputedTarget;
use crate::registration::group::JudgedGroup;
use crate::registration::owner::Owner;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-stale",
    severity: Severity::High,
    title: "A registered target leads nowhere: no network interface has its address",
    explanation: "No network interface in the target group's VPC has the address, and the address lies in a subnet of this \
        account, so that its interfaces can all be seen. The target fails its health checks, but when too few targets are \
        healthy a Network Load Balancer sends traffic to all of them. The address is free: the next network interface that \
        gets it, whoever owns it, gets the traffic as well. The target is removed only if there is proof that a task of a \
        service that uses the group had it.",
    remedy: "Deregister the target, with its port. If ECS left it behind, look at the service's events for deregistration \
        errors; if something else registered it, change that, or it comes back.",
    repair: "deregister-target; withheld without proof that a task had the address",
};

/// Nobody has the address.
pub(crate) fn judge(group: &JudgedGroup<'_>, disputed: &DisputedTarget<'_>) -> Option<Finding> {
    let Owner::Nobody = disputed.owner else { return None };
    let target = disputed.target;
    let summary = format!(
        "Target group {} sends to nobody at {target}: no network interface has this address",
        group.group.arn.name()
    );
    let draft = start(&RULE, summary).group(group).target(target).subject("nothing has the address".to_owned());
    let draft = draft.loses_traffic(0).grouped(Grouping {
        cause: String::new(),
        what: format!(
            "targets of target group {} lead nowhere: no network interface has their addresses",
            group.group.arn.name()
        ),
        of: Some(group.in_place().count()),
    });
    Some(match &disputed.proof {
        Some(proof) => draft
            .users([&proof.service])
            .users(&disputed.users)
            .evidence("past_owner", Some(proof.how.clone()))
            .repair(group.deregister(target))
            .done(),
        None => draft
            .repair(Proposal::withheld(
                group.removal(target),
                "nothing proves that a task of a service that uses the target group ever had this address",
            ))
            .done(),
    })
}
