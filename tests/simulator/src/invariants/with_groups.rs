//! Once the account is at rest, every serving task has the right security groups, where AWS lets the guard change them.

use crate::groups::right;
use crate::invariants::{Check, Invariant};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "with_groups", check: Check::Rest(check) };

fn check(stage: &Stage<'_>) -> Option<String> {
    let guard = &stage.sim.setting.guard;
    // What AWS denied once isn't tried again on that interface for a day.
    if !guard.repairs || !guard.modifiable || stage.sim.denied_once.contains("ec2:ModifyNetworkInterfaceAttribute") {
        return None;
    }
    for (task, plan) in &stage.sim.ecs.tasks {
        let Some(id) = plan.service.as_ref().filter(|id| !stage.sim.setting.observed.contains(*id)) else { continue };
        let serves = stage.aws.tasks.get(task).is_some_and(|task| task.is_serving());
        let actual = stage.actual(task).filter(|actual| serves && right(actual) != *actual);
        if let Some(actual) = actual {
            return Some(format!("{} of {id} has {actual:?}", task.id()));
        }
    }
    None
}
