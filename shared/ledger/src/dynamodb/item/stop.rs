//! The last stop of one of a service's tasks, as an item.

use jiff::SignedDuration;
use model::ledger::TaskStop;
use model::scope::ServiceId;

use super::{Item, ItemError, attributes, key, parsed, string, text, time, time_to_live};

/// How long a stop is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The item of a stop.
pub(in crate::dynamodb) fn write(stop: &TaskStop) -> Item {
    let mut item = key::task_stop(&stop.service);
    item.extend(attributes([
        ("cluster_arn", string(&stop.service.cluster)),
        ("service_name", string(&stop.service.name)),
        ("task", string(&stop.task)),
        ("noted_at", time(stop.at)),
        ("expires_at", time_to_live(stop.at.saturating_add(KEPT).unwrap_or(stop.at))),
    ]));
    item
}

/// The stop in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<TaskStop, ItemError> {
    Ok(TaskStop {
        service: ServiceId::new(&parsed(item, "cluster_arn")?, text(item, "service_name")?),
        task: parsed(item, "task")?,
        at: parsed(item, "noted_at")?,
    })
}
