//! The account as a function sees it: the product's own account in memory, behind calls that take time, fail, come late, leave
//! things out, or do the work and lose the answer.

mod calls;
mod fate;
mod options;

use std::collections::BTreeSet;
use std::sync::Arc;

use aws::{Account, AwsFact, Found, Zone};
use futures::FutureExt as _;
use jiff::Timestamp;
use model::call::{CallError, CallErrorKind};
use model::ecs::AwsvpcConfiguration;
use model::elb::Target;
use model::id::{ClusterArn, NetworkInterfaceId, SecurityGroupId, TargetGroupArn, TaskArn};
use model::scope::ServiceId;

use crate::planted::{Bug, as_it_is};
use crate::record::Writer;
use crate::time::moment;
use crate::world::{Actor, World};

/// The account, as one function sees it.
#[derive(Debug, Clone)]
pub(crate) struct SimAccount {
    pub(crate) world: Arc<World>,
    pub(crate) actor: Actor,
    /// No answer is waited for after that.
    pub(crate) deadline: Timestamp,
    pub(crate) bug: Option<Bug>,
}

impl Account for SimAccount {
    async fn read<T: AwsFact>(&self, asked: &[T::Asked]) -> Result<Found<T>, CallError> {
        let memory = &self.world.memory;
        let read = || memory.read::<T>(asked).now_or_never().unwrap_or_else(|| never(T::ACTION));
        let answer = self.send(T::ACTION, || {
            asked.iter().for_each(|asked| self.note(&T::question(asked.clone())));
            read()
        });
        let mut found = self.with_failure_as_none(asked, answer.await)?;
        self.hide(&mut found.answers);
        if T::AT_MOST > 1 {
            found.answers = self.thin(found.answers);
        }
        self.plant(&mut found.answers);
        Ok(found)
    }

    async fn update_service_network(
        &self,
        service: &ServiceId,
        network: &AwsvpcConfiguration,
    ) -> Result<(), CallError> {
        let operation = "ecs:UpdateService";
        self.write(operation, || self.updates(operation, service, network)).await
    }

    async fn force_new_deployment(&self, service: &ServiceId) -> Result<(), CallError> {
        let operation = "ecs:UpdateService";
        self.write(operation, || self.forces(operation, service)).await
    }

    async fn stop_task(&self, _: &ClusterArn, task: &TaskArn, _: &str) -> Result<(), CallError> {
        let operation = "ecs:StopTask";
        self.write(operation, || self.stops(operation, task)).await
    }

    async fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], _: Zone) -> Result<(), CallError> {
        let operation = "elasticloadbalancing:RegisterTargets";
        self.write(operation, || {
            self.in_group(operation, group)?;
            for target in targets.iter().map(|target| as_it_is(*target)) {
                self.deregisters_first(group, target);
                self.changed(group, target, false);
                self.world.stage(|stage| stage.register(group, target, Writer::Function(self.actor)));
            }
            Ok(())
        })
        .await
    }

    async fn deregister_targets(&self, group: &TargetGroupArn, targets: &[Target], _: Zone) -> Result<(), CallError> {
        let operation = "elasticloadbalancing:DeregisterTargets";
        self.write(operation, || {
            self.in_group(operation, group)?;
            for target in self.with_ports_forgotten(group, targets) {
                self.changed(group, target, true);
                self.world.stage(|stage| stage.deregister(group, target, Writer::Function(self.actor)));
            }
            Ok(())
        })
        .await
    }

    async fn modify_network_interface_groups(
        &self,
        interface: &NetworkInterfaceId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), CallError> {
        let operation = "ec2:ModifyNetworkInterfaceAttribute";
        self.write(operation, || self.sets_groups(operation, interface, groups)).await
    }
}

impl SimAccount {
    fn in_group(&self, operation: &'static str, group: &TargetGroupArn) -> Result<(), CallError> {
        let is_there = self.world.memory.world().target_groups.contains_key(group);
        is_there.then_some(()).ok_or_else(|| failure(operation, CallErrorKind::NotFound))
    }

    fn deadline(&self) -> i64 {
        moment(self.deadline)
    }
}

fn never<T>(operation: &'static str) -> Result<T, CallError> {
    Err(failure(operation, CallErrorKind::Transient))
}

pub(crate) fn failure(operation: &'static str, kind: CallErrorKind) -> CallError {
    let code = match kind {
        CallErrorKind::Throttled => Some("ThrottlingException".to_owned()),
        CallErrorKind::Denied => Some("AccessDeniedException".to_owned()),
        _ => None,
    };
    CallError { operation, resource: "it".to_owned(), kind, code, message: "bad luck".to_owned() }
}
