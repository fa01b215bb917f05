//! Counting changes in the ledger before they are made.

use aws::Account;
use ledger::{Ledger, Reservation};
use model::ledger::Limited;

use super::Obstacle;
use crate::look::Assessment;
use crate::ports::{Clock, LookQueue};
use crate::world::World;

/// How many of the changes wanted the limit allows.
pub(super) async fn reserve<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    seen: &Assessment,
    limited: &Limited,
    wanted: usize,
) -> Result<usize, Obstacle> {
    let what = if matches!(limited, Limited::Removals(_)) { "removals" } else { "changes" };
    let known = |why| Obstacle::Known(why);
    let ledger = world.ledger.ok_or_else(|| known(format!("there is no ledger to count {what} in")))?;
    let limit = seen.plan.limits.get(limited).ok_or_else(|| known(format!("the limit on {what} isn't known")))?;
    let reservation = Reservation {
        what: limited,
        wanted: u32::try_from(wanted).unwrap_or(u32::MAX),
        whole: limit.whole,
        window: limit.window,
        now: world.clock.now(),
    };
    let max = |whole: u32| {
        let most = limit.max.of(usize::try_from(whole).unwrap_or(usize::MAX));
        u32::try_from(most).unwrap_or(u32::MAX)
    };
    match ledger.reserve(&reservation, max).await {
        Ok(granted) => Ok(usize::try_from(granted).unwrap_or(usize::MAX)),
        Err(error) => Err(Obstacle::Passing(format!("the {what} could not be counted: {error}"))),
    }
}
