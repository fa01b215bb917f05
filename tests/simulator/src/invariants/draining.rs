//! Nothing is registered over an address that was draining in the group when the group was last read, and nothing that was
//! draining then is removed.

use crate::invariants::{Check, Invariant};
use crate::record::Change;
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "draining", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    let record = &stage.sim.record;
    let Change { group, target, removes, actor, .. } = change;
    let read = record.reads.get(actor)?.health.get(group);
    let Some(read) = read else {
        return Some(format!("{target} in {} was changed although the group's targets were not read", group.name()));
    };
    if *removes {
        let there = record.could_be_seen_in_place(group, *target, *read);
        return (!there).then(|| format!("{target} was removed from {}, where it wasn't in place", group.name()));
    }
    let was_draining = record.must_be_seen_draining(group, target.ip, *read);
    was_draining.then(|| format!("{target} was registered in {} while it was draining there", group.name()))
}
