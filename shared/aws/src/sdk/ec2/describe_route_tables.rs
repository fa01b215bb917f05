//! DescribeRouteTables.

use aws_sdk_ec2::types::{self, Filter, RouteState, RouteTableAssociationStateCode};
use model::call::CallError;
use model::ec2::{Route, RouteDestination, RouteTable, RouteTarget};
use model::id::VpcId;
use model::observation::Table;

use super::grouped;
use crate::api::{Answers, AwsFact, Found};
use crate::batch::FILTER_VALUES;
use crate::sdk::Clients;
use crate::sdk::read::{Read, Unusable, parse, parse_all, parse_required, required};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ec2:DescribeRouteTables";
const PAGE: i32 = 100;

impl AwsFact for Table<VpcId, Vec<RouteTable>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = FILTER_VALUES;

    async fn from_aws(clients: &Clients, vpcs: &[VpcId]) -> Result<Found<Self>, CallError> {
        Ok(describe_route_tables(clients, vpcs).await?.into())
    }
}

/// All route tables of the VPCs.
pub(super) async fn describe_route_tables(
    clients: &Clients,
    vpcs: &[VpcId],
) -> Result<Answers<VpcId, Vec<RouteTable>>, CallError> {
    let values = vpcs.iter().map(ToString::to_string).collect();
    let filter = Filter::builder().name("vpc-id").set_values(Some(values)).build();
    let pages = clients.ec2().describe_route_tables().filters(filter).into_paginator().page_size(PAGE).items().send();
    let resource = resource_of(vpcs);
    let tables = clients.send(OPERATION, &resource, pages.collect::<Result<Vec<_>, _>>()).await?;
    let read = |table: &_| (parse_required("vpcId", types::RouteTable::vpc_id(table)), read(table));
    Ok(grouped(OPERATION, vpcs, tables.iter().map(read)))
}

fn read(table: &types::RouteTable) -> Read<RouteTable> {
    let associated = || table.associations().iter().filter(|one| is_associated(one));
    let subnets = associated().filter_map(types::RouteTableAssociation::subnet_id);
    Ok(RouteTable {
        id: required("routeTableId", table.route_table_id())?.to_owned(),
        vpc: parse_required("vpcId", table.vpc_id())?,
        is_main: associated().any(|one| one.main() == Some(true)),
        subnets: parse_all("associations.subnetId", subnets)?,
        routes: table.routes().iter().map(route).collect::<Read<_>>()?,
    })
}

fn is_associated(association: &types::RouteTableAssociation) -> bool {
    let state = association.association_state().and_then(types::RouteTableAssociationState::state);
    state.is_none_or(|state| *state == RouteTableAssociationStateCode::Associated)
}

fn route(route: &types::Route) -> Read<Route> {
    let range = route.destination_cidr_block().or(route.destination_ipv6_cidr_block());
    let destination = match (range, route.destination_prefix_list_id()) {
        (Some(range), _) => RouteDestination::Range(parse("routes.destinationCidrBlock", range)?),
        (None, list) => RouteDestination::PrefixList(parse_required("routes.destinationPrefixListId", list)?),
    };
    let is_blackhole = route.state() == Some(&RouteState::Blackhole);
    Ok(Route { destination, target: target(route)?, is_blackhole })
}

fn target(route: &types::Route) -> Read<RouteTarget> {
    // An instance is named beside its interface, and gateways of several kinds in one field.
    if let Some(id) = route.nat_gateway_id() {
        Ok(RouteTarget::NatGateway(id.to_owned()))
    } else if let Some(id) = route.transit_gateway_id() {
        Ok(RouteTarget::TransitGateway(id.to_owned()))
    } else if let Some(id) = route.vpc_peering_connection_id() {
        Ok(RouteTarget::VpcPeeringConnection(id.to_owned()))
    } else if let Some(id) = route.egress_only_internet_gateway_id() {
        Ok(RouteTarget::EgressOnlyInternetGateway(id.to_owned()))
    } else if let Some(id) = route.network_interface_id() {
        Ok(RouteTarget::NetworkInterface(parse("routes.networkInterfaceId", id)?))
    } else if let Some(id) = route.gateway_id() {
        Ok(gateway(id))
    } else {
        let others = [
            route.instance_id(),
            route.local_gateway_id(),
            route.carrier_gateway_id(),
            route.core_network_arn(),
            route.odb_network_arn(),
        ];
        let other = others.into_iter().flatten().next();
        other.map(|id| RouteTarget::Other(id.to_owned())).ok_or_else(|| Unusable::new("routes", "name no target"))
    }
}

fn gateway(id: &str) -> RouteTarget {
    match id.split_once('-').map(|(kind, _)| kind) {
        None if id == "local" => RouteTarget::Local,
        Some("igw") => RouteTarget::InternetGateway(id.to_owned()),
        Some("vgw") => RouteTarget::VirtualPrivateGateway(id.to_owned()),
        Some("vpce") => RouteTarget::VpcEndpoint(id.to_owned()),
        _ => RouteTarget::Other(id.to_owned()),
    }
}
