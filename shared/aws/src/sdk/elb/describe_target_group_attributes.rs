//! DescribeTargetGroupAttributes.

use aws_sdk_elasticloadbalancingv2::types::TargetGroupAttribute;
use model::call::CallError;
use model::elb::{CrossZone, MinimumHealthyTargets, TargetGroupAttributes};
use model::id::TargetGroupArn;
use model::observation::Table;

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::{Read, Unusable, parse, parse_optional};

const OPERATION: &str = "elasticloadbalancing:DescribeTargetGroupAttributes";
const PRESERVE_CLIENT_IP: &str = "preserve_client_ip.enabled";
const DEREGISTRATION_DELAY: &str = "deregistration_delay.timeout_seconds";
const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";
const DNS_FAILOVER_COUNT: &str = "target_group_health.dns_failover.minimum_healthy_targets.count";
const DNS_FAILOVER_PERCENTAGE: &str = "target_group_health.dns_failover.minimum_healthy_targets.percentage";

impl AwsFact for Table<TargetGroupArn, TargetGroupAttributes> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, groups: &[TargetGroupArn]) -> Result<Found<Self>, CallError> {
        Found::by(groups, |group| describe_target_group_attributes(clients, group)).await
    }

    fn in_memory(world: &World, groups: &[TargetGroupArn]) -> Found<Self> {
        let attributes = |group: &_| world.target_group_attributes.get(group).cloned().unwrap_or_default();
        Found::each(groups, |group| world.of_group(group, || attributes(group)))
    }
}

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
        dns_failover: MinimumHealthyTargets {
            count: minimum(DNS_FAILOVER_COUNT, value(DNS_FAILOVER_COUNT), Some(1))?,
            percentage: minimum(DNS_FAILOVER_PERCENTAGE, value(DNS_FAILOVER_PERCENTAGE), None)?,
        },
    })
}

/// A number, or `off`.
fn minimum(key: &'static str, value: Option<&str>, default: Option<u32>) -> Read<Option<u32>> {
    match value {
        None | Some("") => Ok(default),
        Some("off") => Ok(None),
        Some(number) => parse(key, number).map(Some),
    }
}
