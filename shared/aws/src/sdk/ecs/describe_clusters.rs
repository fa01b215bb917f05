//! DescribeClusters.

use aws_sdk_ecs::types::{self, ClusterField};
use model::call::CallError;
use model::ecs::Cluster;
use model::id::ClusterArn;
use model::observation::Table;

use super::failure::answer_of;
use super::tags::tags;
use crate::api::{Answers, AwsFact, Found};
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::read::{Read, answer, count, parse_required, required};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ecs:DescribeClusters";

impl AwsFact for Table<ClusterArn, Cluster> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 100;

    async fn from_aws(clients: &Clients, clusters: &[ClusterArn]) -> Result<Found<Self>, CallError> {
        Ok(describe_clusters(clients, clusters).await?.into())
    }

    fn in_memory(world: &World, clusters: &[ClusterArn]) -> Found<Self> {
        Found::each(clusters, |arn| known_or_absent(world.clusters.get(arn)))
    }
}

pub(super) async fn describe_clusters(
    clients: &Clients,
    clusters: &[ClusterArn],
) -> Result<Answers<ClusterArn, Cluster>, CallError> {
    let arns = clusters.iter().map(ToString::to_string).collect();
    let request = clients.ecs().describe_clusters().set_clusters(Some(arns)).include(ClusterField::Tags);
    let response = clients.send(OPERATION, &resource_of(clusters), request.send()).await?;

    let failures = response.failures().iter().filter_map(|failure| {
        let arn: ClusterArn = failure.arn()?.parse().ok()?;
        let answer = answer_of(OPERATION, arn.as_str(), failure);
        Some((arn, answer))
    });
    let found = response.clusters().iter().filter_map(|cluster| {
        let arn: ClusterArn = cluster.cluster_arn()?.parse().ok()?;
        let answer = answer(OPERATION, arn.as_str(), read(cluster));
        Some((arn, answer))
    });
    Ok(failures.chain(found).collect())
}

fn read(cluster: &types::Cluster) -> Read<Cluster> {
    Ok(Cluster {
        arn: parse_required("clusterArn", cluster.cluster_arn())?,
        status: required("status", cluster.status())?.to_owned(),
        tasks: count("runningTasksCount", cluster.running_tasks_count())?
            .saturating_add(count("pendingTasksCount", cluster.pending_tasks_count())?),
        tags: tags(cluster.tags()),
    })
}
