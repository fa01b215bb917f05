//! Nothing is registered for a task that wasn't serving when it was last read, or where its own deployment doesn't serve.

use crate::invariants::{Check, Invariant};
use crate::record::{Change, Holder};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "registered", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    let record = &stage.sim.record;
    let reads = record.reads.get(&change.actor).filter(|_| !change.removes)?;
    let Change { group, target, .. } = change;
    let belongs = record.holders.get(&target.ip).into_iter().flatten().any(|(_, holder)| {
        let Holder::Task(task) = holder else { return false };
        let Some(read) = reads.tasks.get(task) else { return false };
        let Some(life) = record.tasks.get(task) else { return false };
        // Where its service serves by now, a task of an older deployment needn't.
        life.serving.covers(*read) && life.uses.contains(&(group.clone(), target.port))
    });
    (!belongs).then(|| format!("{target} was registered in {} for no task that was serving there", group.name()))
}
