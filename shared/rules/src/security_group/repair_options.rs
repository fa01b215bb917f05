//! The ways to mend an interface's groups, gentlest first, each with what speaks against it.
//!
//! Only the ways that the policy allows are proposed, and only what they need is asked. Which of them is used is the planner's
//! business: the first that nothing speaks against and that AWS hasn't refused.

use std::collections::BTreeSet;

use model::ecs::{DeploymentController, Service, ServiceStatus, Strategy};
use model::id::SecurityGroupId;
use model::observation::{Gap, Lookup};
use model::policy::RepairOption;
use model::repair::{GroupChange, Proposal, Repair};
use model::scope::ServiceId;

use super::change::Demands;
use super::checked_interfaces::{CheckedInterface, ServiceTasks};
use super::rules::security_group_missing::actual;
use super::stop;
use crate::finding::FindingDraft;

/// The most groups that AWS lets an interface have, in any account ("Amazon VPC quotas": 5, adjustable to 16).
const MOST_ON_AN_INTERFACE: usize = 16;

/// The most groups in an `awsvpcConfiguration`.
const MOST_IN_A_SERVICE: usize = 5;

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
    draft = draft.subject(subject(checked, declared.as_ref()));
    if let Some(remedy) =
        service_tasks.id.as_ref().zip(service_tasks.service).and_then(|(id, service)| remedy(id, service))
    {
        draft = draft.remedy_instead(remedy);
    }
    if options.contains(&RepairOption::ModifyNetworkInterface) {
        draft = draft.repair(modify(service_tasks, checked, demands));
    }
    if options.contains(&RepairOption::UpdateService)
        && let (Some(id), Some(service), Some(change)) = (&service_tasks.id, service_tasks.service, &declared)
        && !change.is_empty()
    {
        draft = draft.repair(update(id, service, service_tasks, change.clone()));
    }
    if options.contains(&RepairOption::StopTask) {
        draft = draft.repair(stop::stop(lookup, service_tasks, checked, demands, declared.as_ref()));
    }
    Ok(draft)
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

/// What a person does where the program can't, by who carries out the service's deployments.
fn remedy(id: &ServiceId, service: &Service) -> Option<String> {
    match (&service.controller, &service.strategy) {
        (DeploymentController::Ecs, Strategy::Rolling) => None,
        (DeploymentController::CodeDeploy, _) => Some(format!(
            "CodeDeploy carries out the deployments of {id}, and UpdateService refuses its network configuration: put the \
             groups into the AppSpec's NetworkConfiguration (AwsvpcConfiguration) of the next CodeDeploy deployment."
        )),
        (DeploymentController::External, _) => Some(format!(
            "An external controller carries out the deployments of {id}: make a task set with the right groups \
             (CreateTaskSet, networkConfiguration), make it the primary one, and delete the old."
        )),
        (DeploymentController::Ecs, strategy) => Some(format!(
            "{id} is deployed {}, with a shift of traffic that its owner watches: change the groups in its network \
             configuration where that is declared, and deploy.",
            strategy.as_str()
        )),
        (DeploymentController::Other(controller), _) => Some(format!(
            "The deployment controller {controller} of {id} isn't known to this program: change the groups in its network \
             configuration where that is declared, and deploy."
        )),
    }
}

fn modify(service_tasks: &ServiceTasks<'_>, checked: &CheckedInterface<'_>, demands: &Demands<'_>) -> Proposal {
    let from = checked.interface.security_groups.iter().cloned().collect();
    let change = demands.change(&from);
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

fn update(id: &ServiceId, service: &Service, service_tasks: &ServiceTasks<'_>, change: GroupChange) -> Proposal {
    let (subnets, assign_public_ip) = match &service.network {
        Some(network) => (network.subnets.clone(), network.assign_public_ip.clone()),
        None => (Vec::new(), None),
    };
    let objection = unfit(id, service).or_else(|| match change.to.len() {
        0 => Some("no group would be left, and then the VPC's default group applies: require another".to_owned()),
        many if many > MOST_IN_A_SERVICE => {
            Some(format!("the service would have {many} groups, and AWS allows {MOST_IN_A_SERVICE} at most"))
        }
        _ if subnets.is_empty() => Some("the service doesn't say its subnets, and they must be sent along".to_owned()),
        _ if service_tasks.vpcs().len() > 1 => Some("its tasks are in several VPCs".to_owned()),
        _ => None,
    });
    let repair = Repair::UpdateService { service: id.clone(), security_groups: change, subnets, assign_public_ip };
    Proposal { repair, objection }
}

/// Why a service is neither to be updated nor to lose a task, if it isn't.
pub(super) fn unfit(id: &ServiceId, service: &Service) -> Option<String> {
    if service.status != ServiceStatus::Active {
        return Some(format!("{id} is {}", service.status.as_str()));
    }
    match (&service.controller, &service.strategy) {
        (DeploymentController::Ecs, Strategy::Rolling) => {}
        (DeploymentController::Ecs, strategy) => return Some(format!("{id} is deployed {}", strategy.as_str())),
        (controller, _) => return Some(format!("its deployments are carried out by {}", controller.as_str())),
    }
    (!service.is_steady()).then(|| {
        format!(
            "{id} isn't steady: {} of {} tasks are running, {} pending, in {} deployments",
            service.running_count,
            service.desired_count,
            service.pending_count,
            service.deployments.len()
        )
    })
}
