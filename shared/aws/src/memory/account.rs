//! What an account in memory does when it is called.

use std::collections::BTreeSet;
use std::future::ready;

use model::call::{CallError, CallErrorKind};
use model::ecs::{AwsvpcConfiguration, Deployment, DeploymentStatus, Service, TaskStatus};
use model::elb::{Target, TargetHealth, TargetState};
use model::id::{ClusterArn, NetworkInterfaceId, SecurityGroupId, TargetGroupArn, TaskArn};
use model::scope::ServiceId;

use super::{MemoryAccount, World, failure};
use crate::api::{Account, AwsFact, Found, Reply, Zone};

impl Account for MemoryAccount {
    fn read<T: AwsFact>(&self, asked: &[T::Asked]) -> impl Reply<Found<T>> {
        // All resources of a call in one text, so that a fault can be put on any of them.
        let names: Vec<String> = asked.iter().map(|asked| T::key(asked).to_string()).collect();
        ready(self.call(T::ACTION, &names.join(" ")).map(|world| T::in_memory(&world, asked)))
    }

    async fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> Result<(), CallError> {
        let operation = "elasticloadbalancing:RegisterTargets";
        let mut world = self.in_group(operation, group)?;
        world.in_zone(operation, group, targets, zone)?;
        let there = world.targets.entry(group.clone()).or_default();
        for target in targets {
            let registered = there.get(target).is_some_and(TargetHealth::is_in_place);
            if !registered {
                let reason = Some("Elb.RegistrationInProgress".to_owned());
                there.insert(*target, TargetHealth::new(*target, TargetState::Initial, reason));
            }
        }
        Ok(())
    }

    async fn deregister_targets(&self, group: &TargetGroupArn, targets: &[Target], _: Zone) -> Result<(), CallError> {
        let mut world = self.in_group("elasticloadbalancing:DeregisterTargets", group)?;
        let there = world.targets.entry(group.clone()).or_default();
        for target in targets {
            if let Some(health) = there.get_mut(target) {
                health.state = TargetState::Draining;
                health.reason = Some("Target.DeregistrationInProgress".to_owned());
            }
        }
        Ok(())
    }

    async fn modify_network_interface_groups(
        &self,
        interface: &NetworkInterfaceId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), CallError> {
        let operation = "ec2:ModifyNetworkInterfaceAttribute";
        let mut world = self.call(operation, interface.as_str())?;
        match world.interfaces.iter_mut().find(|one| one.id == *interface) {
            Some(found) => found.security_groups = groups.iter().cloned().collect(),
            None => return Err(failure(operation, interface.as_str(), CallErrorKind::NotFound)),
        }
        Ok(())
    }

    async fn update_service_network(
        &self,
        service: &ServiceId,
        network: &AwsvpcConfiguration,
    ) -> Result<(), CallError> {
        let operation = "ecs:UpdateService";
        let mut world = self.in_cluster(operation, &service.cluster, &service.to_string())?;
        let gone = || failure(operation, &service.to_string(), CallErrorKind::NotFound);
        let found = world.services.get_mut(service).ok_or_else(gone)?;
        if found.network.as_ref() == Some(network) {
            return Ok(());
        }
        found.network = Some(network.clone());
        deploy(found).ok_or_else(gone)
    }

    async fn force_new_deployment(&self, service: &ServiceId) -> Result<(), CallError> {
        let operation = "ecs:UpdateService";
        let mut world = self.in_cluster(operation, &service.cluster, &service.to_string())?;
        let deployed = world.services.get_mut(service).and_then(deploy);
        deployed.ok_or_else(|| failure(operation, &service.to_string(), CallErrorKind::NotFound))
    }

    /// Whoever plays ECS lets it stop, and starts another.
    async fn stop_task(&self, cluster: &ClusterArn, task: &TaskArn, _: &str) -> Result<(), CallError> {
        let operation = "ecs:StopTask";
        let mut world = self.in_cluster(operation, cluster, task.as_str())?;
        match world.tasks.get_mut(task) {
            Some(found) => found.desired_status = TaskStatus::Stopped,
            None => return Err(failure(operation, task.as_str(), CallErrorKind::NotFound)),
        }
        Ok(())
    }
}

/// The deployment it starts has no task yet: whoever plays ECS rolls the tasks over.
fn deploy(service: &mut Service) -> Option<()> {
    let Some(before) = service.primary_deployment().cloned() else { return Some(()) };
    service.deployments.iter_mut().for_each(|deployment| deployment.status = DeploymentStatus::Active);
    let id = format!("{}-next", before.id).parse().ok()?;
    let fresh = Deployment { id, network: service.network.clone(), running_count: 0, pending_count: 0, ..before };
    service.deployments.insert(0, fresh);
    Some(())
}

impl World {
    /// Elastic Load Balancing refuses an address outside the group's VPC unless its Availability Zone is `all`. A VPC without subnets is one
    /// that the test doesn't tell of.
    fn in_zone(
        &self,
        operation: &'static str,
        group: &TargetGroupArn,
        targets: &[Target],
        zone: Zone,
    ) -> Result<(), CallError> {
        let vpc = self.target_groups.get(group).and_then(|group| group.vpc.as_ref());
        let subnets: Vec<_> = self.subnets.iter().filter(|subnet| Some(&subnet.vpc) == vpc).collect();
        let is_outside = |target: &&Target| !subnets.iter().any(|subnet| subnet.contains(target.ip));
        match targets.iter().find(is_outside).filter(|_| zone == Zone::Own && !subnets.is_empty()) {
            Some(target) => Err(CallError {
                code: Some("InvalidTarget".to_owned()),
                ..failure(operation, &target.to_string(), CallErrorKind::Permanent)
            }),
            None => Ok(()),
        }
    }
}
