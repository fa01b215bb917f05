//! An interface whose groups aren't those its task was started with.

use std::collections::BTreeSet;

use model::finding::{Finding, Severity};
use model::id::SecurityGroupId;
use model::observation::{Gap, Lookup};
use model::scope::Unit;

use crate::finding::start;
use crate::fix::force_deployment;
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::security_group::checked_interfaces::{CheckedInterface, ServiceTasks};
use crate::security_group::resolve::resolve_all;

pub(crate) const RULE: Rule = Rule {
    slug: "security-group-drift",
    severity: Severity::Medium,
    title: "The next task will be reached differently: this one's security groups were changed by hand",
    explanation: "The task's network interface has other security groups than the deployment or task set that started the task \
        declares; none declared means the VPC's default group. Somebody changed the interface after it was made, and the next \
        task of the service won't have that change. A difference that the policy asks for, by what it requires or forbids, is \
        not reported. Neither is a task whose deployment ECS no longer reports.",
    remedy: "If the change is wanted, put it into the service's network configuration, so that every task has it. If it isn't, \
        force a new deployment of the service: new tasks get the declared groups.",
    repair: "none",
};

/// Judges every interface of a service's tasks.
pub(crate) fn judge(lookup: &Lookup<'_>, service_tasks: &ServiceTasks<'_>, judgement: &mut Judgement) {
    for checked in &service_tasks.checked_interfaces {
        let found = judgement.keep(|| Unit::Task(checked.task.arn.clone()), finding(lookup, service_tasks, checked));
        judgement.findings.extend(found.flatten());
    }
}

fn finding<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    checked: &CheckedInterface<'a>,
) -> Result<Option<Finding>, Gap<'a>> {
    let Some(network) = service_tasks.service.and_then(|service| checked.declared(service)) else { return Ok(None) };
    let (declared, actual) = (&network.security_groups, &checked.interface.security_groups);
    if declared.iter().all(|group| actual.contains(group)) && actual.iter().all(|group| declared.contains(group)) {
        return Ok(None);
    }
    let (declared, actual): (BTreeSet<_>, BTreeSet<_>) = (declared.iter().collect(), actual.iter().collect());
    let vpc = &checked.interface.vpc;
    let (required, forbidden, groups) = (
        resolve_all(lookup, &service_tasks.policy.required, vpc),
        resolve_all(lookup, &service_tasks.policy.forbidden, vpc),
        if declared.is_empty() { lookup.security_groups(vpc) } else { Ok(Vec::new()) },
    );
    let (required, forbidden) = (required?, forbidden?);
    let default = groups?.into_iter().filter(|group| group.is_default()).map(|group| &group.id);
    let declared: BTreeSet<&SecurityGroupId> = declared.into_iter().chain(default).collect();
    let added: Vec<_> = actual.difference(&declared).copied().filter(|id| !required.has(id)).collect();
    let lacking: Vec<_> = declared.difference(&actual).copied().filter(|id| !forbidden.has(id)).collect();
    if added.is_empty() && lacking.is_empty() {
        return Ok(None);
    }
    let differences = [words("lacks", &lacking), words("also has", &added)];
    let difference = differences.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let summary = format!(
        "Task {} of {} has other security groups than its deployment declares, and the next task won't: its interface \
         {difference}",
        checked.task.arn.short_id(),
        service_tasks.name()
    );
    let draft = start(&RULE, summary).service_tasks(service_tasks).checked(checked).subject(difference);
    let draft = draft.evidence("declared", Some(list(&declared))).evidence("worn", Some(list(&actual)));
    let draft = match &service_tasks.id {
        Some(id) => draft.fixes(vec![force_deployment(id, "It undoes the change by hand. ")]),
        None => draft,
    };
    Ok(Some(draft.done()))
}

fn words(verb: &str, ids: &[&SecurityGroupId]) -> Option<String> {
    let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    (!ids.is_empty()).then(|| format!("{verb} {}", ids.join(", ")))
}

fn list(ids: &BTreeSet<&SecurityGroupId>) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
