//! Nothing that a person holds is touched, if it was held before the pass began.

use model::scope::ServiceId;

use crate::invariants::{Check, Invariant};
use crate::record::{Change, Holdable, Span};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "held", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    let record = &stage.sim.record;
    let began = record.reads.get(&change.actor)?.began;
    let mut concerned = vec![Holdable::Everything, Holdable::Group(change.group.clone())];
    let balancers = stage.aws.target_groups.get(&change.group).into_iter().flat_map(|group| &group.load_balancers);
    concerned.extend(balancers.map(|arn| Holdable::Balancer(arn.to_string())));
    for service in services(stage, change, began) {
        concerned.push(Holdable::Cluster(service.cluster.to_string()));
        concerned.push(Holdable::Service(service));
    }
    if !change.removes {
        concerned.extend(record.task_at(change.target.ip, change.at).cloned().map(Holdable::Task));
    }
    let held = concerned.iter().find(|what| record.held_since(what, began, change.at));
    held.map(|what| format!("{} in {} was changed, but {what:?} is held", change.target, change.group.name()))
}

/// For a removal, every service that used the group all the time the pass took; for a registration the task's.
pub(super) fn services(stage: &Stage<'_>, change: &Change, began: i64) -> Vec<ServiceId> {
    let record = &stage.sim.record;
    if change.removes {
        users(stage, change, began)
    } else {
        let task = record.task_at(change.target.ip, change.at);
        let life = task.and_then(|task| record.tasks.get(task));
        life.and_then(|life| life.service.clone()).into_iter().collect()
    }
}

/// Every service that used the group all the time the pass took.
pub(super) fn users(stage: &Stage<'_>, change: &Change, began: i64) -> Vec<ServiceId> {
    let record = &stage.sim.record;
    let pass = Span { from: began, to: change.at + 1 };
    let all = record.uses.keys();
    all.filter(|id| !record.ports_throughout(id, &change.group, pass).is_empty()).cloned().collect()
}
