//! The limits on changes of security groups hold over all functions together, and no function does more than the ledger
//! granted it.

use model::ledger::Limited;

use crate::invariants::{Check, Invariant, limit};
use crate::record::{GroupRepair, Record, What};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "budget", check: Check::GroupRepair(check) };

fn check(stage: &Stage<'_>, repair: &GroupRepair) -> Option<String> {
    let (record, guard) = (&stage.sim.record, &stage.sim.setting.guard);
    let what = counts_as(record, &repair.what);
    let most = match what {
        Limited::InterfaceChanges => guard.max_interface_changes,
        Limited::ServiceUpdates => guard.max_updates,
        Limited::TaskStops(_) | Limited::Removals(_) => guard.max_stops,
    };
    let granted: usize =
        record.grants.iter().filter(|one| one.what == what && one.actor == repair.actor).map(|one| one.many).sum();
    let of_actor =
        record.group_repairs.iter().filter(|one| one.actor == repair.actor && counts_as(record, &one.what) == what);
    // A request sent once more counts once.
    let mut done: Vec<&What> = of_actor.map(|one| &one.what).collect();
    if !done.contains(&&repair.what) {
        done.push(&repair.what);
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
