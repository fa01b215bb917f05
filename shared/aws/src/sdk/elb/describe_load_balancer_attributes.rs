//! DescribeLoadBalancerAttributes.

use aws_sdk_elasticloadbalancingv2::types::LoadBalancerAttribute;
use model::call::CallError;
use model::elb::LoadBalancerAttributes;
use model::id::LoadBalancerArn;

use crate::sdk::Clients;
use crate::sdk::read::{Read, parse_optional};

const OPERATION: &str = "elasticloadbalancing:DescribeLoadBalancerAttributes";

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
