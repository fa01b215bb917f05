//! A task interface with a group that the policy forbids.

use model::finding::{Finding, Grouping, Severity};
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
    title: "A task has a security group that the policy forbids",
    explanation: "The task can be reached, or can reach others, by rules that were not meant for it: a Network Load Balancer filters \
        nothing for its targets, so the security groups of the task's own network interface decide. The repair options are \
        the same as for a missing group and are tried in order. First the interface's groups are set; AWS documents that \
        interfaces which ECS made can't be changed, and a refusal is recorded with AWS's error code and not tried again. \
        Then, where the policy opts in: the service's network configuration is changed; a new deployment is forced, where the \
        service declares the right groups already; or a task is stopped that no target group sends to, since StopTask doesn't \
        deregister it first. An interface can't be without a security group, so its last one is never removed. A group that \
        the policy requires as well is not forbidden.",
    remedy: "Remove the group from the network configuration of the service where that is declared, and deploy. Where the \
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
    let summary =
        format!("{} has security group {named}, which the policy forbids", subject_of(service_tasks, checked));
    let draft = start(&RULE, summary).service_tasks(service_tasks).checked(checked);
    let draft = draft.security_groups(unwelcome.iter().map(|(_, group)| &group.id));
    let draft = draft.evidence("worn", Some(actual(checked))).grouped(Grouping {
        cause: String::new(),
        what: format!("tasks of {} have security group {named}, which the policy forbids", service_tasks.name()),
        of: Some(service_tasks.checked_interfaces.len()),
    });
    Ok(Some(repair_options(lookup, service_tasks, checked, demands, draft)?.done()))
}
