//! Security groups: what a task's interface has, and what its service declares.

use std::collections::BTreeSet;

use model::id::{SecurityGroupId, TaskArn};
use model::scope::ServiceId;

use crate::names;
use crate::world::Stage;

impl Stage<'_> {
    /// What a task's interface has; nothing once it is gone.
    pub(crate) fn actual(&self, task: &TaskArn) -> Option<BTreeSet<SecurityGroupId>> {
        let interface = names::interface(self.sim.ecs.tasks.get(task)?.number);
        let found = self.aws.interfaces.iter().find(|one| one.id == interface)?;
        Some(found.security_groups.iter().cloned().collect())
    }

    /// A task's interface has these from now on.
    pub(crate) fn set_groups(&mut self, task: &TaskArn, groups: Vec<SecurityGroupId>) {
        let Some(plan) = self.sim.ecs.tasks.get(task) else { return };
        let interface = names::interface(plan.number);
        if let Some(found) = self.aws.interfaces.iter_mut().find(|one| one.id == interface) {
            found.security_groups = groups;
            let now = self.sim.now;
            self.sim.record.regrouped.insert(task.clone(), now);
        }
    }

    /// A service declares these from now on, and is deployed anew.
    pub(crate) fn declare(&mut self, id: &ServiceId, groups: Vec<SecurityGroupId>) {
        let Some(service) = self.sim.ecs.services.get_mut(id).filter(|one| one.groups != groups) else { return };
        service.groups = groups;
        let uses = service.deployments.last().map(|one| one.uses.clone()).unwrap_or_default();
        let now = self.sim.now;
        self.sim.record.redeclared.insert(id.clone(), now);
        self.deploy_at_rest(id, uses);
    }
}

/// The groups that an interface with these is to have.
pub(crate) fn right(actual: &BTreeSet<SecurityGroupId>) -> BTreeSet<SecurityGroupId> {
    let mut right = actual.clone();
    right.insert(names::security_group(names::REQUIRED));
    right.remove(&names::security_group(names::FORBIDDEN));
    right
}

/// How many there are of them.
pub(crate) const SETS_GROUPS: usize = 4;

/// What an interface may wear, or a service declare: what is right, and three ways to be wrong.
pub(crate) fn sets_groups() -> [Vec<SecurityGroupId>; SETS_GROUPS] {
    [
        &[names::REQUIRED, names::OWN][..],
        &[names::OWN],
        &[names::REQUIRED, names::OWN, names::FORBIDDEN],
        &[names::FORBIDDEN],
    ]
    .map(|groups| groups.iter().map(|id| names::security_group(id)).collect())
}
