//! Deregistering targets.
//!
//! The one race that no reader of AWS can close: the address is given to a new task, and registered for it, between the
//! last read and the request. So the last read stands right before the request, with nothing in between, and the removals are
//! counted in the ledger before it: counted and not made is harmless, made and not counted is not.

use std::collections::BTreeSet;

use aws::Account;
use ledger::Ledger;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::ledger::Limited;
use model::observation::{Observation, Question};
use model::scope::ServiceId;
use planner::{Capabilities, LookHistory, Step};

use super::batch::change;
use super::reserve::reserve;
use super::zone::zone;
use super::{Done, StepIndex, in_place, read_targets, stands};
use crate::look::{Assessment, look};
use crate::outcome::{Conclusion, Status};
use crate::pass::Assignment;
use crate::ports::{Clock, LookQueue};
use crate::world::World;

/// Removes the steps' targets from `group` as far as the limit allows and they are still to be removed.
#[expect(clippy::too_many_arguments, reason = "the pass's own four, and what is to be removed")]
pub(super) async fn remove<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    seen: &Assessment,
    looks: &LookHistory,
    capabilities: Capabilities,
    group: &TargetGroupArn,
    steps: &[(StepIndex, &Step)],
    done: &mut Done,
) {
    let granted = match reserve(world, seen, &Limited::Removals(group.clone()), steps.len()).await {
        Ok(granted) => granted,
        Err(why) => return done.stopped(steps, &why),
    };
    let (allowed, over) = steps.split_at(granted.min(steps.len()));
    done.stopped(over, &"the limit on removals in this group was reached by other passes".into());
    if allowed.is_empty() {
        return;
    }
    let again = look(world, assignment, stale_parts_forgotten(world, seen, group, allowed), looks, capabilities).await;
    let (still, changed): (Vec<_>, Vec<_>) = allowed.iter().copied().partition(|one| stands(seen, &again, one));
    done.changed(&changed, seen, &again);
    done.abstentions.extend(again.judgement.abstentions);
    if !still.is_empty() {
        done.conclusions.extend(deregister(world, assignment, &again.observation, group, &still).await);
    }
}

/// The observation of the second look, without what must be read again right before a removal: the pause, the group's
/// targets, the interfaces at the addresses, and if something has one, its task and that task's service. The account-wide
/// part may be as old as the second look.
fn stale_parts_forgotten<A, L, Q, C: Clock>(
    world: World<'_, A, L, Q, C>,
    seen: &Assessment,
    group: &TargetGroupArn,
    steps: &[(StepIndex, &Step)],
) -> Observation {
    let mut observation = seen.observation.clone();
    observation.at = world.clock.now();
    let addresses: BTreeSet<_> =
        steps.iter().filter_map(|(_, step)| step.repair.target()).map(|target| target.ip).collect();
    let subnets = observation.subnets.values().filter_map(|answer| answer.known()).flatten();
    let subnets = subnets.filter(|subnet| addresses.iter().any(|address| subnet.contains(*address)));
    let mut again: Vec<Question> = subnets.map(|subnet| Question::Interfaces(subnet.id.clone())).collect();
    again.extend([Question::Pause, Question::TargetHealth(group.clone())]);
    for task in observation.task.values().filter_map(|answer| answer.known()) {
        if task.is_live() && task.addresses().any(|address| addresses.contains(&address)) {
            again.push(Question::Task { cluster: task.cluster.clone(), task: task.arn.clone() });
            let service = task.service_name().map(|name| ServiceId::new(&task.cluster, name));
            again.extend(service.map(Question::Service));
        }
    }
    again.iter().for_each(|question| observation.forget(question));
    observation
}

/// Deregisters, and reads back what is gone. What AWS refused and is still there is tried once more: a request may fail
/// over a target that is gone already and leave the others.
async fn deregister<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    seen: &Observation,
    group: &TargetGroupArn,
    steps: &[(StepIndex, &Step)],
) -> Vec<(StepIndex, Conclusion)> {
    let zone = |target| zone(seen, group, target);
    let send = |batch: Vec<Target>, zone| async move { world.account.deregister_targets(group, &batch, zone).await };
    let targets: Vec<Target> = steps.iter().filter_map(|(_, step)| step.repair.target()).collect();
    let errors = change(&targets, zone, send).await;
    let there = in_place(&read_targets(world, assignment, group).await, group);
    let conclude = |(index, step): &(StepIndex, &Step)| {
        let repair = &step.repair;
        let error = repair.target().and_then(|target| errors.get(&target));
        let is_gone = |there: &BTreeSet<Target>| repair.target().is_none_or(|target| !there.contains(&target));
        let conclusion = match (&there, error) {
            (Ok(there), _) if is_gone(there) => Conclusion::new(repair, Status::Done, None),
            (_, Some(error)) => Conclusion::failed(repair, error),
            (Ok(_), None) => Conclusion::new(
                repair,
                Status::Failed,
                "AWS took the request, but the target is still there".to_owned(),
            ),
            (Err(why), None) => {
                Conclusion::new(repair, Status::Failed, format!("sent, but it could not be read back: {why}"))
            }
        };
        (*index, conclusion)
    };
    steps.iter().map(conclude).collect()
}
