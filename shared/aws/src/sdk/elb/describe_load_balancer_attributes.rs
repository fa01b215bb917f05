//! DescribeLoadBalancerAttributes.

use aws_sdk_elasticloadbalancingv2::types::LoadBalancerAttribute;
use model::call::CallError;
use model::elb::LoadBalancerAttributes;
use model::id::LoadBalancerArn;
use model::observation::Table;

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::{Read, parse_optional};

const OPERATION: &str = "elasticloadbalancing:DescribeLoadBalancerAttributes";

impl AwsFact for Table<LoadBalancerArn, LoadBalancerAttributes> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, balancers: &[LoadBalancerArn]) -> Result<Found<Self>, CallError> {
        Found::by(balancers, |balancer| describe_load_balancer_attributes(clients, balancer)).await
    }

    fn in_memory(world: &World, balancers: &[LoadBalancerArn]) -> Found<Self> {
        let attributes = |balancer: &_| world.load_balancer_attributes.get(balancer).cloned().unwrap_or_default();
        Found::each(balancers, |balancer| world.of_balancer(balancer, || attributes(balancer)))
    }
}

pub(super) async fn describe_load_balancer_attributes(
    clients: &Clients,
    balancer: &LoadBalancerArn,
) -> Result<LoadBalancerAttributes, CallError> {
    let request = clients.elb().describe_load_balancer_attributes().load_balancer_arn(balancer.as_str());
    let response = clients.send(OPERATION, balancer.as_str(), request.send()).await?;
    read(response.attributes()).map_err(|unusable| unusable.into_error(OPERATION, balancer.as_str()))
}

fn read(attributes: &[LoadBalancerAttribute]) -> Read<LoadBalancerAttributes> {
    let value = |key: &str| {
        let found = attributes.iter().find(|attribute| attribute.key() == Some(key));
        found.and_then(LoadBalancerAttribute::value)
    };
    let cross_zone = parse_optional("load_balancing.cross_zone.enabled", value("load_balancing.cross_zone.enabled"))?;
    Ok(LoadBalancerAttributes { cross_zone })
}
