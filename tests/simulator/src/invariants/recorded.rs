//! Every change that was made is in the outcome of the pass that made it.

use model::elb::Target;
use model::id::TargetGroupArn;
use model::repair::{Repair, RepairStatus};
use pipeline::PassOutcome;

use crate::invariants::{Check, Invariant};
use crate::record::{Reads, What};
use crate::world::{Actor, Stage};

pub(super) const INVARIANT: Invariant = Invariant { name: "recorded", check: Check::Pass(check) };

fn check(_: &Stage<'_>, actor: Actor, reads: &Reads, outcome: &PassOutcome) -> Option<String> {
    let is_told = |group: &TargetGroupArn, target: Target, removes: bool| {
        let conclusions = outcome.findings.iter().flat_map(|concluded| &concluded.conclusions);
        conclusions
            .filter(|one| matches!(one.status, RepairStatus::Done | RepairStatus::Failed | RepairStatus::Refused))
            .any(|one| {
                let repair = &one.repair;
                repair.target_group() == Some(group)
                    && repair.target() == Some(target)
                    && repair.is_removal() == removes
            })
    };
    let untold = reads.changes.iter().find(|one| !is_told(&one.group, one.target, one.removes));
    let untold = untold.map(|one| format!("{} in {}", one.target, one.group.name()));
    let untold = untold.or_else(|| {
        reads
            .group_repairs
            .iter()
            .find(|repair| !told(outcome, &repair.what))
            .map(|repair| format!("{:?}", repair.what))
    });
    untold.map(|what| format!("function {actor} changed {what} and doesn't tell"))
}

fn told(outcome: &PassOutcome, what: &What) -> bool {
    let conclusions = outcome.findings.iter().flat_map(|concluded| &concluded.conclusions);
    let tried = conclusions
        .filter(|one| matches!(one.status, RepairStatus::Done | RepairStatus::Failed | RepairStatus::Refused));
    tried.map(|one| &one.repair).any(|repair| match (repair, what) {
        (Repair::ModifyNetworkInterface { task: told, .. }, What::SetGroups(task, _))
        | (Repair::StopTask { task: told, .. }, What::Stop(task)) => told == task,
        (Repair::UpdateService { service: told, .. }, What::Update(service, ..))
        | (Repair::ForceNewDeployment { service: told, .. }, What::Force(service)) => told == service,
        _ => false,
    })
}
