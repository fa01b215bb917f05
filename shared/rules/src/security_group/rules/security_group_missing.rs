//! A task interface without a group that the policy requires.

use model::finding::{Finding, Severity};
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
    title: "A task's interface lacks a required security group",
    explanation: "A Network Load Balancer passes traffic through at layer 4, so that the groups of the task's own interface are \
        the wall and the door: without a required one, traffic that should pass is dropped, or what should be logged or \
        filtered isn't. ECS gives an interface its groups when it makes it, from the service's (or the task set's, or \
        RunTask's) network configuration, and AWS documents that the account can't change the interfaces of ECS afterwards. \
        So repair is a ladder. First the interface's groups are set all the same: where AWS allows it, that mends the task \
        at once and disturbs nothing, and where it doesn't, the refusal is recorded with AWS's error code and remembered. \
        Where the policy opts in (`update-service` in `repair_with`), the groups are then put into the service's network \
        configuration, which starts a deployment; and where the service has them already and a task lacks them, a new \
        deployment is forced as it is. Either way ECS takes each task out of its target groups, and waits until it is out, \
        before it stops it. Both only for rolling deployments of ECS that leave room to start a task before one is stopped, \
        one service in the account at a time, and never a second time for the same groups. StopTask does not take a task out \
        of its target groups first, and a Network Load Balancer goes on sending for minutes, so that connections are cut: \
        the policy may opt into it (`stop-task`), and it is used only for a task that no target group sends to, above the \
        service's minimum healthy percent, and never for a protected one.",
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
    let summary = format!("{} lacks {named}", subject_of(service_tasks, checked));
    let draft = start(&RULE, summary).service_tasks(service_tasks).checked(checked);
    let draft = draft.security_groups(lacking.iter().map(|(_, group)| &group.id));
    let draft = draft.evidence("worn", Some(actual(checked)));
    Ok(Some(repair_options(lookup, service_tasks, checked, demands, draft)?.done()))
}
