//! DescribeTargetGroupAttributes.

use aws_sdk_elasticloadbalancingv2::types::TargetGroupAttribute;
use model::call::CallError;
use model::elb::{CrossZone, TargetGroupAttributes};
use model::id::TargetGroupArn;

use crate::sdk::Clients;
use crate::sdk::read::{Read, Unusable, parse_optional};

const OPERATION: &str = "elasticloadbalancing:DescribeTargetGroupAttributes";
const PRESERVE_CLIENT_IP: &str = "preserve_client_ip.enabled";
const DEREGISTRATION_DELAY: &str = "deregistration_delay.timeout_seconds";
const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";

pub(super) async fn describe_target_group_attributes(
    clients: &Clients,
    group: &TargetGroupArn,
) -> Result<TargetGroupAttributes, CallError> {
    let request = clients.elb().describe_target_group_attributes().target_group_arn(group.as_str());
    let response = clients.send(OPERATION, group.as_str(), request.send()).await?;
    read(response.attributes()).map_err(|unusable| unusable.into_error(OPERATION, group.as_str()))
}

fn read(attributes: &[TargetGroupAttribute]) -> Read<TargetGroupAttributes> {
    let value = |key: &str| {
        let found = attributes.iter().find(|attribute| attribute.key() == Some(key));
        found.and_then(TargetGroupAttribute::value)
    };
    Ok(TargetGroupAttributes {
        preserve_client_ip: parse_optional(PRESERVE_CLIENT_IP, value(PRESERVE_CLIENT_IP))?,
        deregistration_delay_seconds: parse_optional(DEREGISTRATION_DELAY, value(DEREGISTRATION_DELAY))?,
        cross_zone: match value(CROSS_ZONE) {
            Some("true") => CrossZone::On,
            Some("false") => CrossZone::Off,
            Some("use_load_balancer_configuration" | "") | None => CrossZone::OfBalancer,
            Some(other) => return Err(Unusable::new(CROSS_ZONE, format!("{other:?} is unknown"))),
        },
    })
}
