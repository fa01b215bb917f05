//! ListServices.

use model::call::CallError;
use model::id::{ClusterArn, ServiceArn};
use model::scope::ServiceId;

use crate::sdk::Clients;
use crate::sdk::read::parse_all;

const OPERATION: &str = "ecs:ListServices";
const PAGE: i32 = 100;

pub(super) async fn list_services(clients: &Clients, cluster: &ClusterArn) -> Result<Vec<ServiceId>, CallError> {
    let request = clients.ecs().list_services().cluster(cluster.as_str());
    let pages = request.into_paginator().page_size(PAGE).items().send();
    let arns: Vec<String> = clients.send(OPERATION, cluster.as_str(), pages.collect()).await?;
    let arns: Vec<ServiceArn> =
        parse_all("serviceArns", arns).map_err(|unusable| unusable.into_error(OPERATION, cluster.as_str()))?;
    Ok(arns.iter().map(|arn| ServiceId::new(cluster, arn.name())).collect())
}
