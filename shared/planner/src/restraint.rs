//! What holds back the two sharper rungs: one service in the account is updated at a time, never again after something put
//! its groups back; and a task is stopped only once the last stop has settled, never if stopping has proved useless.

use std::time::Duration;

use model::ecs::{Service, TaskStatus};
use model::ledger::{ServiceUpdate, TaskStop};
use model::observation::{Gap, Lookup};
use model::repair::Repair;
use model::scope::ServiceId;

use crate::decide::NOT_READ_YET;
use crate::draft::Verdict;
use crate::moment::after;

/// So long after a change was begun it may still be on its way, or not show yet.
const SETTLES: Duration = Duration::from_mins(2);

/// Why this change has to wait, or must never be made again.
pub(crate) fn check(lookup: &Lookup<'_>, repair: &Repair) -> Result<Option<Verdict>, String> {
    let checked = match repair {
        Repair::UpdateService { service, .. } => check_update(lookup, service),
        Repair::StopTask { task, service: Some(service), cluster } => {
            check_stop(lookup, service, lookup.task(cluster, task).map(|task| task.and_then(|task| task.started_at)))
        }
        _ => Ok(None),
    };
    checked.map_err(|gap| match gap {
        Gap::Pending => NOT_READ_YET.to_owned(),
        Gap::Unread(unread) => {
            format!("what was changed before could not be read: {}: {}", unread.operation, unread.error)
        }
    })
}

fn check_update<'a>(lookup: &Lookup<'a>, id: &ServiceId) -> Result<Option<Verdict>, Gap<'a>> {
    let (latest, own, service) = (lookup.latest_update(), lookup.service_update(id), lookup.service(id));
    if let (Some(own), Some(service)) = (own?, service?)
        && was_put_back(own, service)
    {
        return Ok(Some(Verdict::Closed(format!(
            "{id} was given its groups at {}, and something put the old ones back: change it where the service is declared",
            own.at
        ))));
    }
    let Some(latest) = latest? else { return Ok(None) };
    if lookup.now() < after(latest.at, SETTLES) {
        return Ok(Some(wait(format!("the update of {} at {} is under way", latest.service, latest.at))));
    }
    let under_way = lookup.service(&latest.service)?.filter(|service| !service.is_over() && !service.is_steady());
    Ok(under_way.map(|_| wait(format!("{} was updated at {} and isn't steady yet", latest.service, latest.at))))
}

/// Was the service given groups, and lacks them again? An update that was never seen counts only if something was
/// deployed since: it may have been cut off before it was sent.
fn was_put_back(update: &ServiceUpdate, service: &Service) -> bool {
    let deployed_since = service.primary_deployment().map(|primary| &primary.id) != update.deployment.as_ref();
    let now = service.network.iter().flat_map(|network| &network.security_groups);
    let now: std::collections::BTreeSet<_> = now.cloned().collect();
    (update.confirmed || deployed_since) && (!update.added.is_subset(&now) || !update.removed.is_disjoint(&now))
}

fn check_stop<'a>(
    lookup: &Lookup<'a>,
    id: &ServiceId,
    started_at: Result<Option<model::Timestamp>, Gap<'a>>,
) -> Result<Option<Verdict>, Gap<'a>> {
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
        Verdict::Closed(format!(
            "it was started after task {} was stopped for the same fault at {at}: the next would have it too",
            task.id()
        ))
    }))
}

fn wait(reason: String) -> Verdict {
    Verdict::Withheld(reason)
}
