//! No security group is changed and no task stopped where a person holds or only observes it, and never in observe mode.

use model::scope::ServiceId;

use crate::invariants::{Check, Invariant};
use crate::record::{GroupRepair, Holdable, What};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "restrained", check: Check::GroupRepair(check) };

fn check(stage: &Stage<'_>, repair: &GroupRepair) -> Option<String> {
    let (record, setting) = (&stage.sim.record, &stage.sim.setting);
    let began = record.reads.get(&repair.actor)?.began;
    let (task, service): (_, Option<ServiceId>) = match &repair.what {
        What::SetGroups(task, _) | What::Stop(task) => {
            (Some(task), record.tasks.get(task).and_then(|life| life.service.clone()))
        }
        What::Update(service, ..) | What::Force(service) => (None, Some(service.clone())),
    };
    if !setting.guard.repairs || service.as_ref().is_some_and(|id| setting.observed.contains(id)) {
        return Some(format!("{:?} was done where the guard only observes", repair.what));
    }
    let cluster = service.as_ref().map(|id| &id.cluster).map(ToString::to_string);
    let mut concerned = vec![Holdable::Everything];
    concerned.extend(cluster.map(Holdable::Cluster));
    concerned.extend(service.map(Holdable::Service));
    concerned.extend(task.cloned().map(Holdable::Task));
    let held = concerned.iter().find(|what| record.held_since(what, began, repair.at));
    held.map(|held| format!("{:?} was done, but {held:?} is held", repair.what))
}
