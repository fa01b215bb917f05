//! DescribeVpcEndpointServiceConfigurations.

use aws_sdk_ec2::types;
use model::call::CallError;
use model::ec2::EndpointService;
use model::observation::{All, Table};

use crate::api::{AwsFact, Found};
use crate::sdk::Clients;
use crate::sdk::read::{Read, parse_all, required};

const OPERATION: &str = "ec2:DescribeVpcEndpointServiceConfigurations";
const PAGE: i32 = 1000;

impl AwsFact for Table<All, Vec<EndpointService>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, asked: &[All]) -> Result<Found<Self>, CallError> {
        Found::by(asked, |_| all(clients)).await
    }
}

/// Every endpoint service of the account.
pub(super) async fn all(clients: &Clients) -> Result<Vec<EndpointService>, CallError> {
    let pages = clients.ec2().describe_vpc_endpoint_service_configurations().into_paginator().page_size(PAGE).items();
    let resource = "all endpoint services";
    let services = clients.send(OPERATION, resource, pages.send().collect::<Result<Vec<_>, _>>()).await?;
    let read = services.iter().map(read).collect::<Read<_>>();
    read.map_err(|unusable| unusable.into_error(OPERATION, resource))
}

fn read(service: &types::ServiceConfiguration) -> Read<EndpointService> {
    Ok(EndpointService {
        id: required("serviceId", service.service_id())?.to_owned(),
        name: required("serviceName", service.service_name())?.to_owned(),
        state: required("serviceState", service.service_state())?.as_str().to_owned(),
        network_load_balancers: parse_all("networkLoadBalancerArns", service.network_load_balancer_arns())?,
    })
}
