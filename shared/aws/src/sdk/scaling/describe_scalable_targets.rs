//! DescribeScalableTargets, of services' desired counts.

use aws_sdk_applicationautoscaling::types::{self, ScalableDimension, ServiceNamespace};
use model::call::CallError;
use model::observation::{All, Answer, Table};
use model::scaling::ScalableTarget;
use model::scope::ServiceId;

use crate::api::{Answers, AwsFact, Found};
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::read::{Read, Unusable, count};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "application-autoscaling:DescribeScalableTargets";
const PAGE: i32 = 50;

impl AwsFact for Table<All, Vec<ScalableTarget>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, asked: &[All]) -> Result<Found<Self>, CallError> {
        Found::by(asked, |_| all(clients)).await
    }

    fn in_memory(world: &World, asked: &[All]) -> Found<Self> {
        Found::each(asked, |_| Answer::Known(world.scalable_targets.clone()))
    }
}

impl AwsFact for Table<ServiceId, ScalableTarget> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 50;

    async fn from_aws(clients: &Clients, services: &[ServiceId]) -> Result<Found<Self>, CallError> {
        Ok(some(clients, services).await?.into())
    }

    fn in_memory(world: &World, services: &[ServiceId]) -> Found<Self> {
        Found::each(services, |id| known_or_absent(world.scalable_targets.iter().find(|one| one.is_for(id))))
    }
}

pub(super) async fn all(clients: &Clients) -> Result<Vec<ScalableTarget>, CallError> {
    describe(clients, None, "all services").await
}

/// Some. A service that isn't scaled is left out of the answer.
pub(super) async fn some(
    clients: &Clients,
    services: &[ServiceId],
) -> Result<Answers<ServiceId, ScalableTarget>, CallError> {
    // AWS takes no ids for "all".
    if services.is_empty() {
        return Ok(Vec::new());
    }
    let ids = services.iter().map(|id| format!("service/{}/{}", id.cluster.name(), id.name)).collect();
    let found = describe(clients, Some(ids), &resource_of(services)).await?;
    let answer = |id: &ServiceId| {
        let target = found.iter().find(|target| target.is_for(id));
        (id.clone(), target.map_or(Answer::Absent, |target| Answer::Known(target.clone())))
    };
    Ok(services.iter().map(answer).collect())
}

async fn describe(
    clients: &Clients,
    ids: Option<Vec<String>>,
    resource: &str,
) -> Result<Vec<ScalableTarget>, CallError> {
    let request = clients.scaling().describe_scalable_targets().service_namespace(ServiceNamespace::Ecs);
    let request = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount).set_resource_ids(ids);
    let pages = request.into_paginator().page_size(PAGE).items().send();
    let targets = clients.send(OPERATION, resource, pages.collect::<Result<Vec<_>, _>>()).await?;
    let read = targets.iter().map(read).collect::<Read<_>>();
    read.map_err(|unusable| unusable.into_error(OPERATION, resource))
}

/// `service/CLUSTER/NAME`.
fn read(target: &types::ScalableTarget) -> Read<ScalableTarget> {
    let id = target.resource_id();
    let names = id.strip_prefix("service/").and_then(|names| names.split_once('/'));
    let (cluster, service) = names.ok_or_else(|| Unusable::new("resourceId", format!("{id:?} is not a service's")))?;
    let suspended =
        |is: fn(&types::SuspendedState) -> Option<bool>| target.suspended_state().and_then(is) == Some(true);
    Ok(ScalableTarget {
        cluster: cluster.to_owned(),
        service: service.to_owned(),
        minimum: count("minCapacity", target.min_capacity())?,
        maximum: count("maxCapacity", target.max_capacity())?,
        scale_out_suspended: suspended(types::SuspendedState::dynamic_scaling_out_suspended),
        scale_in_suspended: suspended(types::SuspendedState::dynamic_scaling_in_suspended),
    })
}
