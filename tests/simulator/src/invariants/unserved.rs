//! No task is stopped while a target group sends to it: to one that is healthy, to one that fails its checks, which may be sent to
//! all the same, and to one that drains. What somebody registered a moment ago isn't sent to yet.

use std::net::IpAddr;

use model::elb::{TargetHealth, TargetState};

use crate::invariants::{Check, Invariant};
use crate::record::{GroupRepair, What};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "unserved", check: Check::GroupRepair(check) };

fn check(stage: &Stage<'_>, repair: &GroupRepair) -> Option<String> {
    let What::Stop(task) = &repair.what else { return None };
    let place = stage.sim.ecs.tasks.get(task).filter(|plan| !plan.gone)?.place;
    let addresses: [IpAddr; 2] = [place.v4(), place.v6()];
    // Nothing is sent to one that is being registered, nor to one whose group no listener sends to.
    let sends_nothing = |state: &TargetState| matches!(state, TargetState::Initial | TargetState::Unused);
    let sends = |one: &&TargetHealth| addresses.contains(&one.target.ip) && !sends_nothing(&one.state);
    stage.aws.targets.iter().find_map(|(group, targets)| {
        let served = targets.values().find(sends)?;
        let (target, state) = (served.target, served.state.as_str());
        Some(format!("task {} was stopped while {} sends to {target} ({state})", task.id(), group.name()))
    })
}
