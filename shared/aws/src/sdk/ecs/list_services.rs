//! ListServices.

use model::call::CallError;
use model::id::{ClusterArn, ServiceArn};
use model::observation::{Answer, Table};
use model::scope::ServiceId;

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::parse_all;

const OPERATION: &str = "ecs:ListServices";
const PAGE: i32 = 100;

impl AwsFact for Table<ClusterArn, Vec<ServiceId>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, clusters: &[ClusterArn]) -> Result<Found<Self>, CallError> {
        Found::by(clusters, |cluster| list_services(clients, cluster)).await
    }

    fn in_memory(world: &World, clusters: &[ClusterArn]) -> Found<Self> {
        Found::each(clusters, |cluster| {
            let of_cluster = || world.services.keys().filter(|id| id.cluster == *cluster).cloned().collect();
            world.in_cluster(cluster, || Answer::Known(of_cluster()))
        })
    }
}

pub(super) async fn list_services(clients: &Clients, cluster: &ClusterArn) -> Result<Vec<ServiceId>, CallError> {
    let request = clients.ecs().list_services().cluster(cluster.as_str());
    let pages = request.into_paginator().page_size(PAGE).items().send();
    let arns: Vec<String> = clients.send(OPERATION, cluster.as_str(), pages.collect()).await?;
    let arns: Vec<ServiceArn> =
        parse_all("serviceArns", arns).map_err(|unusable| unusable.into_error(OPERATION, cluster.as_str()))?;
    Ok(arns.iter().map(|arn| ServiceId::new(cluster, arn.name())).collect())
}
