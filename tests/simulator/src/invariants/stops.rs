//! A task is stopped only if its groups are wrong and its successor's won't be, if it isn't protected, and if its service has
//! tasks to spare.

use crate::groups::right;
use crate::invariants::{Check, Invariant};
use crate::record::{GroupRepair, What};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "stops", check: Check::GroupRepair(check) };

fn check(stage: &Stage<'_>, repair: &GroupRepair) -> Option<String> {
    let record = &stage.sim.record;
    let began = record.reads.get(&repair.actor)?.began;
    let What::Stop(task) = &repair.what else { return None };
    let name = task.id();
    let Some(id) = record.tasks.get(task).and_then(|life| life.service.clone()) else {
        return Some(format!("task {name} was stopped, which no service starts anew"));
    };
    let stood = |changed: Option<&i64>| changed.is_none_or(|at| *at < began);
    let actual = stage.actual(task).filter(|_| stood(record.regrouped.get(task)));
    if actual.is_some_and(|actual| right(&actual) == actual) {
        return Some(format!("task {name} was stopped, whose groups are right"));
    }
    let service = stage.sim.ecs.services.get(&id)?;
    let declared = service.groups.iter().cloned().collect();
    if right(&declared) != declared && stood(record.redeclared.get(&id)) {
        return Some(format!("task {name} was stopped, whose successor declares {declared:?}"));
    }
    if stage.sim.ecs.protected.get(task).is_some_and(|since| *since < began) {
        return Some(format!("task {name} was stopped although it is protected"));
    }
    let floor = (service.desired * service.minimum_healthy).div_ceil(100);
    let serving = |at| {
        let lives = record.tasks.values().filter(|life| life.service.as_ref() == Some(&id));
        lives.filter(|life| life.serving.covers(at)).count()
    };
    // Others may have stopped during the pass.
    let most = serving(began).max(serving(repair.at));
    (most <= floor && stood(record.rescaled.get(&id)))
        .then(|| format!("task {name} of {id} was stopped: {most} serve, {floor} must"))
}
