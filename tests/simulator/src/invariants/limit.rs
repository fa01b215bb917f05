//! The limit on removals holds over all functions together, and no function removes more than the ledger granted it.

use crate::invariants::{Check, Invariant};
use crate::record::{Change, Grant};
use crate::time::Moment;
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "limit", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    if !change.removes {
        return None;
    }
    let (record, setting) = (&stage.sim.record, &stage.sim.setting);
    let name = change.group.name();
    let of_group = || record.grants.iter().filter(|grant| grant.group == change.group);
    let granted: usize = of_group().filter(|grant| grant.actor == change.actor).map(|grant| grant.many).sum();
    let removed =
        record.changes.iter().filter(|one| one.removes && one.actor == change.actor && one.group == change.group);
    // A request sent once more for the same target counts once.
    let removed: std::collections::BTreeSet<_> = removed.map(|one| one.target).chain([change.target]).collect();
    if removed.len() > granted {
        return Some(format!("a function removed {} from {name}, and was granted {granted}", removed.len()));
    }
    let mut window: Option<(Moment, usize, usize)> = None;
    for Grant { at, many, targets, .. } in of_group() {
        let open = window.filter(|(opened, ..)| at - opened < setting.window);
        let (opened, limit, used) = open.unwrap_or((*at, setting.limit.of(*targets), 0));
        if used + many > limit {
            return Some(format!("{} removals in {name} in one window, of at most {limit}", used + many));
        }
        window = Some((opened, limit, used + many));
    }
    None
}
