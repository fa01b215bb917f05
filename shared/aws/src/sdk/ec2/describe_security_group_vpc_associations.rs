//! DescribeSecurityGroupVpcAssociations.

use aws_sdk_ec2::types::{self, Filter};
use model::call::CallError;
use model::ec2::SecurityGroupAssociation;
use model::id::VpcId;
use model::observation::Table;

use super::grouped;
use crate::api::{Answers, AwsFact, Found};
use crate::batch::FILTER_VALUES;
use crate::sdk::Clients;
use crate::sdk::read::{Read, parse_required, required};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ec2:DescribeSecurityGroupVpcAssociations";
const PAGE: i32 = 1000;

impl AwsFact for Table<VpcId, Vec<SecurityGroupAssociation>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = FILTER_VALUES;

    async fn from_aws(clients: &Clients, vpcs: &[VpcId]) -> Result<Found<Self>, CallError> {
        Ok(with_vpcs(clients, vpcs).await?.into())
    }
}

/// The associations with the VPCs.
pub(super) async fn with_vpcs(
    clients: &Clients,
    vpcs: &[VpcId],
) -> Result<Answers<VpcId, Vec<SecurityGroupAssociation>>, CallError> {
    let values = vpcs.iter().map(ToString::to_string).collect();
    let filter = Filter::builder().name("vpc-id").set_values(Some(values)).build();
    let request = clients.ec2().describe_security_group_vpc_associations().filters(filter);
    let pages = request.into_paginator().page_size(PAGE).items().send();
    let resource = resource_of(vpcs);
    let associations = clients.send(OPERATION, &resource, pages.collect::<Result<Vec<_>, _>>()).await?;
    let read = |association: &_| {
        (parse_required("vpcId", types::SecurityGroupVpcAssociation::vpc_id(association)), read(association))
    };
    Ok(grouped(OPERATION, vpcs, associations.iter().map(read)))
}

fn read(association: &types::SecurityGroupVpcAssociation) -> Read<SecurityGroupAssociation> {
    Ok(SecurityGroupAssociation {
        group: parse_required("groupId", association.group_id())?,
        vpc: parse_required("vpcId", association.vpc_id())?,
        state: required("state", association.state())?.as_str().to_owned(),
    })
}
