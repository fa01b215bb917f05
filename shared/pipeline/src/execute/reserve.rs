//! Counting changes in the ledger before they are made.

use ledger::{Ledger as _, Reservation};
use model::ledger::Limited;

use super::{Execution, Obstacle};
use crate::environment::Environment;
use crate::ports::Clock as _;

impl<E: Environment> Execution<'_, E> {
    /// How many of the changes wanted the limit allows.
    pub(super) async fn reserve(&self, limited: &Limited, wanted: usize) -> Result<usize, Obstacle> {
        let what = if matches!(limited, Limited::Removals(_)) { "removals" } else { "changes" };
        let known = |why| Obstacle::Known(why);
        let ledger =
            self.environment.ledger().ok_or_else(|| known(format!("there is no ledger to count {what} in")))?;
        let limit =
            self.seen.plan.limits.get(limited).ok_or_else(|| known(format!("the limit on {what} isn't known")))?;
        let reservation = Reservation {
            what: limited,
            wanted: u32::try_from(wanted).unwrap_or(u32::MAX),
            whole: limit.whole,
            window: limit.window,
            now: self.environment.clock().now(),
        };
        let max = |whole: u32| {
            let most = limit.max.of(usize::try_from(whole).unwrap_or(usize::MAX));
            u32::try_from(most).unwrap_or(u32::MAX)
        };
        match ledger.reserve(&reservation, max).await {
            Ok(granted) => Ok(usize::try_from(granted).unwrap_or(usize::MAX)),
            Err(error) => Err(Obstacle::Transient(format!("the {what} could not be counted: {error}"))),
        }
    }
}
