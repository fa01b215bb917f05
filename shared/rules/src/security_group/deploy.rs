//! Having a service replace its tasks: with other groups, or, where it declares the right ones, by a forced new deployment.
//!
//! Unlike StopTask, a deployment of ECS takes each task out of its target groups, and waits until it is out, before it stops it
//! ("Draining connections" in the ECS guide to load balancing).

use model::ecs::{DeploymentController, Service, ServiceStatus, Strategy};
use model::id::DeploymentId;
use model::observation::Lookup;
use model::repair::{GroupChange, Proposal, Repair};
use model::scope::ServiceId;

use super::checked_interfaces::{CheckedInterface, ServiceTasks};
use super::stop::protected;

/// The most groups in an `awsvpcConfiguration`.
pub(super) const MOST_IN_A_SERVICE: usize = 5;

/// Putting other groups into the service's network configuration, and what speaks against it.
pub(super) fn update(
    id: &ServiceId,
    service: &Service,
    service_tasks: &ServiceTasks<'_>,
    change: GroupChange,
) -> Proposal {
    let (subnets, assign_public_ip) = match &service.network {
        Some(network) => (network.subnets.clone(), network.assign_public_ip.clone()),
        None => (Vec::new(), None),
    };
    let objection = unfit(id, service).or_else(|| no_room(id, service)).or_else(|| match change.to.len() {
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

/// Having the service replace its tasks as it is, and what speaks against it. `change` is what the task is to have otherwise.
pub(super) fn force(
    lookup: &Lookup<'_>,
    id: &ServiceId,
    service: &Service,
    checked: &CheckedInterface<'_>,
    deployment: &DeploymentId,
    change: GroupChange,
) -> Proposal {
    let objection = unfit(id, service)
        .or_else(|| no_room(id, service))
        .or_else(|| outgoing(service, checked))
        .or_else(|| protected(lookup, checked));
    let repair =
        Repair::ForceNewDeployment { service: id.clone(), security_groups: change, deployment: deployment.clone() };
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

/// Does a deployment of the service start no task before it stops one? ECS rounds the most that may run down (`maximumPercent`
/// in DeploymentConfiguration), and of a daemon service at most one task runs on an instance.
pub(super) fn no_room(id: &ServiceId, service: &Service) -> Option<String> {
    let percent = service.percents.maximum;
    let most = u64::from(service.desired_count) * u64::from(percent) / 100;
    (most <= u64::from(service.running_count.max(service.desired_count))).then(|| {
        format!(
            "a deployment of {id} would stop a task before its replacement serves: its maximum percent of {percent} allows \
             {most} tasks, and {} run",
            service.running_count
        )
    })
}

/// Is the task one of a deployment that is over, and so about to be replaced? A deployment may succeed before all of the tasks
/// of the one before are gone.
pub(super) fn outgoing(service: &Service, checked: &CheckedInterface<'_>) -> Option<String> {
    let started_by = checked.task.started_by.as_ref()?;
    let is_listed = service.deployments.iter().any(|deployment| deployment.id == *started_by);
    (!is_listed).then(|| format!("it is of deployment {started_by}, which is over: ECS is replacing it"))
}
