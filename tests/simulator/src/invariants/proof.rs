//! Nothing is removed without proof: a task of a service that uses the group had the address at some time, or the policy says
//! that only ECS puts targets there.

use crate::invariants::{Check, Invariant};
use crate::record::{Change, Holder, Span};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "proof", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    if !change.removes {
        return None;
    }
    let record = &stage.sim.record;
    let Change { group, target, at, .. } = change;
    let had = record.holders.get(&target.ip).into_iter().flatten().any(|(span, holder)| {
        let Holder::Task(task) = holder else { return false };
        let service = record.tasks.get(task).and_then(|life| life.service.as_ref());
        // It used the group while a task of it had the address, or does so now: a stopped task proves it too.
        service.is_some_and(|service| {
            !record.ports(service, group, *span).is_empty()
                || !record.ports(service, group, Span { from: *at, to: *at + 1 }).is_empty()
        })
    });
    let by_policy = stage.sim.setting.exclusive && stage.aws.subnets[..2].iter().any(|one| one.contains(target.ip));
    let proved = had || by_policy;
    (!proved).then(|| format!("{target} was removed from {} and never was a task's", group.name()))
}
