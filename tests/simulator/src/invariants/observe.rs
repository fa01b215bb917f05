//! Observe mode never writes.

use crate::invariants::{Check, Invariant, held};
use crate::record::Change;
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "observe", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    let began = stage.sim.record.reads.get(&change.actor)?.began;
    // All that use the group, and the task's own, which may have come to use it since.
    let services = held::users(stage, change, began).into_iter().chain(held::services(stage, change, began));
    let observed = services.into_iter().find(|id| stage.sim.setting.observed.contains(id));
    observed.map(|id| format!("{} in {} was changed, but {id} is only observed", change.target, change.group.name()))
}
