//! After the faults stop, within a bounded number of sweeps, nothing is left to do now and no look is to come.

use model::repair::RepairStatus;
use pipeline::PassOutcome;

use crate::invariants::{Check, Invariant};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "rest", check: Check::Rest(check) };

/// Keeps in mind what a pass still had to do.
pub(super) fn note(stage: &mut Stage<'_>, outcome: &PassOutcome) {
    let conclusions = outcome.findings.iter().flat_map(|concluded| &concluded.conclusions);
    let mut busy = conclusions
        .filter(|one| matches!(one.status, RepairStatus::Done | RepairStatus::Waiting | RepairStatus::Failed));
    if let Some(one) = busy.next_back() {
        stage.sim.busy =
            Some(format!("{}: {:?} {}", one.repair, one.status, one.reason.as_deref().unwrap_or_default()));
    }
}

fn check(stage: &Stage<'_>) -> Option<String> {
    stage
        .sim
        .busy
        .as_ref()
        .map(|what| format!("after {} sweeps there is still something to do: {what}", stage.sim.sweeps))
}
