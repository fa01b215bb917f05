//! ListClusters.

use model::call::CallError;
use model::id::ClusterArn;

use crate::sdk::Clients;
use crate::sdk::read::parse_all;

const OPERATION: &str = "ecs:ListClusters";
const PAGE: i32 = 100;

pub(super) async fn list_clusters(clients: &Clients) -> Result<Vec<ClusterArn>, CallError> {
    let pages = clients.ecs().list_clusters().into_paginator().page_size(PAGE).items().send();
    let arns: Vec<String> = clients.send(OPERATION, "all clusters", pages.collect()).await?;
    parse_all("clusterArns", arns).map_err(|unusable| unusable.into_error(OPERATION, "all clusters"))
}
