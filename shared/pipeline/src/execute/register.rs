//! Registering targets. Registering a target that is registered already changes nothing, so it can be done any number of
//! times.
//!
//! A pass over many groups takes its time, and a task may stop meanwhile. A target registered after that would be nobody's.
//! So its task and the group's targets are read once more right before the request, and once more after it: what came too
//! late after all gets a look of its own, and the ledger remembers at once whose the targets are.

use std::collections::BTreeSet;

use aws::Account;
use ledger::Ledger;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::ledger::OwnershipChange;
use model::observation::{Observation, Question};
use planner::{Capabilities, LookHistory, Step};

use super::batch::change;
use super::zone::zone;
use super::{Done, StepIndex, in_place, stands};
use crate::look::{Assessment, look};
use crate::outcome::{Conclusion, Status};
use crate::pass::Assignment;
use crate::ports::{Clock, LookQueue};
use crate::world::World;

/// Registers the steps' targets in `group` as far as they still are to be registered.
#[expect(clippy::too_many_arguments, reason = "the pass's own four, and what is to be registered")]
pub(super) async fn register<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    seen: &Assessment,
    looks: &LookHistory,
    capabilities: Capabilities,
    group: &TargetGroupArn,
    steps: &[(StepIndex, &Step)],
    done: &mut Done,
) {
    let fresh = |before: &Assessment| stale_parts_forgotten(world, before, group, steps);
    let before = look(world, assignment, fresh(seen), looks, capabilities).await;
    let (still, changed): (Vec<_>, Vec<_>) = steps.iter().copied().partition(|one| stands(seen, &before, one));
    done.changed(&changed, seen, &before);
    done.abstentions.extend(before.judgement.abstentions.iter().cloned());
    if still.is_empty() {
        return;
    }
    let targets: Vec<Target> = still.iter().filter_map(|(_, step)| step.repair.target()).collect();
    let zone = |target| zone(&before.observation, group, target);
    let send = |batch: Vec<Target>, zone| async move { world.account.register_targets(group, &batch, zone).await };
    let errors = change(&targets, zone, send).await;
    let after = look(world, assignment, fresh(&before), looks, capabilities).await;
    done.abstentions.extend(after.judgement.abstentions.iter().cloned());
    done.look_again(&still, &after);
    let owned = owned(group, &targets, &after);
    if let Some(ledger) = world.ledger.filter(|_| !owned.is_empty()) {
        done.unrecorded = done.unrecorded.take().or(ledger.record(&owned).await.err());
    }
    let there = in_place(&after.observation, group);
    let conclude = |(index, step): &(StepIndex, &Step)| {
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
        (*index, conclusion)
    };
    done.conclusions.extend(still.iter().map(conclude));
}

/// An earlier look's observation, without what must be read again right before a registration and after it: the group's
/// targets, and the tasks whose addresses they are to be.
fn stale_parts_forgotten<A, L, Q, C: Clock>(
    world: World<'_, A, L, Q, C>,
    seen: &Assessment,
    group: &TargetGroupArn,
    steps: &[(StepIndex, &Step)],
) -> Observation {
    let mut observation = seen.observation.clone();
    observation.at = world.clock.now();
    let tasks = steps.iter().filter_map(|(_, step)| observation.task.get(step.repair.task()?)?.known());
    let tasks = tasks.map(|task| Question::Task { cluster: task.cluster.clone(), task: task.arn.clone() });
    let again: Vec<Question> = tasks.chain([Question::TargetHealth(group.clone())]).collect();
    again.iter().for_each(|question| observation.forget(question));
    observation
}

/// What the ledger is to remember of the new targets.
fn owned(group: &TargetGroupArn, targets: &[Target], after: &Assessment) -> Vec<OwnershipChange> {
    let is_new = |change: &&OwnershipChange| match change {
        OwnershipChange::Record(of, record) => of == group && targets.contains(&record.target),
        OwnershipChange::End(..) => false,
    };
    after.judgement.ownership.iter().filter(is_new).cloned().collect()
}
