//! A task interface without a group that the policy requires.

use model::finding::{Finding, Grouping, Severity};
use model::observation::{Gap, Lookup};

use crate::finding::start;
use crate::rule::Rule;
use crate::security_group::change::Demands;
use crate::security_group::checked_interfaces::{CheckedInterface, ServiceTasks};
use crate::security_group::describe::{actual, named, subject_of};
use crate::security_group::repair_options::repair_options;

pub(crate) const RULE: Rule = Rule {
    slug: "security-group-missing",
    severity: Severity::High,
    title: "A task lacks a security group that the policy requires",
    explanation: "A Network Load Balancer filters nothing for its targets, so the security groups of the task's own network \
        interface decide what reaches it: without a required one, traffic that should pass is dropped, or what should be logged \
        or filtered isn't. ECS gives an interface its groups when it makes it, from the network configuration of the service \
        (or of the task set, or of RunTask), and AWS documents that the account can't change the interfaces of ECS afterwards. \
        There are several repair options, tried in order. First the interface's groups are set all the same: where AWS allows \
        it, the task is repaired at once and nothing else changes; where it doesn't, the refusal is recorded with AWS's error \
        code and not tried again. Where the policy opts in (`update-service` in `repair_with`), the groups are then put into \
        the service's network configuration, which starts a deployment; where the service declares them already and a task \
        lacks them, a new deployment is forced. In both cases ECS deregisters each task, and waits until it is out of its target groups, \
        before it stops it. Both are for rolling deployments of ECS alone, where one task can be started before another is \
        stopped, one service in the account at a time, and never a second time for the same groups. StopTask doesn't \
        deregister a task first, and a Network Load Balancer goes on sending for minutes, so connections are cut. The policy \
        may opt into it (`stop-task`); it is used only for a task that no target group sends to, above the service's minimum \
        healthy percent, and never for a protected task.",
    remedy: "Add the group to the network configuration of the service where that is declared (securityGroups of \
        awsvpcConfiguration), and deploy. ECS doesn't let the interfaces of running tasks be changed, so new tasks have to \
        take their place.",
    repair: "modify-network-interface; where that is refused and the policy opts in update-service, or stop-task",
};

/// Judges one interface.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    checked: &CheckedInterface<'a>,
    demands: &Demands<'a>,
) -> Result<Option<Finding>, Gap<'a>> {
    let lacking: Vec<_> = demands.required.groups.iter().filter(|(_, group)| !checked.has(&group.id)).collect();
    if lacking.is_empty() {
        return Ok(None);
    }
    let named = lacking.iter().map(|(name, group)| named(name, group)).collect::<Vec<_>>().join(", ");
    let summary =
        format!("{} lacks security group {named}, which the policy requires", subject_of(service_tasks, checked));
    let draft = start(&RULE, summary).service_tasks(service_tasks).checked(checked);
    let draft = draft.security_groups(lacking.iter().map(|(_, group)| &group.id));
    let draft = draft.evidence("worn", Some(actual(checked))).grouped(Grouping {
        cause: String::new(),
        what: format!("tasks of {} lack security group {named}, which the policy requires", service_tasks.name()),
        of: Some(service_tasks.checked_interfaces.len()),
    });
    Ok(Some(repair_options(lookup, service_tasks, checked, demands, draft)?.done()))
}
