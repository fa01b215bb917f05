//! The calls of the guard's repair options: the groups of an interface are set, a service is updated, a task stopped.

use std::collections::BTreeSet;

use model::call::{CallError, CallErrorKind};
use model::ecs::AwsvpcConfiguration;
use model::id::{NetworkInterfaceId, SecurityGroupId, TaskArn};
use model::scope::ServiceId;

use super::{SimAccount, failure};
use crate::invariants;
use crate::names;
use crate::record::{GroupRepair, What};

impl SimAccount {
    pub(super) fn sets_groups(
        &self,
        operation: &'static str,
        interface: &NetworkInterfaceId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), CallError> {
        let groups = self.without_own_groups(groups);
        self.world.stage(|stage| {
            let mut tasks = stage.sim.ecs.tasks.iter();
            let of_task = tasks.find(|(_, plan)| !plan.gone && names::interface(plan.number) == *interface);
            let Some(task) = of_task.map(|(task, _)| task.clone()) else {
                return Err(failure(operation, CallErrorKind::NotFound));
            };
            if !stage.sim.setting.guard.modifiable {
                let code = Some("OperationNotPermitted".to_owned());
                return Err(CallError { code, ..failure(operation, CallErrorKind::Permanent) });
            }
            self.does(stage, What::SetGroups(task.clone(), groups.clone()));
            stage.sim.tell(|| format!("function {} dresses task {} in {groups:?}", self.actor, task.id()));
            stage.set_groups(&task, groups.into_iter().collect());
            Ok(())
        })
    }

    pub(super) fn updates(
        &self,
        operation: &'static str,
        service: &ServiceId,
        network: &AwsvpcConfiguration,
    ) -> Result<(), CallError> {
        self.world.stage(|stage| {
            let found = stage.sim.ecs.services.get(service).filter(|one| !one.deleted);
            let Some(before) = found.map(|one| one.groups.iter().cloned().collect()) else {
                return Err(failure(operation, CallErrorKind::NotFound));
            };
            let after: BTreeSet<_> = network.security_groups.iter().cloned().collect();
            self.does(stage, What::Update(service.clone(), before, after));
            stage.sim.tell(|| format!("function {} updates {service}: {:?}", self.actor, network.security_groups));
            stage.declare(service, network.security_groups.clone());
            Ok(())
        })
    }

    pub(super) fn forces(&self, operation: &'static str, service: &ServiceId) -> Result<(), CallError> {
        self.world.stage(|stage| {
            let found = stage.sim.ecs.services.get(service).filter(|one| !one.deleted);
            let deployment = found.and_then(|one| one.deployments.last());
            let Some(uses) = deployment.map(|one| one.uses.clone()) else {
                return Err(failure(operation, CallErrorKind::NotFound));
            };
            self.does(stage, What::Force(service.clone()));
            stage.sim.tell(|| format!("function {} forces a new deployment of {service}", self.actor));
            stage.deploy_at_rest(service, uses);
            Ok(())
        })
    }

    pub(super) fn stops(&self, operation: &'static str, task: &TaskArn) -> Result<(), CallError> {
        self.world.stage(|stage| {
            if !stage.aws.tasks.contains_key(task) {
                return Err(failure(operation, CallErrorKind::NotFound));
            }
            self.does(stage, What::Stop(task.clone()));
            stage.sim.tell(|| format!("function {} stops task {}", self.actor, task.id()));
            stage.stop(task);
            Ok(())
        })
    }

    /// What is done goes into the record, and before the invariants.
    fn does(&self, stage: &mut crate::world::Stage<'_>, what: What) {
        let repair = GroupRepair { at: stage.sim.now, actor: self.actor, what };
        invariants::on_group_repair(stage, &repair);
        stage.sim.record.reads.entry(self.actor).or_default().group_repairs.push(repair.clone());
        stage.sim.record.group_repairs.push(repair);
    }
}
