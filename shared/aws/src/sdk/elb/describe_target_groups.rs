//! DescribeTargetGroups.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types;
use model::call::{CallError, CallErrorKind};
use model::elb::{HealthCheck, HealthCheckPort, IpVersion, TargetGroup};
use model::id::TargetGroupArn;
use model::observation::{All, Answer, Table, Unread};

use crate::api::{Answers, AwsFact, Found};
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::read::{Read, Unusable, answer, parse, parse_all, parse_optional, parse_required, port, required};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "elasticloadbalancing:DescribeTargetGroups";
const PAGE: i32 = 400;

impl AwsFact for Table<All, Vec<TargetGroupArn>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, _: &[All]) -> Result<Found<Self>, CallError> {
        Ok(Found::describing(vec![(All, Answer::Known(all(clients).await?))]))
    }

    fn in_memory(world: &World, _: &[All]) -> Found<Self> {
        let known = |(arn, group): (&TargetGroupArn, &TargetGroup)| (arn.clone(), Answer::Known(group.clone()));
        Found::describing(vec![(All, Answer::Known(world.target_groups.iter().map(known).collect()))])
    }
}

impl AwsFact for Table<TargetGroupArn, TargetGroup> {
    const ACTION: &'static str = OPERATION;
    /// AWS publishes no maximum of ARNs; a page holds 400.
    const AT_MOST: usize = 100;

    async fn from_aws(clients: &Clients, groups: &[TargetGroupArn]) -> Result<Found<Self>, CallError> {
        Ok(some(clients, groups).await?.into())
    }

    fn in_memory(world: &World, groups: &[TargetGroupArn]) -> Found<Self> {
        Found::each(groups, |arn| known_or_absent(world.target_groups.get(arn)))
    }
}

/// Every group.
pub(super) async fn all(clients: &Clients) -> Result<Answers<TargetGroupArn, TargetGroup>, CallError> {
    Ok(list(clients).await?.into_iter().collect())
}

/// Some groups. A single one that is gone fails the whole request; then all groups are listed, 400 a page, which tells at
/// once which are gone and is cheaper than searching for them.
pub(super) async fn some(
    clients: &Clients,
    groups: &[TargetGroupArn],
) -> Result<Answers<TargetGroupArn, TargetGroup>, CallError> {
    // AWS takes no ARNs for "all".
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    match get(clients, groups).await {
        Ok(found) => Ok(found.into_iter().collect()),
        Err(error) if error.kind == CallErrorKind::NotFound => {
            let mut there = if groups.len() == 1 { BTreeMap::new() } else { list(clients).await? };
            let answer = |arn: &TargetGroupArn| (arn.clone(), there.remove(arn).unwrap_or(Answer::Absent));
            Ok(groups.iter().map(answer).collect())
        }
        Err(error) => Err(error),
    }
}

type ByArn = BTreeMap<TargetGroupArn, Answer<TargetGroup>>;

async fn get(clients: &Clients, groups: &[TargetGroupArn]) -> Result<ByArn, CallError> {
    let arns = groups.iter().map(ToString::to_string).collect();
    let pages = clients.elb().describe_target_groups().set_target_group_arns(Some(arns)).into_paginator();
    let resource = resource_of(groups);
    let groups = clients.send(OPERATION, &resource, pages.items().send().collect::<Result<Vec<_>, _>>()).await?;
    found(&groups, &resource)
}

async fn list(clients: &Clients) -> Result<ByArn, CallError> {
    let pages = clients.elb().describe_target_groups().page_size(PAGE).into_paginator().items().send();
    let groups = clients.send(OPERATION, "all target groups", pages.collect::<Result<Vec<_>, _>>()).await?;
    found(&groups, "all target groups")
}

fn found(groups: &[types::TargetGroup], resource: &str) -> Result<ByArn, CallError> {
    let keyed = |group: &types::TargetGroup| {
        let arn: TargetGroupArn = parse_required("targetGroupArn", group.target_group_arn())?;
        let read = answer(OPERATION, arn.as_str(), read(group, &arn));
        Ok((arn, read))
    };
    groups.iter().map(keyed).collect::<Read<_>>().map_err(|unusable| unusable.into_error(OPERATION, resource))
}

fn read(group: &types::TargetGroup, arn: &TargetGroupArn) -> Read<TargetGroup> {
    Ok(TargetGroup {
        arn: arn.clone(),
        target_type: required("targetType", group.target_type())?.as_str().into(),
        protocol: group.protocol().map(|protocol| protocol.as_str().to_owned()),
        port: port("port", group.port())?,
        vpc: parse_optional("vpcId", group.vpc_id())?,
        // Absent from groups that have none, such as a function's.
        ip_version: match group.ip_address_type().map(types::TargetGroupIpAddressTypeEnum::as_str) {
            None | Some("ipv4") => Ok(IpVersion::Ipv4),
            Some("ipv6") => Ok(IpVersion::Ipv6),
            Some(other) => Err(unread(arn, Unusable::new("ipAddressType", format!("{other:?} is unknown")))),
        },
        load_balancers: parse_all("loadBalancerArns", group.load_balancer_arns())?,
        health_check: health_check(group, arn),
    })
}

fn unread(group: &TargetGroupArn, unusable: Unusable) -> Unread {
    Unread::from(&unusable.into_error(OPERATION, group.as_str()))
}

fn health_check(group: &types::TargetGroup, arn: &TargetGroupArn) -> HealthCheck {
    HealthCheck {
        enabled: group.health_check_enabled().unwrap_or(true),
        protocol: group.health_check_protocol().map(|protocol| protocol.as_str().to_owned()),
        port: match group.health_check_port() {
            None | Some("traffic-port" | "") => Ok(HealthCheckPort::Traffic),
            Some(port) => match parse("healthCheckPort", port) {
                Ok(port) => Ok(HealthCheckPort::Fixed(port)),
                Err(unusable) => Err(unread(arn, unusable)),
            },
        },
    }
}
