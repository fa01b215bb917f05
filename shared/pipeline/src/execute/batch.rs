//! Changing many targets in few requests, without one of them spoiling it for the others.

use std::collections::BTreeMap;

use aws::Zone;
use model::call::{CallError, CallErrorKind};
use model::elb::Target;

/// Sends `targets` in the largest requests, those of each zone on their own. Where AWS refuses one, its halves are sent on
/// their own, until what AWS refuses is alone. Returns the error of each target that was sent in vain.
pub(super) async fn change<F: Future<Output = Result<(), CallError>> + Send>(
    targets: BTreeMap<Zone, Vec<Target>>,
    send: impl Fn(Vec<Target>, Zone) -> F,
) -> BTreeMap<Target, CallError> {
    let mut errors = BTreeMap::new();
    let in_zone = |(zone, targets): (Zone, Vec<Target>)| {
        targets.chunks(aws::batch::TARGETS).map(|batch| (batch.to_vec(), zone)).collect::<Vec<_>>()
    };
    let mut batches: Vec<(Vec<Target>, Zone)> = targets.into_iter().flat_map(in_zone).collect();
    batches.reverse();
    while let Some((batch, zone)) = batches.pop() {
        let Err(error) = send(batch.clone(), zone).await else { continue };
        // A group that is gone, a missing permission or a passing failure is the same for every half.
        if error.kind == CallErrorKind::Permanent && batch.len() > 1 {
            let (first, second) = batch.split_at(batch.len() / 2);
            batches.extend([(second.to_vec(), zone), (first.to_vec(), zone)]);
        } else {
            errors.extend(batch.into_iter().map(|target| (target, error.clone())));
        }
    }
    errors
}
