//! ListClusters.

use model::call::CallError;
use model::ecs::ClusterList;
use model::observation::{All, Answer, Table, Unread};

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::parse;

const OPERATION: &str = "ecs:ListClusters";
const PAGE: i32 = 100;
const ALL: &str = "all clusters";

impl AwsFact for Table<All, ClusterList> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, asked: &[All]) -> Result<Found<Self>, CallError> {
        Found::by(asked, |_| list_clusters(clients)).await
    }

    fn in_memory(world: &World, asked: &[All]) -> Found<Self> {
        Found::each(asked, |_| Answer::Known(world.clusters.keys().cloned().collect::<Vec<_>>().into()))
    }
}

/// One whose ARN makes no sense is reported beside the others.
pub(super) async fn list_clusters(clients: &Clients) -> Result<ClusterList, CallError> {
    let pages = clients.ecs().list_clusters().into_paginator().page_size(PAGE).items().send();
    let arns: Vec<String> = clients.send(OPERATION, ALL, pages.collect()).await?;
    let mut list = ClusterList::default();
    for arn in arns {
        match parse("clusterArns", &arn) {
            Ok(arn) => list.clusters.push(arn),
            Err(odd) => list.odd = Some(Unread::from(&odd.into_error(OPERATION, ALL))),
        }
    }
    Ok(list)
}
