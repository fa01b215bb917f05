//! An entry of `loadBalancers`, in services, task sets and service revisions.

use aws_sdk_ecs::types::LoadBalancer;
use model::ecs::ServiceLoadBalancer;

use crate::sdk::read::{Read, parse_optional, port};

pub(super) fn load_balancers(entries: &[LoadBalancer]) -> Read<Vec<ServiceLoadBalancer>> {
    entries.iter().map(load_balancer).collect()
}

fn load_balancer(entry: &LoadBalancer) -> Read<ServiceLoadBalancer> {
    let alternate = entry.advanced_configuration().and_then(|advanced| advanced.alternate_target_group_arn());
    Ok(ServiceLoadBalancer {
        target_group: parse_optional("loadBalancers.targetGroupArn", entry.target_group_arn())?,
        alternate_target_group: parse_optional("advancedConfiguration.alternateTargetGroupArn", alternate)?,
        container_name: entry.container_name().map(str::to_owned),
        container_port: port("loadBalancers.containerPort", entry.container_port())?,
    })
}
