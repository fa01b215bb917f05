//! The VPC's default group, worn by tasks.

use std::collections::BTreeMap;

use model::ec2::SecurityGroup;
use model::ecs::Service;
use model::finding::Severity;
use model::observation::{Answer, Gap, Lookup};
use model::policy::SecurityGroupRef;

use crate::finding::start;
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::security_group::checked_interfaces::{CheckedInterface, ServiceTasks};

pub(crate) const RULE: Rule = Rule {
    slug: "security-group-default",
    severity: Severity::Medium,
    title: "Tasks wear the VPC's default security group",
    explanation: "The tasks' network interfaces have the group that AWS makes with every VPC and gives to whatever names no \
        group of its own. Its rules let in everything else that has it, so tasks, databases and machines that nobody meant to \
        connect can reach each other, and a rule added for one of them holds for all. Usually the service declares no security \
        groups at all. It isn't reported where the policy requires or forbids the default group.",
    remedy: "Make a security group for the service and name it in the service's network configuration (securityGroups of \
        awsvpcConfiguration); that starts a deployment, whose tasks wear it.",
    repair: "none",
};

/// Asks for the groups of the VPC along with the interfaces of a party, which are nearly always in the VPC of its target
/// groups. Where an answer is needed and can't be read, whoever needs it says so.
pub(crate) fn ask_ahead(lookup: &Lookup<'_>, service_tasks: &ServiceTasks<'_>) {
    if !service_tasks.is_pending || is_named(service_tasks) {
        return;
    }
    for arn in service_tasks.service.into_iter().flat_map(Service::named_target_groups) {
        let group = lookup.observation().target_group.get(arn).and_then(Answer::known);
        let Some(vpc) = group.and_then(|group| group.vpc.as_ref()) else { continue };
        drop(lookup.security_groups(vpc));
    }
}

/// One finding for all tasks of a party: the cause is its configuration.
pub(crate) fn judge(lookup: &Lookup<'_>, service_tasks: &ServiceTasks<'_>, judgement: &mut Judgement) {
    if is_named(service_tasks) {
        return;
    }
    let having = match having(lookup, service_tasks) {
        Ok(having) => having,
        Err(gap) => return judgement.abstain(service_tasks.unit(), gap),
    };
    let Some((group, example)) = having.first() else { return };
    let declared = service_tasks.service.and_then(|service| example.declared(service));
    let why = match declared {
        Some(network) if network.security_groups.is_empty() => ": its service declares no groups",
        Some(network) if network.security_groups.contains(&group.id) => ": its service declares it",
        _ => "",
    };
    let tasks: BTreeMap<_, _> = having.iter().map(|(_, checked)| (&checked.task.arn, checked)).collect();
    let summary = format!("{} wears the default group of {}{why}", service_tasks.name(), group.vpc);
    let draft =
        start(&RULE, summary).service_tasks(service_tasks).security_groups([&group.id]).subject(group.id.to_string());
    let draft = draft.evidence("tasks", Some(tasks.len())).evidence("task", Some(example.task.arn.id()));
    judgement.findings.push(draft.done());
}

/// Does the policy speak of the default group?
fn is_named(service_tasks: &ServiceTasks<'_>) -> bool {
    let named = SecurityGroupRef::vpc_default();
    service_tasks.policy.required.contains(&named) || service_tasks.policy.forbidden.contains(&named)
}

fn having<'a, 'p>(
    lookup: &Lookup<'a>,
    service_tasks: &'p ServiceTasks<'a>,
) -> Result<Vec<(&'a SecurityGroup, &'p CheckedInterface<'a>)>, Gap<'a>> {
    let mut having = Vec::new();
    for vpc in service_tasks.vpcs() {
        let groups = lookup.security_groups(vpc)?;
        let default: Vec<_> = groups.into_iter().filter(|group| group.is_default()).collect();
        for checked in &service_tasks.checked_interfaces {
            having.extend(default.iter().filter(|group| checked.has(&group.id)).map(|group| (*group, checked)));
        }
    }
    Ok(having)
}
