//! Tasks of a service that end badly, one after the other: why it serves nobody though it wants to.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use model::Timestamp;
use model::ecs::{Service, ServiceEvent, Task};
use model::observation::{Desired, Gap, Lookup, TaskList};
use model::scope::ServiceId;

/// For so long at least it must have been going wrong: by then ECS has tried again.
const LASTING: SignedDuration = SignedDuration::from_mins(10);

/// ECS repeats a message whose cause isn't resolved after six hours ("Service event messages" in the developer guide).
const REPEATED: SignedDuration = SignedDuration::from_hours(6);

/// So many different reasons are given.
const REASONS: usize = 3;

/// Why a service's tasks don't stay.
pub(crate) struct FailingTasks<'a> {
    /// What ECS says of the newest, or of why none is started.
    pub(crate) newest: &'a str,
    /// Since when, as far as is known.
    pub(crate) since: Timestamp,
    /// Of how many stopped tasks it says what.
    pub(crate) reasons: BTreeMap<&'a str, usize>,
}

/// Why tasks of the service's newest deployment fail to start or to stay, for some time already; `None` if that isn't known.
pub(crate) fn failing_tasks<'a>(
    lookup: &Lookup<'a>,
    id: &ServiceId,
    service: &'a Service,
) -> Result<Option<FailingTasks<'a>>, Gap<'a>> {
    let Some(deployment) = service.primary_deployment() else { return Ok(None) };
    let lasts = |since: &Timestamp| since.checked_add(LASTING).is_ok_and(|due| due <= lookup.now());
    let stopped = stopped_badly(lookup, id)?;
    let mut of_deployment: Vec<&Task> =
        stopped.into_iter().filter(|task| task.started_by.as_ref() == Some(&deployment.id)).collect();
    of_deployment.sort_by_key(|task| task.stopped_at);
    let first = of_deployment.first().and_then(|task| task.stopped_at).filter(lasts);
    if let (Some(since), [_, .., last]) = (first, of_deployment.as_slice()) {
        let mut reasons = BTreeMap::new();
        of_deployment.iter().for_each(|task| *reasons.entry(reason(task)).or_default() += 1);
        while reasons.len() > REASONS {
            reasons.pop_last();
        }
        return Ok(Some(FailingTasks { newest: reason(last), since, reasons }));
    }
    let is_of_deployment = |event: &&ServiceEvent| event.at >= deployment.created_at;
    let refused = service.events.iter().filter(is_of_deployment).find(|event| event.reports_that_none_is_started());
    let is_recent = |at: &Timestamp| at.checked_add(REPEATED).is_ok_and(|over| over >= lookup.now());
    let refused = refused.and_then(|event| Some((event, event.at.filter(lasts).filter(is_recent)?)));
    Ok(refused.map(|(event, since)| FailingTasks { newest: &event.message, since, reasons: BTreeMap::new() }))
}

/// Tasks of the service that stopped by themselves within the last hour, for which ECS keeps them, or for their health checks. One that
/// can't be read is none: less is known of why, and nothing else.
pub(crate) fn stopped_badly<'a>(lookup: &Lookup<'a>, id: &ServiceId) -> Result<Vec<&'a Task>, Gap<'a>> {
    let list = TaskList { cluster: id.cluster.clone(), service: Some(id.clone()), desired: Desired::Stopped };
    let list = lookup.listed_by_cluster(&list).unwrap_or(list);
    let answers: Vec<_> = lookup.tasks(&list)?.iter().map(|arn| lookup.task(&id.cluster, arn)).collect();
    let mut stopped = Vec::new();
    for answer in answers {
        match answer {
            Ok(task) => stopped.extend(task.filter(|task| !task.is_live() && task.stopped_badly())),
            Err(Gap::Pending) => return Err(Gap::Pending),
            Err(Gap::Unread(_)) => {}
        }
    }
    stopped.retain(|task| task.service_name() == Some(&*id.name));
    Ok(stopped)
}

fn reason(task: &Task) -> &str {
    task.stopped_reason.as_deref().unwrap_or("ECS gives no reason")
}
