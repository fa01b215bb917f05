//! No target of a live task is removed unless the ledger saw it registered for another task before. Wrong ports and groups that
//! the policy calls exclusive have proofs of their own.

use crate::invariants::{Check, Invariant, owner};
use crate::record::{Change, Span};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "live owner", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    let record = &stage.sim.record;
    let reads = record.reads.get(&change.actor).filter(|_| change.removes && !stage.sim.setting.exclusive)?;
    let (group, target) = (&change.group, change.target);
    // Whoever has the address may have got it since: that race no reader can win.
    let task = record.task_at(target.ip, owner::last_read(stage, reads, change)?)?;
    // It may have stopped, with an interface that isn't deleted yet.
    if !stage.aws.tasks.get(task).is_some_and(|task| task.is_live()) {
        return None;
    }
    let pass = Span { from: reads.began, to: change.at + 1 };
    let service = record.tasks.get(task).and_then(|life| life.service.as_ref());
    if service.is_some_and(|service| !record.ports(service, group, pass).is_empty()) {
        return None;
    }
    let seen = record.ledger_saw.get(&(group.clone(), target));
    let was_anothers = seen.into_iter().flatten().any(|one| one != task);
    (!was_anothers).then(|| {
        format!(
            "{target} was removed from {}, but it is {}'s, and the ledger never saw another there",
            group.name(),
            task.id()
        )
    })
}
