//! Changing many targets in few requests, without one of them spoiling it for the others.

use std::collections::BTreeMap;

use model::call::{CallError, CallErrorKind};
use model::elb::Target;

/// Sends `targets` in the largest requests. Where AWS refuses one, its halves are sent on their own, until what AWS refuses
/// is alone. Returns the error of each target that was sent in vain.
pub(super) async fn change<F: Future<Output = Result<(), CallError>> + Send>(
    targets: &[Target],
    send: impl Fn(Vec<Target>) -> F,
) -> BTreeMap<Target, CallError> {
    let mut errors = BTreeMap::new();
    let mut batches: Vec<Vec<Target>> = targets.chunks(aws::batch::TARGETS).rev().map(<[Target]>::to_vec).collect();
    while let Some(batch) = batches.pop() {
        let Err(error) = send(batch.clone()).await else { continue };
        // A group that is gone, a missing permission or a passing failure is the same for every half.
        if error.kind == CallErrorKind::Refused && batch.len() > 1 {
            let (first, second) = batch.split_at(batch.len() / 2);
            batches.extend([second.to_vec(), first.to_vec()]);
        } else {
            errors.extend(batch.into_iter().map(|target| (target, error.clone())));
        }
    }
    errors
}
