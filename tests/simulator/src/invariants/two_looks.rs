//! A change is made only if two passes, neither too close nor too far apart, could see the same wrong.

use crate::invariants::{Check, Invariant};
use crate::names;
use crate::record::{Change, PassSeen, Record, Span};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "two looks", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    let record = &stage.sim.record;
    let reads = record.reads.get(&change.actor)?;
    let setting = &stage.sim.setting;
    let (after, within) = (setting.confirm_after, setting.confirm_within);
    let confirms = |pass: &PassSeen| {
        let apart = reads.began - pass.span.from;
        let read = pass.health.get(&change.group);
        after <= apart
            && apart <= within
            && read.is_some_and(|read| {
                saw_the_same(record, change, pass.span, *read)
                    || saw_nobody(stage, change, pass.span, *read)
                    || sees_nobody(stage, change, pass.span, *read)
            })
    };
    let confirmed = record.passes.iter().any(confirms);
    let what = if change.removes { "removed from" } else { "registered in" };
    (!confirmed).then(|| {
        format!("{} was {what} {}, and no pass in time before had seen the same", change.target, change.group.name())
    })
}

/// Nothing has the address now, and while the pass took place EC2 left out the interface that had it: so nothing had it then, for
/// all that could be seen.
fn saw_nobody(stage: &Stage<'_>, change: &Change, pass: Span, read: i64) -> bool {
    let record = &stage.sim.record;
    let holder = record.task_at(change.target.ip, pass.from).and_then(|task| stage.sim.ecs.tasks.get(task));
    let hidden_until = holder.and_then(|plan| stage.sim.hidden.get(&names::interface(plan.number)));
    change.removes
        && record.was_in_place(&change.group, change.target, read)
        && record.holder(change.target.ip, change.at).is_none()
        && hidden_until.is_some_and(|until| *until >= pass.from)
}

/// Nothing had the address when the pass took place, and now EC2 leaves out the interface that has it: for all that can be seen,
/// nothing has it still. Whether its owner may lose the target is for another invariant to say.
fn sees_nobody(stage: &Stage<'_>, change: &Change, pass: Span, read: i64) -> bool {
    let record = &stage.sim.record;
    let holder = record.task_at(change.target.ip, change.at).and_then(|task| stage.sim.ecs.tasks.get(task));
    let hidden_until = holder.and_then(|plan| stage.sim.hidden.get(&names::interface(plan.number)));
    let began = record.reads.get(&change.actor).map_or(change.at, |reads| reads.began);
    change.removes
        && record.was_in_place(&change.group, change.target, read)
        && record.holder(change.target.ip, pass.from).is_none()
        && hidden_until.is_some_and(|until| *until >= began)
}

/// Could a pass that read the group at `read` see what is changed now?
fn saw_the_same(record: &Record, change: &Change, pass: Span, read: i64) -> bool {
    let Change { group, target, .. } = change;
    let could_see = match change.removes {
        true => record.could_be_seen_in_place(group, *target, read),
        false => !record.was_in_place(group, *target, read),
    };
    if !could_see {
        return false;
    }
    let now = record.holder(target.ip, change.at);
    let of_address = record.holders.get(&target.ip);
    if record.holder(target.ip, pass.from) == now {
        return true;
    }
    // The address changed hands while the pass took place, or since the last read of this one.
    let during = |span: &Span| span.meets(pass);
    let hands = of_address.into_iter().flatten();
    hands.clone().any(|(span, holder)| during(span) && Some(holder) == now)
        || (hands.clone().all(|(span, _)| !(span.from <= pass.from && span.to >= pass.to)) && now.is_none())
        || changed_hands_lately(record, change)
}

/// Did the address change hands since this pass began? Then what it saw was another owner; the owner invariant judges that.
fn changed_hands_lately(record: &Record, change: &Change) -> bool {
    let began = record.reads.get(&change.actor).map_or(change.at, |reads| reads.began);
    let hands = record.holders.get(&change.target.ip).into_iter().flatten();
    hands.into_iter().any(|(span, _)| span.from >= began || (span.to >= began && span.to <= change.at))
}
