//! Registering targets. Registering a target that is registered already changes nothing, so it can be done any number of times.

use std::collections::BTreeSet;

use aws::{Account, Zone};
use ledger::Ledger;
use model::elb::Target;
use model::id::TargetGroupArn;
use planner::Step;

use super::batch::change;
use super::{Place, in_place};
use crate::outcome::{Conclusion, Status};
use crate::pass::Assignment;
use crate::ports::{Clock, LookQueue};
use crate::world::World;

/// Registers the steps' targets in `group`, and reads back whether they are there.
pub(super) async fn register<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    group: &TargetGroupArn,
    steps: &[(Place, &Step)],
) -> Vec<(Place, Conclusion)> {
    let targets: Vec<Target> = steps.iter().filter_map(|(_, step)| step.repair.target()).collect();
    let errors =
        change(&targets, |batch| async move { world.account.register_targets(group, &batch, Zone::Own).await }).await;
    let there = in_place(world, assignment, group).await;
    let conclude = |(place, step): &(Place, &Step)| {
        let repair = &step.repair;
        let error = repair.target().and_then(|target| errors.get(&target));
        let is_there = |there: &BTreeSet<Target>| repair.target().is_some_and(|target| there.contains(&target));
        let conclusion = match (&there, error) {
            (Ok(there), _) if is_there(there) => Conclusion::new(repair, Status::Done, None),
            (_, Some(error)) => Conclusion::failed(repair, error),
            (Ok(_), None) => {
                Conclusion::new(repair, Status::Failed, "AWS took the request, but the target isn't there".to_owned())
            }
            (Err(why), None) => {
                Conclusion::new(repair, Status::Failed, format!("sent, but it could not be read back: {why}"))
            }
        };
        (*place, conclusion)
    };
    steps.iter().map(conclude).collect()
}
