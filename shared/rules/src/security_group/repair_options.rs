//! The ways to mend an interface's groups, gentlest first, each with what speaks against it.
//!
//! Only the ways that the policy allows are proposed, and only what they need is asked. Which of them is used is the planner's
//! business: the first that nothing speaks against and that AWS hasn't refused.

use std::collections::BTreeSet;

use model::ecs::DeploymentController;
use model::fix::Fix;
use model::id::SecurityGroupId;
use model::observation::{Gap, Lookup};
use model::policy::RepairOption;
use model::repair::{GroupChange, Proposal, Repair};

use super::change::Demands;
use super::checked_interfaces::{CheckedInterface, ServiceTasks};
use super::describe::actual;
use super::remedy::remedy;
use super::{deploy, stop};
use crate::finding::FindingDraft;
use crate::fix::{fixes_of_repairs, force_deployment};

/// The most groups that AWS lets an interface have, in any account ("Amazon VPC quotas": 5, adjustable to 16).
const MOST_ON_AN_INTERFACE: usize = 16;

/// Completes a finding about an interface: with the ways to mend it, the remedy that fits, and the subject that two looks must
/// agree on.
pub(crate) fn repair_options<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    checked: &CheckedInterface<'a>,
    demands: &Demands<'a>,
    mut draft: FindingDraft,
) -> Result<FindingDraft, Gap<'a>> {
    let options = &service_tasks.policy.repair_with;
    let declared = declared(lookup, service_tasks, checked)?.map(|from| demands.change(&from));
    let next_is_right = next_is_right(service_tasks, demands, declared.as_ref());
    draft = draft.subject(subject(checked, declared.as_ref()));
    if let Some(remedy) = remedy(service_tasks, checked, declared.as_ref(), next_is_right) {
        draft = draft.remedy_instead(remedy);
    }
    draft = draft.fixes(fixes(service_tasks, checked, demands, declared.as_ref(), next_is_right));
    if options.contains(&RepairOption::ModifyNetworkInterface) {
        draft = draft.repair(modify(service_tasks, checked, demands));
    }
    let service = service_tasks.id.as_ref().zip(service_tasks.service);
    let service = service.filter(|_| options.contains(&RepairOption::UpdateService));
    if let (Some((id, service)), Some(change)) = (service, declared.filter(|change| !change.is_empty())) {
        draft = draft.repair(deploy::update(id, service, service_tasks, change));
    }
    // One task is stopped rather than all of a service's replaced: but only where nothing sends to it.
    if options.contains(&RepairOption::StopTask) {
        draft = draft.repair(stop::stop(lookup, service_tasks, checked, next_is_right));
    }
    if let Some((id, service)) = service.filter(|_| next_is_right)
        && let Some(primary) = service.primary_deployment()
    {
        let change = demands.change(&actual_groups(checked));
        draft = draft.repair(deploy::force(lookup, id, service, checked, &primary.id, change));
    }
    Ok(draft)
}

/// What a person can do, whatever the policy lets the program do.
fn fixes(
    service_tasks: &ServiceTasks<'_>,
    checked: &CheckedInterface<'_>,
    demands: &Demands<'_>,
    declared: Option<&GroupChange>,
    next_is_right: bool,
) -> Vec<Fix> {
    let mut proposals = vec![modify(service_tasks, checked, demands)];
    let mut forced = Vec::new();
    if let Some((id, service)) = service_tasks.id.as_ref().zip(service_tasks.service) {
        let change = declared.filter(|change| !change.is_empty());
        proposals.extend(change.map(|change| deploy::update(id, service, service_tasks, change.clone())));
        let is_ecs = service.controller == DeploymentController::Ecs;
        forced.extend((next_is_right && is_ecs).then(|| force_deployment(id, "")));
    }
    forced.into_iter().chain(fixes_of_repairs(&proposals)).collect()
}

fn actual_groups(checked: &CheckedInterface<'_>) -> BTreeSet<SecurityGroupId> {
    checked.interface.security_groups.iter().cloned().collect()
}

/// Would the task that takes its place be right? It gets what the service declares, by its primary deployment.
fn next_is_right(service_tasks: &ServiceTasks<'_>, demands: &Demands<'_>, declared: Option<&GroupChange>) -> bool {
    let primary = service_tasks.service.and_then(|service| service.primary_deployment());
    let of_primary = primary.and_then(|primary| primary.network.as_ref());
    let of_primary = of_primary.filter(|network| !network.security_groups.is_empty());
    let primary_is_right =
        of_primary.is_none_or(|network| demands.change(&network.security_groups.iter().cloned().collect()).is_empty());
    declared.is_some_and(GroupChange::is_empty) && primary_is_right
}

/// The groups that the service's next tasks will have; none declared means the VPC's default group.
fn declared<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    checked: &CheckedInterface<'a>,
) -> Result<Option<BTreeSet<SecurityGroupId>>, Gap<'a>> {
    let Some(network) = service_tasks.service.and_then(|service| service.network.as_ref()) else { return Ok(None) };
    if !network.security_groups.is_empty() {
        return Ok(Some(network.security_groups.iter().cloned().collect()));
    }
    let groups = lookup.security_groups(&checked.interface.vpc)?;
    Ok(Some(groups.into_iter().filter(|group| group.is_default()).map(|group| group.id.clone()).collect()))
}

/// What exactly was seen: the groups the interface has, and whether its service's next tasks would be right.
fn subject(checked: &CheckedInterface<'_>, declared: Option<&GroupChange>) -> String {
    let next = match declared {
        Some(change) if change.is_empty() => "; the next task is right".to_owned(),
        Some(change) => format!("; its service: {change}"),
        None => String::new(),
    };
    format!("{} has {}{next}", checked.interface.id, actual(checked).join(", "))
}

fn modify(service_tasks: &ServiceTasks<'_>, checked: &CheckedInterface<'_>, demands: &Demands<'_>) -> Proposal {
    let change = demands.change(&actual_groups(checked));
    let objection = match change.to.len() {
        0 => Some("it is the only group of the interface, which can't be without one: require another".to_owned()),
        many if many > MOST_ON_AN_INTERFACE => {
            Some(format!("the interface would have {many} groups, and AWS allows {MOST_ON_AN_INTERFACE} at most"))
        }
        _ => None,
    };
    let repair = Repair::ModifyNetworkInterface {
        network_interface: checked.interface.id.clone(),
        security_groups: change,
        task: checked.task.arn.clone(),
        cluster: checked.task.cluster.clone(),
        service: service_tasks.id.clone(),
        launch_type: checked.task.launch_type.as_ref().map(ToString::to_string),
    };
    Proposal { repair, objection }
}
