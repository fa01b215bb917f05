//! DescribeSubnets.

use aws_sdk_ec2::types::{self, Filter, SubnetCidrBlockStateCode};
use ipnet::IpNet;
use model::call::CallError;
use model::ec2::Subnet;
use model::id::VpcId;
use model::observation::{Answer, Table};

use super::grouped;
use crate::api::{Answers, AwsFact, Found};
use crate::batch::FILTER_VALUES;
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::{Read, count, parse, parse_optional, parse_required, required};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ec2:DescribeSubnets";
const PAGE: i32 = 1000;

impl AwsFact for Table<VpcId, Vec<Subnet>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = FILTER_VALUES;

    async fn from_aws(clients: &Clients, vpcs: &[VpcId]) -> Result<Found<Self>, CallError> {
        Ok(describe_subnets(clients, vpcs).await?.into())
    }

    fn in_memory(world: &World, vpcs: &[VpcId]) -> Found<Self> {
        let of_vpc = |vpc: &VpcId| world.subnets.iter().filter(|subnet| subnet.vpc == *vpc).cloned().collect();
        Found::each(vpcs, |vpc| Answer::Known(of_vpc(vpc)))
    }
}

/// All subnets of the VPCs, those that another account shares with this one too.
pub(super) async fn describe_subnets(
    clients: &Clients,
    vpcs: &[VpcId],
) -> Result<Answers<VpcId, Vec<Subnet>>, CallError> {
    let values = vpcs.iter().map(ToString::to_string).collect();
    let filter = Filter::builder().name("vpc-id").set_values(Some(values)).build();
    let pages = clients.ec2().describe_subnets().filters(filter).into_paginator().page_size(PAGE).items().send();
    let resource = resource_of(vpcs);
    let subnets = clients.send(OPERATION, &resource, pages.collect::<Result<Vec<_>, _>>()).await?;
    let read = |subnet: &_| (parse_required("vpcId", types::Subnet::vpc_id(subnet)), read(subnet));
    Ok(grouped(OPERATION, vpcs, subnets.iter().map(read)))
}

fn read(subnet: &types::Subnet) -> Read<Subnet> {
    // Absent from subnets that have IPv6 only.
    let ipv4: Option<IpNet> = parse_optional("cidrBlock", subnet.cidr_block())?;
    let ipv6 = subnet.ipv6_cidr_block_association_set().iter().filter(|range| is_associated(range));
    let ipv6 = ipv6.filter_map(types::SubnetIpv6CidrBlockAssociation::ipv6_cidr_block);
    let ipv6 = ipv6.map(|range| parse("ipv6CidrBlock", range)).collect::<Read<Vec<IpNet>>>()?;
    Ok(Subnet {
        id: parse_required("subnetId", subnet.subnet_id())?,
        vpc: parse_required("vpcId", subnet.vpc_id())?,
        // `OwnerId` isn't among what EC2 promises to send, and one that can't be read is no reason to know nothing of the subnet:
        // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html
        owner: subnet.owner_id().and_then(|owner| owner.parse().ok()),
        zone: subnet.availability_zone().map(str::to_owned),
        ranges: ipv4.into_iter().chain(ipv6).collect(),
        free_addresses: count(
            "availableIpAddressCount",
            required("availableIpAddressCount", subnet.available_ip_address_count())?,
        )?,
    })
}

/// A range on its way in or out isn't one: what looks absent there may not be visible any more, or not yet.
fn is_associated(range: &types::SubnetIpv6CidrBlockAssociation) -> bool {
    let state = range.ipv6_cidr_block_state().and_then(types::SubnetCidrBlockState::state);
    state.is_none_or(|state| *state == SubnetCidrBlockStateCode::Associated)
}
