//! Observe mode never writes.

use crate::invariants::{Check, Invariant, held};
use crate::record::Change;
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "observe", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    let began = stage.sim.record.reads.get(&change.actor)?.began;
    let services = held::services(stage, change, began);
    let observed = services.iter().find(|id| stage.sim.setting.observed.contains(id));
    observed.map(|id| format!("{} in {} was changed, but {id} is only observed", change.target, change.group.name()))
}
