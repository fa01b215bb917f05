//! ListClusters.

use model::call::CallError;
use model::id::ClusterArn;
use model::observation::{All, Answer, Table};

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::parse_all;

const OPERATION: &str = "ecs:ListClusters";
const PAGE: i32 = 100;

impl AwsFact for Table<All, Vec<ClusterArn>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, asked: &[All]) -> Result<Found<Self>, CallError> {
        Found::by(asked, |_| list_clusters(clients)).await
    }

    fn in_memory(world: &World, asked: &[All]) -> Found<Self> {
        Found::each(asked, |_| Answer::Known(world.clusters.keys().cloned().collect()))
    }
}

pub(super) async fn list_clusters(clients: &Clients) -> Result<Vec<ClusterArn>, CallError> {
    let pages = clients.ecs().list_clusters().into_paginator().page_size(PAGE).items().send();
    let arns: Vec<String> = clients.send(OPERATION, "all clusters", pages.collect()).await?;
    parse_all("clusterArns", arns).map_err(|unusable| unusable.into_error(OPERATION, "all clusters"))
}
