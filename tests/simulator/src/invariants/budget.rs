//! The limits on changes of security groups hold over all functions together, and no function does more than the ledger
//! granted it.

use model::ledger::Limited;

use crate::invariants::{Check, Invariant, limit};
use crate::record::{Deed, Record, What};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "budget", check: Check::Deed(check) };

fn check(stage: &Stage<'_>, deed: &Deed) -> Option<String> {
    let (record, guard) = (&stage.sim.record, &stage.sim.setting.guard);
    let what = counts_as(record, &deed.what);
    let most = match what {
        Limited::InterfaceChanges => guard.max_interface_changes,
        Limited::ServiceUpdates => guard.max_updates,
        Limited::TaskStops(_) | Limited::Removals(_) => guard.max_stops,
    };
    let granted: usize =
        record.grants.iter().filter(|one| one.what == what && one.actor == deed.actor).map(|one| one.many).sum();
    let of_actor = record.deeds.iter().filter(|one| one.actor == deed.actor && counts_as(record, &one.what) == what);
    // A request sent once more counts once.
    let mut done: Vec<&What> = of_actor.map(|one| &one.what).collect();
    if !done.contains(&&deed.what) {
        done.push(&deed.what);
    }
    done.dedup();
    if done.len() > granted {
        return Some(format!("a function did {done:?}, and was granted {granted}"));
    }
    limit::passed(record, &what, guard.window, |_| most)
}

fn counts_as(record: &Record, what: &What) -> Limited {
    match what {
        What::SetGroups(..) => Limited::InterfaceChanges,
        What::Update(..) | What::Force(_) => Limited::ServiceUpdates,
        What::Stop(task) => Limited::TaskStops(record.tasks.get(task).and_then(|life| life.service.clone())),
    }
}
