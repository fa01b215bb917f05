//! An entry of `failures`: what ECS could not describe.

use aws_sdk_ecs::types::Failure;
use model::observation::{Answer, Unread, UnreadKind};

/// `MISSING` is ECS's word for "there is none"; any other reason says nothing about what there is, now or at
/// the next asking.
pub(super) fn answer_of<T>(operation: &'static str, resource: &str, failure: &Failure) -> Answer<T> {
    let reason = failure.reason().unwrap_or("no reason given");
    if reason == "MISSING" {
        return Answer::Absent;
    }
    let detail = failure.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    Answer::Unread(Unread {
        resource: resource.to_owned(),
        operation: operation.to_owned(),
        error: format!("{reason}{detail}"),
        kind: UnreadKind::Transient,
        code: None,
    })
}
