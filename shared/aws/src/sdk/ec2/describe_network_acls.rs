//! DescribeNetworkAcls.

use aws_sdk_ec2::types::{self, Filter, RuleAction};
use ipnet::IpNet;
use model::call::CallError;
use model::ec2::{NetworkAcl, NetworkAclEntry, PortRange, Protocol};
use model::id::VpcId;
use model::observation::Table;

use super::grouped;
use crate::api::{Answers, AwsFact, Found};
use crate::batch::FILTER_VALUES;
use crate::sdk::Clients;
use crate::sdk::read::{Read, Unusable, count, parse_all, parse_required, port, required};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ec2:DescribeNetworkAcls";
const PAGE: i32 = 1000;

impl AwsFact for Table<VpcId, Vec<NetworkAcl>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = FILTER_VALUES;

    async fn from_aws(clients: &Clients, vpcs: &[VpcId]) -> Result<Found<Self>, CallError> {
        Ok(describe_network_acls(clients, vpcs).await?.into())
    }
}

/// All network ACLs of the VPCs.
pub(super) async fn describe_network_acls(
    clients: &Clients,
    vpcs: &[VpcId],
) -> Result<Answers<VpcId, Vec<NetworkAcl>>, CallError> {
    let values = vpcs.iter().map(ToString::to_string).collect();
    let filter = Filter::builder().name("vpc-id").set_values(Some(values)).build();
    let pages = clients.ec2().describe_network_acls().filters(filter).into_paginator().page_size(PAGE).items().send();
    let resource = resource_of(vpcs);
    let acls = clients.send(OPERATION, &resource, pages.collect::<Result<Vec<_>, _>>()).await?;
    let read = |acl: &_| (parse_required("vpcId", types::NetworkAcl::vpc_id(acl)), read(acl));
    Ok(grouped(OPERATION, vpcs, acls.iter().map(read)))
}

fn read(acl: &types::NetworkAcl) -> Read<NetworkAcl> {
    let subnets = acl.associations().iter().filter_map(types::NetworkAclAssociation::subnet_id);
    let mut entries = acl.entries().iter().map(entry).collect::<Read<Vec<_>>>()?;
    entries.sort_by_key(|entry| (entry.egress, entry.number));
    Ok(NetworkAcl {
        id: required("networkAclId", acl.network_acl_id())?.to_owned(),
        vpc: parse_required("vpcId", acl.vpc_id())?,
        subnets: parse_all("associations.subnetId", subnets)?,
        entries,
    })
}

fn entry(entry: &types::NetworkAclEntry) -> Read<NetworkAclEntry> {
    let protocol: Protocol = required("entries.protocol", entry.protocol())?.into();
    let range: IpNet = parse_required("entries.cidrBlock", entry.cidr_block().or(entry.ipv6_cidr_block()))?;
    Ok(NetworkAclEntry {
        number: count("entries.ruleNumber", required("entries.ruleNumber", entry.rule_number())?)?,
        egress: required("entries.egress", entry.egress())?,
        allow: match required("entries.ruleAction", entry.rule_action())? {
            RuleAction::Allow => true,
            RuleAction::Deny => false,
            other => return Err(Unusable::new("entries.ruleAction", format!("{:?} is unknown", other.as_str()))),
        },
        ports: if protocol.has_ports() { ports(entry.port_range())? } else { None },
        protocol,
        range: range.trunc(),
    })
}

fn ports(range: Option<&types::PortRange>) -> Read<Option<PortRange>> {
    let bound = |bound| required("entries.portRange", port("entries.portRange", bound)?);
    range.map(|range| Ok(PortRange { from: bound(range.from())?, to: bound(range.to())? })).transpose()
}
