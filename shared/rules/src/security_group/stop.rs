//! The last rung: stopping a task whose service is already configured right.

use model::ecs::{Service, TaskProtection};
use model::observation::{Gap, Lookup};
use model::repair::{GroupChange, Proposal, Repair};
use model::scope::ServiceId;

use super::change::Demands;
use super::checked_interfaces::{CheckedInterface, ServiceTasks};
use super::repair_options::unfit;

/// Stopping the task, and what speaks against it.
pub(super) fn stop<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    checked: &CheckedInterface<'a>,
    demands: &Demands<'a>,
    declared: Option<&GroupChange>,
) -> Proposal {
    let (task, cluster) = (checked.task.arn.clone(), checked.task.cluster.clone());
    // A task of no service has neither protection nor a successor; whether it may be stopped is the policy's word.
    let objection = match (&service_tasks.id, service_tasks.service) {
        (None, _) => None,
        (Some(id), None) => Some(format!("{id} is gone")),
        (Some(id), Some(service)) => useless(service, demands, declared)
            .or_else(|| unfit(id, service))
            .or_else(|| no_headroom(id, service))
            .or_else(|| protected(lookup, checked)),
    };
    Proposal { repair: Repair::StopTask { task, cluster, service: service_tasks.id.clone() }, objection }
}

/// Would the task that takes its place have the same fault? It gets what the service declares, by its primary deployment.
fn useless(service: &Service, demands: &Demands<'_>, declared: Option<&GroupChange>) -> Option<String> {
    let of_primary = service.primary_deployment().and_then(|primary| primary.network.as_ref());
    let of_primary = of_primary.filter(|network| !network.security_groups.is_empty());
    let primary_is_right =
        of_primary.is_none_or(|network| demands.change(&network.security_groups.iter().cloned().collect()).is_empty());
    let is_right = declared.is_some_and(GroupChange::is_empty) && primary_is_right;
    (!is_right).then(|| "the next task would have the same fault: its service declares the wrong groups".to_owned())
}

/// Does the service's minimum healthy percent leave room for one task less? ECS rounds it up.
fn no_headroom(id: &ServiceId, service: &Service) -> Option<String> {
    let percent = service.percents.minimum_healthy;
    let floor = (u64::from(service.desired_count) * u64::from(percent)).div_ceil(100);
    let left = u64::from(service.running_count.saturating_sub(1));
    (left < floor).then(|| {
        format!(
            "{left} of {} tasks would be left, and the minimum healthy percent of {percent} keeps {floor}: force a new \
             deployment instead (aws ecs update-service --cluster {} --service {} --force-new-deployment)",
            service.desired_count,
            id.cluster.name(),
            id.name
        )
    })
}

fn protected(lookup: &Lookup<'_>, checked: &CheckedInterface<'_>) -> Option<String> {
    match lookup.task_protection(&checked.task.cluster, &checked.task.arn) {
        Ok(Some(TaskProtection { enabled: false, .. })) => None,
        Ok(Some(TaskProtection { until, .. })) => Some(match until {
            Some(until) => format!("the task is protected until {until}"),
            None => "the task is protected".to_owned(),
        }),
        Ok(None) => Some("the task is gone".to_owned()),
        Err(Gap::Pending) => Some("whether the task is protected isn't read yet".to_owned()),
        Err(Gap::Unread(unread)) => {
            Some(format!("whether the task is protected could not be read: {}: {}", unread.operation, unread.error))
        }
    }
}
