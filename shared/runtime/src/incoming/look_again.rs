//! A look-again message: how a look to come is written for its way through the queue, and read when it is back.
//!
//! What comes back is not trusted: anyone who may send to the queue may have written it. It can say where to look and
//! what was suspected when; what is true is read again.

#[cfg(test)]
pub(super) mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;
use model::finding::Fingerprint;
use model::id::{ClusterArn, TargetGroupArn, TaskArn};
use model::scope::{ServiceId, Site, TaskHint};
use pipeline::ports::DelayedLook;
use serde::{Deserialize, Serialize};

use super::IncomingError;
use super::error::from_text;
use crate::home::{Home, Located as _};

/// The version of the message's shape, and the value of the key that tells it from other messages.
const VERSION: u32 = 1;

const WHAT: &str = "the look-again message";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LookAgainBody {
    look_again: u32,
    /// One of these three says where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target_group: Option<TargetGroupArn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<ServiceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task: Option<StandaloneTask>,
    services: BTreeSet<ServiceId>,
    tasks: BTreeMap<TaskArn, Arc<TaskHint>>,
    suspicions: BTreeMap<Fingerprint, Timestamp>,
    #[serde(rename = "hop")] // the name that messages under way have
    attempt: u32,
    not_before: Timestamp,
}

/// A task that belongs to no service.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StandaloneTask {
    cluster: ClusterArn,
    task: TaskArn,
}

/// The look as a message's body.
///
/// # Errors
/// Never: every key is a text.
pub fn write(look: &DelayedLook) -> Result<String, serde_json::Error> {
    let DelayedLook { site, services, tasks, suspicions, attempt, not_before } = look.clone();
    let (mut target_group, mut service, mut task) = (None, None, None);
    match site {
        Site::TargetGroup(arn) => target_group = Some(arn),
        Site::Service(id) => service = Some(id),
        Site::Task { cluster, task: arn } => task = Some(StandaloneTask { cluster, task: arn }),
    }
    let look_again = VERSION;
    serde_json::to_string(&LookAgainBody {
        look_again,
        target_group,
        service,
        task,
        services,
        tasks,
        suspicions,
        attempt,
        not_before,
    })
}

/// Reads a message's body.
///
/// # Errors
/// When it isn't of this version and shape, belongs elsewhere, or contradicts itself.
pub(super) fn read(text: &str, home: &Home) -> Result<DelayedLook, IncomingError> {
    let body: LookAgainBody = from_text(WHAT, text)?;
    if body.look_again != VERSION {
        let why = format!("version {} is not known here, only {VERSION} is", body.look_again);
        return Err(IncomingError::malformed(WHAT, "look_again", why));
    }
    let site = match (body.target_group, body.service, body.task) {
        (Some(group), None, None) => {
            group.at(home)?;
            Site::TargetGroup(group)
        }
        (None, Some(service), None) => {
            check_service(&service, home)?;
            Site::Service(service)
        }
        (None, None, Some(StandaloneTask { cluster, task })) => {
            let hint = TaskHint { cluster, service: None, addresses: Vec::new(), version: 0 };
            check_task(&task, &hint, home)?;
            Site::Task { cluster: hint.cluster, task }
        }
        _ => {
            let why = "it must name one target group, one service or one task";
            return Err(IncomingError::malformed(WHAT, "target_group", why));
        }
    };
    let hinted = body.tasks.values().filter_map(|hint| hint.service.as_ref());
    body.services.iter().chain(hinted).try_for_each(|service| check_service(service, home))?;
    body.tasks.iter().try_for_each(|(task, hint)| check_task(task, hint, home))?;
    let LookAgainBody { services, tasks, suspicions, attempt, not_before, .. } = body;
    Ok(DelayedLook { site, services, tasks, suspicions, attempt, not_before })
}

fn check_service(service: &ServiceId, home: &Home) -> Result<(), IncomingError> {
    service.cluster.at(home)?;
    match service.cluster.service(&service.name) {
        Ok(_) => Ok(()),
        Err(error) => Err(IncomingError::malformed(WHAT, "services", error)),
    }
}

fn check_task(task: &TaskArn, hint: &TaskHint, home: &Home) -> Result<(), IncomingError> {
    task.at(home)?;
    hint.cluster.at(home)?;
    if task.cluster().is_some_and(|its| its != hint.cluster) {
        return Err(IncomingError::malformed(WHAT, "tasks", format!("{task} is not a task of {}", hint.cluster)));
    }
    if let Some(service) = hint.service.as_ref().filter(|service| service.cluster != hint.cluster) {
        return Err(IncomingError::malformed(WHAT, "tasks", format!("{service} is not a service of {}", hint.cluster)));
    }
    Ok(())
}
