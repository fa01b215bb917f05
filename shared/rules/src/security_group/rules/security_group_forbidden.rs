//! A task interface with a group that the policy forbids.

use model::finding::{Finding, Severity};
use model::observation::{Gap, Lookup};

use crate::finding::start;
use crate::rule::Rule;
use crate::security_group::change::Demands;
use crate::security_group::checked_interfaces::{CheckedInterface, ServiceTasks};
use crate::security_group::describe::{actual, named, subject_of};
use crate::security_group::repair_options::repair_options;

pub(crate) const RULE: Rule = Rule {
    slug: "security-group-forbidden",
    severity: Severity::High,
    title: "A task's interface has a forbidden security group",
    explanation: "The task is reachable, or reaches out, by rules that were not meant for it: the groups of its own interface \
        are all that stands before it, as a Network Load Balancer filters nothing of what it passes on. The group is taken off \
        by the same ladder as a missing one is added: first by setting the interface's groups, which AWS documents not to \
        allow on interfaces that ECS made (the refusal's error code is recorded and remembered), then, where the policy opts \
        in, by the service's network configuration, by a forced deployment of a service that declares the right groups, or by \
        stopping a task that no target group sends to (StopTask doesn't deregister it first). The last group of an interface is never taken \
        off: an interface can't be without one. A group that the policy requires as well is not forbidden.",
    remedy: "Take the group off the network configuration of the service where that is declared, and deploy. Where the \
        interface has no other group, require one that it is to have instead. A service that declares no groups gets the \
        default group of its VPC.",
    repair: "modify-network-interface; where that is refused and the policy opts in update-service, or stop-task",
};

/// Judges one interface.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    checked: &CheckedInterface<'a>,
    demands: &Demands<'a>,
) -> Result<Option<Finding>, Gap<'a>> {
    let unwelcome: Vec<_> = demands.forbidden.groups.iter().filter(|(_, group)| checked.has(&group.id)).collect();
    if unwelcome.is_empty() {
        return Ok(None);
    }
    let named = unwelcome.iter().map(|(name, group)| named(name, group)).collect::<Vec<_>>().join(", ");
    let summary = format!("{} has {named}, which the policy forbids", subject_of(service_tasks, checked));
    let draft = start(&RULE, summary).service_tasks(service_tasks).checked(checked);
    let draft = draft.security_groups(unwelcome.iter().map(|(_, group)| &group.id));
    let draft = draft.evidence("worn", Some(actual(checked)));
    Ok(Some(repair_options(lookup, service_tasks, checked, demands, draft)?.done()))
}
