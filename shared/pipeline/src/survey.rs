//! A look over a scope in which nothing is done about what is found.
//!
//! Nothing is registered, removed, counted or remembered, because what does that isn't called here. All that leaves is
//! looks to come, for a queue whose function makes up its own mind.

use aws::Account;
use ledger::Ledger;
use planner::{Means, Waiting};

use crate::look::look_watched;
use crate::outcome::Outcome;
use crate::pass::{Assignment, fresh, send_looks};
use crate::ports::{Clock, LookQueue};
use crate::told::Told;
use crate::world::World;

/// How far a survey is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rounds of questions so far; how many there will be shows only at the end.
    pub round: usize,
    /// Questions answered so far.
    pub answered: usize,
    /// Questions about to be answered in this round.
    pub open: usize,
}

/// Looks at the scope and plans. A suspicion that a second look must confirm is left in the queue, if there is one.
///
/// `watch` is told before each round of reading. Never fails as a whole: what could not be read or sent is in the outcome.
pub async fn survey<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    watch: &(impl Fn(Progress) + Sync),
) -> Outcome {
    let waiting = if world.queue.is_some() { Waiting::Queue } else { Waiting::No };
    let means = Means { ledger: world.ledger.is_some(), waiting };
    let fresh = fresh(world.clock, assignment);
    let mut seen = look_watched(world, assignment, fresh, &assignment.looks, means, watch).await;
    // A task too young to be judged is no suspicion; its own events, or the next survey, lead to it again.
    seen.plan.looks.retain(|_, look| !look.suspicions.is_empty());
    let unsent = send_looks(world, assignment, &seen).await;
    Outcome {
        findings: Told::default().conclude(seen.plan, &unsent),
        observation: seen.observation,
        abstentions: seen.judgement.abstentions,
        unsent,
        unrecorded: None,
    }
}
