//! What holds back the two repair options that replace tasks: one service in the account is updated at a time, and none is given a group, or
//! has one taken from it, a second time: something put it back. A task is stopped only once the last stop has settled,
//! never if stopping has proved useless.

use std::time::Duration;

use model::ecs::TaskStatus;
use model::ledger::{ServiceUpdate, TaskStop};
use model::observation::{Gap, Lookup};
use model::repair::{GroupChange, Repair};
use model::scope::ServiceId;

use crate::moment::after;
use crate::unread::unread;
use crate::verdict::GateVerdict;

/// So long after a change was begun it may still be on its way, or not show yet.
const SETTLES: Duration = Duration::from_mins(2);

/// Why this change has to wait, or must never be made again.
pub(crate) fn check(lookup: &Lookup<'_>, repair: &Repair) -> Result<Option<GateVerdict>, String> {
    let checked = match repair {
        Repair::UpdateService { service, security_groups, .. } => check_update(
            lookup,
            service,
            security_groups,
            "something put the old ones back: change it where the service is declared",
        ),
        Repair::ForceNewDeployment { service, security_groups, .. } => check_update(
            lookup,
            service,
            security_groups,
            "a task is without them again: find out what changes its interface",
        ),
        Repair::StopTask { task, service: Some(service), cluster } => {
            check_stop(lookup, service, lookup.task(cluster, task).map(|task| task.and_then(|task| task.started_at)))
        }
        _ => Ok(None),
    };
    checked.map_err(|gap| unread("what was changed before", gap))
}

/// `since` is what has happened where the change was made before.
fn check_update<'a>(
    lookup: &Lookup<'a>,
    id: &ServiceId,
    change: &GroupChange,
    since: &str,
) -> Result<Option<GateVerdict>, Gap<'a>> {
    let (latest, own, service) = (lookup.latest_update(), lookup.service_update(id), lookup.service(id));
    if let (Some(own), Some(service)) = (own?, service?)
        && own.was_made(service)
        && repeats(own, change)
    {
        return Ok(Some(GateVerdict::Closed(format!("{id} was given its groups at {}, and {since}", own.at))));
    }
    let Some(latest) = latest? else { return Ok(None) };
    if lookup.now() < after(latest.at, SETTLES) {
        return Ok(Some(wait(format!("the update of {} at {} is under way", latest.service, latest.at))));
    }
    let under_way = lookup.service(&latest.service)?.filter(|service| !service.is_over() && !service.is_steady());
    Ok(under_way.map(|_| wait(format!("{} was updated at {} and isn't steady yet", latest.service, latest.at))))
}

/// Is a part of the change one that was made before?
fn repeats(update: &ServiceUpdate, change: &GroupChange) -> bool {
    !update.added.is_disjoint(&change.added) || !update.removed.is_disjoint(&change.removed)
}

fn check_stop<'a>(
    lookup: &Lookup<'a>,
    id: &ServiceId,
    started_at: Result<Option<model::Timestamp>, Gap<'a>>,
) -> Result<Option<GateVerdict>, Gap<'a>> {
    let Some(TaskStop { task, at, .. }) = lookup.task_stop(id)? else { return Ok(None) };
    if lookup.now() < after(*at, SETTLES) {
        return Ok(Some(wait(format!("task {} was stopped at {at}: another only once that has settled", task.id()))));
    }
    let stopped = lookup.task(&id.cluster, task)?;
    if stopped.is_some_and(|stopped| stopped.is_live() && stopped.desired_status == TaskStatus::Stopped) {
        return Ok(Some(wait(format!("task {}, stopped at {at}, isn't gone yet", task.id()))));
    }
    // One that still is meant to run was never stopped.
    let was_stopped = !stopped.is_some_and(|stopped| stopped.is_live());
    let is_newer = started_at?.is_some_and(|started| started > *at);
    Ok((was_stopped && is_newer).then(|| {
        GateVerdict::Closed(format!(
            "it was started after task {} was stopped for the same fault at {at}: the next would have it too",
            task.id()
        ))
    }))
}

fn wait(reason: String) -> GateVerdict {
    GateVerdict::Withheld(reason)
}
