//! DescribeLoadBalancers.

use std::net::IpAddr;

use aws_sdk_elasticloadbalancingv2::types;
use model::call::CallError;
use model::elb::{BalancerZone, LoadBalancer, Scheme};
use model::id::{LoadBalancerArn, LoadBalancerKind};
use model::observation::{All, Answer, Table};

use crate::api::{Answers, AwsFact, Found};
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::isolate::isolate;
use crate::sdk::read::{Read, answer, parse_all, parse_optional, parse_required, required, time};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "elasticloadbalancing:DescribeLoadBalancers";
const PAGE: i32 = 400;

impl AwsFact for Table<All, Vec<LoadBalancerArn>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, _: &[All]) -> Result<Found<Self>, CallError> {
        Ok(Found::describing(vec![(All, Answer::Known(all(clients).await?))]))
    }

    fn in_memory(world: &World, _: &[All]) -> Found<Self> {
        let known = |(arn, one): (&LoadBalancerArn, &LoadBalancer)| (arn.clone(), Answer::Known(one.clone()));
        Found::describing(vec![(All, Answer::Known(world.load_balancers.iter().map(known).collect()))])
    }
}

impl AwsFact for Table<LoadBalancerArn, LoadBalancer> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 20;

    async fn from_aws(clients: &Clients, balancers: &[LoadBalancerArn]) -> Result<Found<Self>, CallError> {
        Ok(some(clients, balancers).await.into())
    }

    fn in_memory(world: &World, balancers: &[LoadBalancerArn]) -> Found<Self> {
        Found::each(balancers, |arn| known_or_absent(world.load_balancers.get(arn)))
    }
}

pub(super) async fn all(clients: &Clients) -> Result<Answers<LoadBalancerArn, LoadBalancer>, CallError> {
    let pages = clients.elb().describe_load_balancers().page_size(PAGE).into_paginator().items().send();
    let resource = "all load balancers";
    let balancers = clients.send(OPERATION, resource, pages.collect::<Result<Vec<_>, _>>()).await?;
    by_arn(&balancers, resource)
}

/// One gone balancer fails the whole request, so it is isolated.
pub(super) async fn some(clients: &Clients, balancers: &[LoadBalancerArn]) -> Answers<LoadBalancerArn, LoadBalancer> {
    isolate(balancers, |part| describe(clients, part)).await
}

async fn describe(
    clients: &Clients,
    balancers: Vec<LoadBalancerArn>,
) -> Result<Answers<LoadBalancerArn, LoadBalancer>, CallError> {
    let arns = balancers.iter().map(ToString::to_string).collect();
    let pages = clients.elb().describe_load_balancers().set_load_balancer_arns(Some(arns)).into_paginator();
    let resource = resource_of(&balancers);
    let found = clients.send(OPERATION, &resource, pages.items().send().collect::<Result<Vec<_>, _>>()).await?;
    by_arn(&found, &resource)
}

fn by_arn(
    balancers: &[types::LoadBalancer],
    resource: &str,
) -> Result<Answers<LoadBalancerArn, LoadBalancer>, CallError> {
    let keyed = |balancer: &types::LoadBalancer| {
        let arn: LoadBalancerArn = parse_required("loadBalancerArn", balancer.load_balancer_arn())?;
        let read = answer(OPERATION, arn.as_str(), read(balancer));
        Ok((arn, read))
    };
    balancers.iter().map(keyed).collect::<Read<_>>().map_err(|unusable| unusable.into_error(OPERATION, resource))
}

fn read(balancer: &types::LoadBalancer) -> Read<LoadBalancer> {
    let groups = balancer.security_groups.as_ref();
    let filters = balancer.enforce_security_group_inbound_rules_on_private_link_traffic();
    let arn: LoadBalancerArn = parse_required("loadBalancerArn", balancer.load_balancer_arn())?;
    // Absent from Gateway Load Balancers, which are reached from inside only; elsewhere the default is the internet.
    let default = if arn.kind() == LoadBalancerKind::Gateway { Scheme::Internal } else { Scheme::InternetFacing };
    let scheme = balancer.scheme().map(types::LoadBalancerSchemeEnum::as_str).filter(|text| !text.is_empty());
    let (state, reason) = (balancer.state(), balancer.state().and_then(types::LoadBalancerState::reason));
    Ok(LoadBalancer {
        arn,
        state: state.and_then(types::LoadBalancerState::code).map(|state| state.as_str().into()),
        state_reason: reason.filter(|text| !text.is_empty()).map(str::to_owned),
        created_at: time(balancer.created_time()),
        dns_name: balancer.dns_name().map(str::to_owned),
        scheme: scheme.map_or(default, Into::into),
        vpc: parse_optional("vpcId", balancer.vpc_id())?,
        ip_address_type: balancer.ip_address_type().map(|kind| kind.as_str().to_owned()),
        zones: balancer.availability_zones().iter().map(zone).collect::<Read<_>>()?,
        security_groups: groups.map(|groups| parse_all("securityGroups", groups)).transpose()?,
        filters_private_link: filters.filter(|text| !text.is_empty()).map(|text| text == "on"),
    })
}

fn zone(zone: &types::AvailabilityZone) -> Read<BalancerZone> {
    Ok(BalancerZone {
        name: required("availabilityZones.zoneName", zone.zone_name())?.to_owned(),
        subnet: parse_optional("availabilityZones.subnetId", zone.subnet_id())?,
        addresses: addresses(zone.load_balancer_addresses())?,
        public_addresses: public_addresses(zone.load_balancer_addresses())?,
    })
}

fn public_addresses(addresses: &[types::LoadBalancerAddress]) -> Read<Vec<IpAddr>> {
    let elastic = addresses.iter().filter_map(types::LoadBalancerAddress::ip_address);
    parse_all("loadBalancerAddresses.ipAddress", elastic.filter(|text| !text.is_empty()))
}

/// Public addresses aren't what targets see.
fn addresses(addresses: &[types::LoadBalancerAddress]) -> Read<Vec<IpAddr>> {
    let ipv4 = addresses.iter().filter_map(types::LoadBalancerAddress::private_ipv4_address);
    let ipv6 = addresses.iter().filter_map(types::LoadBalancerAddress::ipv6_address);
    parse_all("loadBalancerAddresses", ipv4.chain(ipv6).filter(|text| !text.is_empty()))
}
