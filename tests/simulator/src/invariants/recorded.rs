//! Every change that was made is in the outcome of the pass that made it.

use model::elb::Target;
use model::id::TargetGroupArn;
use pipeline::{Outcome, Status};

use crate::invariants::{Check, Invariant};
use crate::record::Reads;
use crate::world::{Actor, Stage};

pub(super) const INVARIANT: Invariant = Invariant { name: "recorded", check: Check::Pass(check) };

fn check(_: &Stage<'_>, actor: Actor, reads: &Reads, outcome: &Outcome) -> Option<String> {
    let is_told = |group: &TargetGroupArn, target: Target, removes: bool| {
        let conclusions = outcome.findings.iter().flat_map(|concluded| &concluded.conclusions);
        conclusions.filter(|one| matches!(one.status, Status::Done | Status::Failed | Status::Refused)).any(|one| {
            let repair = &one.repair;
            repair.target_group() == Some(group) && repair.target() == Some(target) && repair.is_removal() == removes
        })
    };
    let untold = reads.changes.iter().find(|one| !is_told(&one.group, one.target, one.removes));
    untold.map(|one| format!("function {actor} changed {} in {} and doesn't tell", one.target, one.group.name()))
}
