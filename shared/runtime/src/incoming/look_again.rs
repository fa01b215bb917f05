//! A look-again message: how a look to come is written for its way through the queue, and read when it is back.
//!
//! What comes back is not trusted: anyone who may send to the queue may have written it. It can say where to look and
//! what was suspected when; what is true is read again.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use model::finding::Fingerprint;
use model::id::{TargetGroupArn, TaskArn};
use model::scope::{ServiceId, TaskHint};
use pipeline::ports::Look;
use serde::{Deserialize, Serialize};

use super::IncomingError;
use super::error::from_text;
use crate::home::{Home, Located as _};

/// The version of the message's shape, and the value of the key that tells it from other messages.
const VERSION: u32 = 1;

const WHAT: &str = "the look-again message";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    look_again: u32,
    target_group: TargetGroupArn,
    services: BTreeSet<ServiceId>,
    tasks: BTreeMap<TaskArn, TaskHint>,
    suspicions: BTreeMap<Fingerprint, Timestamp>,
    hop: u32,
    not_before: Timestamp,
}

/// The look as a message's body.
///
/// # Errors
/// Never: every key is a text.
pub fn write(look: &Look) -> Result<String, serde_json::Error> {
    let Look { target_group, services, tasks, suspicions, hop, not_before } = look.clone();
    serde_json::to_string(&Body { look_again: VERSION, target_group, services, tasks, suspicions, hop, not_before })
}

/// Reads a message's body.
///
/// # Errors
/// When it isn't of this version and shape, belongs elsewhere, or contradicts itself.
pub(super) fn read(text: &str, home: &Home) -> Result<Look, IncomingError> {
    let body: Body = from_text(WHAT, text)?;
    if body.look_again != VERSION {
        let why = format!("version {} is not known here, only {VERSION} is", body.look_again);
        return Err(IncomingError::malformed(WHAT, "look_again", why));
    }
    body.target_group.at(home)?;
    let hinted = body.tasks.values().filter_map(|hint| hint.service.as_ref());
    body.services.iter().chain(hinted).try_for_each(|service| check_service(service, home))?;
    body.tasks.iter().try_for_each(|(task, hint)| check_task(task, hint, home))?;
    let Body { target_group, services, tasks, suspicions, hop, not_before, .. } = body;
    Ok(Look { target_group, services, tasks, suspicions, hop, not_before })
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
    Ok(())
}
