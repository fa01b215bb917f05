//! The audit, run on the settled account, could read all of it and finds nothing that is to be repaired, but where its policy
//! says to observe.

use model::repair::RepairStatus;
use pipeline::Concluded;

use crate::invariants::{Check, Invariant};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "audit", check: Check::Rest(check) };

fn check(stage: &Stage<'_>) -> Option<String> {
    let Some(outcome) = &stage.sim.audited else { return Some("the audit didn't end".to_owned()) };
    if let Some((about, unread)) = outcome.abstentions.iter().next() {
        return Some(format!("the audit doesn't judge {about:?}: {} of {}", unread.operation, unread.resource));
    }
    outcome.findings.iter().find_map(|concluded| open(stage, concluded))
}

/// A repair that is left to do.
fn open(stage: &Stage<'_>, Concluded { finding, conclusions }: &Concluded) -> Option<String> {
    let setting = &stage.sim.setting;
    let left = conclusions.iter().find(|one| match one.status {
        RepairStatus::Waiting => true,
        RepairStatus::Planned => {
            setting.observed.is_empty() && (one.repair.option().is_none() || setting.guard.repairs)
        }
        _ => false,
    })?;
    Some(format!("the audit finds {}: {}: {:?}", finding.rule, left.repair, left.status))
}
