//! An account through the AWS SDK.

use std::collections::BTreeSet;

use model::call::CallError;
use model::ecs::AwsvpcConfiguration;
use model::elb::Target;
use model::id::{ClusterArn, NetworkInterfaceId, SecurityGroupId, TargetGroupArn, TaskArn};
use model::scope::ServiceId;

use super::{Clients, ec2, ecs, elb};
use crate::api::{Account, AwsFact, Found, Reply, Zone};

impl Account for Clients {
    fn read<T: AwsFact>(&self, asked: &[T::Asked]) -> impl Reply<Found<T>> {
        T::from_aws(self, asked)
    }

    async fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> Result<(), CallError> {
        elb::register_targets(self, group, targets, zone).await
    }

    async fn deregister_targets(
        &self,
        group: &TargetGroupArn,
        targets: &[Target],
        zone: Zone,
    ) -> Result<(), CallError> {
        elb::deregister_targets(self, group, targets, zone).await
    }

    async fn modify_network_interface_groups(
        &self,
        interface: &NetworkInterfaceId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), CallError> {
        ec2::modify_network_interface_groups(self, interface, groups).await
    }

    async fn update_service_network(
        &self,
        service: &ServiceId,
        network: &AwsvpcConfiguration,
    ) -> Result<(), CallError> {
        ecs::update_service_network(self, service, network).await
    }

    async fn force_new_deployment(&self, service: &ServiceId) -> Result<(), CallError> {
        ecs::force_new_deployment(self, service).await
    }

    async fn stop_task(&self, cluster: &ClusterArn, task: &TaskArn, reason: &str) -> Result<(), CallError> {
        ecs::stop_task(self, cluster, task, reason).await
    }
}
