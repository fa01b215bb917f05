//! DescribeSecurityGroups, all of some VPCs, or some by their ids. The rules come with them, as `IpPermissions`.

use std::fmt::Display;

use aws_sdk_ec2::types::{self, Filter};
use ipnet::IpNet;
use model::call::CallError;
use model::ec2::{GroupReference, Peer, PortRange, Protocol, SecurityGroup, SecurityGroupRule};
use model::ecs::Tags;
use model::id::{SecurityGroupId, VpcId};
use model::observation::{Answer, Table};

use super::{filtered, grouped};
use crate::api::{Answers, AwsFact, Found};
use crate::batch::FILTER_VALUES;
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::read::{Read, Unusable, answer, parse, parse_optional, parse_required, required};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ec2:DescribeSecurityGroups";
const PAGE: i32 = 1000;

impl AwsFact for Table<VpcId, Vec<SecurityGroupId>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = FILTER_VALUES;

    async fn from_aws(clients: &Clients, vpcs: &[VpcId]) -> Result<Found<Self>, CallError> {
        Ok(Found::describing(in_vpcs(clients, vpcs).await?))
    }

    fn in_memory(world: &World, vpcs: &[VpcId]) -> Found<Self> {
        let known = |group: &SecurityGroup| (group.id.clone(), Answer::Known(group.clone()));
        let of_vpc = |vpc: &VpcId| {
            let groups = world.security_groups.iter().filter(|group| group.vpc == *vpc);
            (vpc.clone(), Answer::Known(groups.map(known).collect()))
        };
        Found::describing(vpcs.iter().map(of_vpc).collect())
    }
}

impl AwsFact for Table<SecurityGroupId, SecurityGroup> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = FILTER_VALUES;

    async fn from_aws(clients: &Clients, groups: &[SecurityGroupId]) -> Result<Found<Self>, CallError> {
        Ok(by_id(clients, groups).await?.into())
    }

    fn in_memory(world: &World, groups: &[SecurityGroupId]) -> Found<Self> {
        Found::each(groups, |id| known_or_absent(world.security_groups.iter().find(|one| one.id == *id)))
    }
}

/// All of some VPCs.
pub(super) async fn in_vpcs(
    clients: &Clients,
    vpcs: &[VpcId],
) -> Result<Answers<VpcId, Vec<(SecurityGroupId, Answer<SecurityGroup>)>>, CallError> {
    let found = describe(clients, "vpc-id", vpcs).await?;
    let in_vpc = |group: &types::SecurityGroup| {
        let described = id(group).map(|id| {
            let answer = answer(OPERATION, id.as_str(), read(group));
            (id, answer)
        });
        (parse_required("vpcId", group.vpc_id()), described)
    };
    Ok(grouped(OPERATION, vpcs, found.iter().map(in_vpc)))
}

/// Some, wherever they are. A filter doesn't mind what is gone; naming it as an id would fail the whole request.
pub(super) async fn by_id(
    clients: &Clients,
    groups: &[SecurityGroupId],
) -> Result<Answers<SecurityGroupId, SecurityGroup>, CallError> {
    let found = describe(clients, "group-id", groups).await?;
    Ok(filtered(OPERATION, groups, found.iter().map(|group| (id(group), read(group)))))
}

async fn describe<K: Display>(
    clients: &Clients,
    filter: &str,
    values: &[K],
) -> Result<Vec<types::SecurityGroup>, CallError> {
    let resource = resource_of(values);
    let values = values.iter().map(ToString::to_string).collect();
    let filter = Filter::builder().name(filter).set_values(Some(values)).build();
    let pages = clients.ec2().describe_security_groups().filters(filter).into_paginator().page_size(PAGE).items();
    clients.send(OPERATION, &resource, pages.send().collect::<Result<Vec<_>, _>>()).await
}

fn id(group: &types::SecurityGroup) -> Read<SecurityGroupId> {
    parse_required("groupId", group.group_id())
}

fn read(group: &types::SecurityGroup) -> Read<SecurityGroup> {
    let tag = |tag: &types::Tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()));
    Ok(SecurityGroup {
        id: id(group)?,
        vpc: parse_required("vpcId", group.vpc_id())?,
        name: required("groupName", group.group_name())?.to_owned(),
        owner: group.owner_id().and_then(|owner| owner.parse().ok()),
        tags: group.tags().iter().filter_map(tag).collect::<Tags>(),
        ingress: group.ip_permissions().iter().map(rule).collect::<Read<_>>()?,
        egress: group.ip_permissions_egress().iter().map(rule).collect::<Read<_>>()?,
    })
}

fn rule(permission: &types::IpPermission) -> Read<SecurityGroupRule> {
    let protocol: Protocol = required("ipPermissions.ipProtocol", permission.ip_protocol())?.into();
    let ipv4 = permission.ip_ranges().iter().filter_map(types::IpRange::cidr_ip);
    let ipv6 = permission.ipv6_ranges().iter().filter_map(types::Ipv6Range::cidr_ipv6);
    let ranges = ipv4.chain(ipv6).map(|range| Ok(Peer::Range(parse::<IpNet>("ipPermissions.cidr", range)?.trunc())));
    let groups = permission.user_id_group_pairs().iter().map(reference);
    let lists = permission.prefix_list_ids().iter().map(|list| {
        let id = parse_required("ipPermissions.prefixListId", list.prefix_list_id())?;
        Ok(Peer::PrefixList(id))
    });
    Ok(SecurityGroupRule {
        ports: ports(&protocol, permission)?,
        protocol,
        peers: ranges.chain(groups).chain(lists).collect::<Read<_>>()?,
    })
}

/// What ICMP calls type and code stands in the same fields, and EC2 writes -1 for all.
fn ports(protocol: &Protocol, permission: &types::IpPermission) -> Read<Option<PortRange>> {
    let (from, to) = (permission.from_port().unwrap_or(-1), permission.to_port().unwrap_or(-1));
    if !protocol.has_ports() || from == -1 {
        return Ok(None);
    }
    let port = |port: i32| {
        u16::try_from(port)
            .map_err(|_| Unusable::new("ipPermissions.fromPort, toPort", format!("{port} is not a port")))
    };
    Ok(Some(PortRange { from: port(from)?, to: port(to)? }))
}

fn reference(pair: &types::UserIdGroupPair) -> Read<Peer> {
    Ok(Peer::Group(GroupReference {
        group: parse_required("ipPermissions.groups.groupId", pair.group_id())?,
        owner: parse_optional("ipPermissions.groups.userId", pair.user_id())?,
        vpc: parse_optional("ipPermissions.groups.vpcId", pair.vpc_id())?,
        peering_status: pair.peering_status().map(str::to_owned),
    }))
}
