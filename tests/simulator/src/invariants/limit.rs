//! The limit on removals holds over all functions together, and no function removes more than the ledger granted it.

use model::ledger::Limited;

use crate::invariants::{Check, Invariant};
use crate::record::{Change, Grant, Record};
use crate::time::Moment;
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "limit", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    if !change.removes {
        return None;
    }
    let (record, setting) = (&stage.sim.record, &stage.sim.setting);
    let name = change.group.name();
    let what = Limited::Removals(change.group.clone());
    let of_actor = record.grants.iter().filter(|grant| grant.what == what && grant.actor == change.actor);
    let granted: usize = of_actor.map(|grant| grant.many).sum();
    let removed =
        record.changes.iter().filter(|one| one.removes && one.actor == change.actor && one.group == change.group);
    // A request sent once more for the same target counts once.
    let removed: std::collections::BTreeSet<_> = removed.map(|one| one.target).chain([change.target]).collect();
    if removed.len() > granted {
        return Some(format!("a function removed {} from {name}, and was granted {granted}", removed.len()));
    }
    passed(record, &what, setting.window, |grant| setting.limit.of(grant.targets))
}

/// The first window in which more was granted than the limit, which the grant that opens it decides.
pub(super) fn passed(
    record: &Record,
    what: &Limited,
    lasts: Moment,
    limit: impl Fn(&Grant) -> usize,
) -> Option<String> {
    let mut window: Option<(Moment, usize, usize)> = None;
    for grant in record.grants.iter().filter(|grant| grant.what == *what) {
        let open = window.filter(|(opened, ..)| grant.at - opened < lasts);
        let (opened, limit, used) = open.unwrap_or((grant.at, limit(grant), 0));
        if used + grant.many > limit {
            return Some(format!("{} of {what:?} in one window, of at most {limit}", used + grant.many));
        }
        window = Some((opened, limit, used + grant.many));
    }
    None
}
