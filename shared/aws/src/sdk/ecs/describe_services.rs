//! DescribeServices.

use aws_sdk_ecs::types::{self, ServiceField};
use model::call::CallError;
use model::ecs::{Deployment, DeploymentController, DeploymentPercents, Service, ServiceEvent, Strategy, TaskSet};
use model::id::{ClusterArn, ServiceArn, ServiceRevisionArn};
use model::observation::Table;
use model::scope::ServiceId;

use super::failure::answer_of;
use super::load_balancer::load_balancers;
use super::network::network;
use super::tags::tags;
use crate::api::{Answers, AwsFact, Found};
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::read::{Read, answer, count, parse_optional, parse_required, required, time};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ecs:DescribeServices";

impl AwsFact for Table<ServiceId, Service> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 10;

    fn cluster(id: &ServiceId) -> Option<&ClusterArn> {
        Some(&id.cluster)
    }

    async fn from_aws(clients: &Clients, services: &[ServiceId]) -> Result<Found<Self>, CallError> {
        let Some(cluster) = services.first().map(|service| &service.cluster) else { return Ok(Vec::new().into()) };
        Ok(describe_services(clients, cluster, services).await?.into())
    }

    fn in_memory(world: &World, services: &[ServiceId]) -> Found<Self> {
        Found::each(services, |id: &ServiceId| {
            world.in_cluster(&id.cluster, || known_or_absent(world.services.get(id)))
        })
    }
}

pub(super) async fn describe_services(
    clients: &Clients,
    cluster: &ClusterArn,
    services: &[ServiceId],
) -> Result<Answers<ServiceId, Service>, CallError> {
    let names = services.iter().map(|service| service.name.to_string()).collect();
    let request = clients.ecs().describe_services().cluster(cluster.as_str()).set_services(Some(names));
    let response = clients.send(OPERATION, &resource_of(services), request.include(ServiceField::Tags).send()).await?;

    let failures = response.failures().iter().filter_map(|failure| {
        let id = id_of(cluster, failure.arn())?;
        let answer = answer_of(OPERATION, &id.to_string(), failure);
        Some((id, answer))
    });
    let found = response.services().iter().filter_map(|service| {
        let id = id_of(cluster, service.service_arn())?;
        let answer = answer(OPERATION, &id.to_string(), read(service));
        Some((id, answer))
    });
    Ok(failures.chain(found).collect())
}

/// The service an ARN of either form names; ARNs of the old form don't tell the cluster, and all are of the one asked.
fn id_of(cluster: &ClusterArn, arn: Option<&str>) -> Option<ServiceId> {
    let arn: ServiceArn = arn?.parse().ok()?;
    Some(ServiceId::new(cluster, arn.name()))
}

fn read(service: &types::Service) -> Read<Service> {
    let controller = service.deployment_controller().map(|controller| controller.r#type().as_str());
    let strategy = service.deployment_configuration().and_then(types::DeploymentConfiguration::strategy);
    let revision = |summary: &types::ServiceCurrentRevisionSummary| -> Read<ServiceRevisionArn> {
        parse_required("currentServiceRevisions.arn", summary.arn())
    };
    let providers = service.capacity_provider_strategy().iter();
    let grace = service.health_check_grace_period_seconds();
    let grace = grace.map(|seconds| count("healthCheckGracePeriodSeconds", seconds));
    Ok(Service {
        arn: parse_required("serviceArn", service.service_arn())?,
        cluster: parse_required("clusterArn", service.cluster_arn())?,
        status: required("status", service.status())?.into(),
        controller: controller.map_or(DeploymentController::Ecs, Into::into),
        strategy: strategy.map_or(Strategy::Rolling, |strategy| strategy.as_str().into()),
        desired_count: count("desiredCount", service.desired_count())?,
        running_count: count("runningCount", service.running_count())?,
        pending_count: count("pendingCount", service.pending_count())?,
        task_definition: parse_optional("taskDefinition", service.task_definition())?,
        load_balancers: load_balancers(service.load_balancers())?,
        deployments: service.deployments().iter().map(deployment).collect::<Read<_>>()?,
        task_sets: service.task_sets().iter().map(task_set).collect::<Read<_>>()?,
        current_revisions: service.current_service_revisions().iter().map(revision).collect::<Read<_>>()?,
        has_current_deployment: service.current_service_deployment().is_some_and(|arn| !arn.is_empty()),
        network: network(service.network_configuration())?,
        percents: percents(service.deployment_configuration())?,
        launch_type: service.launch_type().map(|value| value.as_str().to_owned()),
        capacity_providers: providers.map(|item| item.capacity_provider().to_owned()).collect(),
        health_check_grace_seconds: grace.transpose()?,
        events: events(service.events()),
        tags: tags(service.tags()),
    })
}

/// What the messages that tell of trouble have in common, see "Amazon ECS service event messages" in the developer guide. AWS
/// answers with the newest 100; of a healthy service they say that it is in a steady state, over and over.
const TROUBLE: [&str; 6] = ["unable", "failed", "unhealthy", "insufficient", "rolling back", "throttl"];

/// So many are kept of each service.
const EVENTS: usize = 5;

fn events(events: &[types::ServiceEvent]) -> Vec<ServiceEvent> {
    let tells = |message: &str| TROUBLE.iter().any(|word| message.contains(word));
    let of_trouble = events.iter().filter_map(|event| {
        let message = event.message().filter(|message| tells(message))?;
        Some(ServiceEvent { at: time(event.created_at()), message: message.to_owned() })
    });
    of_trouble.take(EVENTS).collect()
}

fn percents(configuration: Option<&types::DeploymentConfiguration>) -> Read<DeploymentPercents> {
    let default = DeploymentPercents::default();
    let minimum = configuration.and_then(types::DeploymentConfiguration::minimum_healthy_percent);
    let maximum = configuration.and_then(types::DeploymentConfiguration::maximum_percent);
    Ok(DeploymentPercents {
        minimum_healthy: minimum.map_or(Ok(default.minimum_healthy), |value| count("minimumHealthyPercent", value))?,
        maximum: maximum.map_or(Ok(default.maximum), |value| count("maximumPercent", value))?,
    })
}

fn deployment(deployment: &types::Deployment) -> Read<Deployment> {
    Ok(Deployment {
        id: parse_required("deployments.id", deployment.id())?,
        status: required("deployments.status", deployment.status())?.into(),
        rollout_state: deployment.rollout_state().map(|state| state.as_str().into()),
        task_definition: parse_optional("deployments.taskDefinition", deployment.task_definition())?,
        desired_count: count("deployments.desiredCount", deployment.desired_count())?,
        running_count: count("deployments.runningCount", deployment.running_count())?,
        pending_count: count("deployments.pendingCount", deployment.pending_count())?,
        created_at: time(deployment.created_at()),
        network: network(deployment.network_configuration())?,
    })
}

fn task_set(set: &types::TaskSet) -> Read<TaskSet> {
    Ok(TaskSet {
        id: parse_required("taskSets.id", set.id())?,
        status: required("taskSets.status", set.status())?.into(),
        task_definition: parse_optional("taskSets.taskDefinition", set.task_definition())?,
        load_balancers: load_balancers(set.load_balancers())?,
        network: network(set.network_configuration())?,
    })
}
