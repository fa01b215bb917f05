//! The last way: stopping a task whose service is already configured right, and to which no target group sends.
//!
//! StopTask sends SIGTERM at once; it doesn't take the task out of its target groups first ("StopTask" in the ECS API
//! reference), and a Network Load Balancer goes on sending for minutes after a deregistration.

use model::ecs::{Service, TaskProtection};
use model::elb::{TargetHealth, TargetState, TargetType};
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup};
use model::policy::RepairOption;
use model::repair::{Proposal, Repair};
use model::scope::ServiceId;

use super::checked_interfaces::{CheckedInterface, ServiceTasks};
use super::deploy::{no_room, outgoing, unfit};

/// Stopping the task, and what speaks against it.
pub(super) fn stop<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    checked: &CheckedInterface<'a>,
    next_is_right: bool,
) -> Proposal {
    let (task, cluster) = (checked.task.arn.clone(), checked.task.cluster.clone());
    // A task of no service has neither protection nor a successor; whether it may be stopped is the policy's word.
    let objection = match (&service_tasks.id, service_tasks.service) {
        (None, _) => None,
        (Some(id), None) => Some(format!("{id} is gone")),
        (Some(id), Some(service)) => useless(next_is_right)
            .or_else(|| unfit(id, service))
            .or_else(|| no_headroom(id, service))
            .or_else(|| outgoing(service, checked))
            .or_else(|| protected(lookup, checked)),
    };
    let objection = objection.or_else(|| served(lookup, service_tasks, checked));
    Proposal { repair: Repair::StopTask { task, cluster, service: service_tasks.id.clone() }, objection }
}

/// Would the task that takes its place have the same fault?
fn useless(next_is_right: bool) -> Option<String> {
    (!next_is_right)
        .then(|| "the next task would have the same fault: its service declares the wrong groups".to_owned())
}

/// Does the service's minimum healthy percent leave room for one task less? ECS rounds it up.
fn no_headroom(id: &ServiceId, service: &Service) -> Option<String> {
    let percent = service.percents.minimum_healthy;
    let floor = (u64::from(service.desired_count) * u64::from(percent)).div_ceil(100);
    let left = u64::from(service.running_count.saturating_sub(1));
    (left < floor).then(|| {
        let instead = match no_room(id, service) {
            Some(_) => String::new(),
            None => format!(": {} instead", forced(id)),
        };
        format!(
            "{left} of {} tasks would be left, and the minimum healthy percent of {percent} keeps {floor}{instead}",
            service.desired_count
        )
    })
}

/// How a person forces a deployment.
pub(super) fn forced(id: &ServiceId) -> String {
    format!(
        "force a new deployment (aws ecs update-service --cluster {} --service {} --force-new-deployment)",
        id.cluster.name(),
        id.name
    )
}

pub(super) fn protected(lookup: &Lookup<'_>, checked: &CheckedInterface<'_>) -> Option<String> {
    match lookup.task_protection(&checked.task.cluster, &checked.task.arn) {
        Ok(Some(TaskProtection { enabled: false, .. })) => None,
        Ok(Some(TaskProtection { until, .. })) => Some(match until {
            Some(until) => format!("the task is protected until {until}"),
            None => "the task is protected".to_owned(),
        }),
        Ok(None) => Some("the task is gone".to_owned()),
        Err(gap) => Some(not_known("the task is protected", gap)),
    }
}

/// Does a target group send to the task?
fn served<'a>(lookup: &Lookup<'a>, service_tasks: &ServiceTasks<'a>, checked: &CheckedInterface<'a>) -> Option<String> {
    let (group, health) = match target(lookup, service_tasks, checked) {
        Ok(target) => target?,
        Err(gap) => return Some(not_known("a target group sends to the task", gap)),
    };
    let instead = match (&service_tasks.id, service_tasks.policy.repair_with.contains(&RepairOption::UpdateService)) {
        (Some(_), false) => {
            "; a forced new deployment deregisters it first: add \"update-service\" to security_groups.repair_with"
        }
        (Some(_), true) => "; a forced new deployment deregisters it first",
        (None, _) => ": deregister it first",
    };
    Some(format!(
        "target group {} sends to {} ({}), and StopTask would cut its connections{instead}",
        group.name(),
        health.target,
        health.state.as_str()
    ))
}

/// The first target that a group of the account sends to, or soon may, at an address of the task's interface: whoever
/// registered it. Its own service's groups are asked first, as most often they decide.
fn target<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    checked: &CheckedInterface<'a>,
) -> Result<Option<(&'a TargetGroupArn, &'a TargetHealth)>, Gap<'a>> {
    let own: Vec<_> = service_tasks.service.into_iter().flat_map(Service::named_target_groups).collect();
    if let Some(found) = target_in(lookup, checked, own)? {
        return Ok(Some(found));
    }
    let all: Vec<_> = lookup.target_groups()?.iter().map(|arn| (arn, lookup.target_group(arn))).collect();
    let mut of_addresses = Vec::new();
    for (arn, group) in all {
        if group?.is_some_and(|group| {
            !matches!(group.target_type, TargetType::Lambda | TargetType::Alb | TargetType::Instance)
        }) {
            of_addresses.push(arn);
        }
    }
    target_in(lookup, checked, of_addresses)
}

fn target_in<'a>(
    lookup: &Lookup<'a>,
    checked: &CheckedInterface<'a>,
    groups: Vec<&'a TargetGroupArn>,
) -> Result<Option<(&'a TargetGroupArn, &'a TargetHealth)>, Gap<'a>> {
    let answers: Vec<_> = groups.into_iter().map(|arn| (arn, lookup.target_health(arn))).collect();
    let mut gap = None;
    for (arn, health) in answers {
        let sends = |one: &&TargetHealth| checked.interface.has(one.target.ip) && is_sent_to(one);
        match health.map(|health| health.unwrap_or_default().iter().find(sends)) {
            Ok(Some(found)) => return Ok(Some((arn, found))),
            Ok(None) => {}
            Err(missing) => gap = gap.or(Some(missing)),
        }
    }
    gap.map_or(Ok(None), Err)
}

/// Does its group send to it, or soon? To a target that drains connections go on, to one that fails its checks they may (a
/// group of which all fail is sent to as if none did), and one that is `initial` is about to be sent to.
fn is_sent_to(health: &TargetHealth) -> bool {
    health.state != TargetState::Unused
}

fn not_known(what: &str, gap: Gap<'_>) -> String {
    match gap {
        Gap::Pending => format!("whether {what} isn't read yet"),
        Gap::Unread(unread) => format!("whether {what} could not be read: {unread}"),
    }
}
