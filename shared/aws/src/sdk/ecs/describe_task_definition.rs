//! DescribeTaskDefinition.

use aws_sdk_ecs::types;
use model::call::{CallError, CallErrorKind};
use model::ec2::PortRange;
use model::ecs::{Container, NetworkMode, PortMapping, PortRangeMapping, TaskDefinition};
use model::id::TaskDefinitionArn;
use model::observation::Table;

use crate::api::{AwsFact, Found};
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::read::{Read, Unusable, count, parse_required, port, required};

const OPERATION: &str = "ecs:DescribeTaskDefinition";

impl AwsFact for Table<TaskDefinitionArn, TaskDefinition> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, arns: &[TaskDefinitionArn]) -> Result<Found<Self>, CallError> {
        Found::by(arns, |arn| describe_task_definition(clients, arn)).await
    }

    fn in_memory(world: &World, arns: &[TaskDefinitionArn]) -> Found<Self> {
        Found::each(arns, |arn| known_or_absent(world.task_definitions.get(arn)))
    }
}

pub(super) async fn describe_task_definition(
    clients: &Clients,
    arn: &TaskDefinitionArn,
) -> Result<TaskDefinition, CallError> {
    let request = clients.ecs().describe_task_definition().task_definition(arn.as_str());
    let response = clients.send(OPERATION, arn.as_str(), request.send()).await.map_err(told_by_its_text)?;
    required("taskDefinition", response.task_definition())
        .and_then(read)
        .map_err(|unusable| unusable.into_error(OPERATION, arn.as_str()))
}

/// ECS has no code for a task definition that doesn't exist, or no longer does, only this sentence.
fn told_by_its_text(error: CallError) -> CallError {
    let gone = error.code.as_deref() == Some("ClientException")
        && error.message.starts_with("Unable to describe task definition");
    if gone { CallError { kind: CallErrorKind::NotFound, ..error } } else { error }
}

fn read(definition: &types::TaskDefinition) -> Read<TaskDefinition> {
    Ok(TaskDefinition {
        arn: parse_required("taskDefinitionArn", definition.task_definition_arn())?,
        network_mode: definition.network_mode().map_or(NetworkMode::Bridge, |mode| mode.as_str().into()),
        containers: definition.container_definitions().iter().map(container).collect::<Read<_>>()?,
    })
}

fn container(container: &types::ContainerDefinition) -> Read<Container> {
    let ports = container.port_mappings().iter().map(port_mapping).filter_map(Result::transpose);
    let ranges = container.port_mappings().iter().map(port_range).filter_map(Result::transpose);
    Ok(Container {
        name: required("containerDefinitions.name", container.name())?.to_owned(),
        ports: ports.collect::<Read<_>>()?,
        port_ranges: ranges.collect::<Read<_>>()?,
        stop_timeout_seconds: container.stop_timeout().map(|seconds| count("stopTimeout", seconds)).transpose()?,
        balancer_names: balancer_names(container),
    })
}

/// `NAME.elb.REGION.amazonaws.com` wherever its definition names it, as part of a URL or alone. The rest of what it says, and
/// there may be secrets in it, isn't kept.
fn balancer_names(container: &types::ContainerDefinition) -> Vec<String> {
    let environment = container.environment().iter().filter_map(types::KeyValuePair::value);
    let texts = environment.chain(container.command().iter().chain(container.entry_point()).map(String::as_str));
    let is_name = |text: &&str| text.contains(".elb.") && text.contains(".amazonaws.com");
    let names = texts
        .flat_map(|text| text.split(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '-')));
    let mut names: Vec<String> =
        names.filter(is_name).map(|name| name.trim_end_matches('.').to_ascii_lowercase()).collect();
    names.sort();
    names.dedup();
    names
}

/// A range (`containerPortRange`) has no port of its own.
fn port_mapping(mapping: &types::PortMapping) -> Read<Option<PortMapping>> {
    let Some(container_port) = port("containerPort", mapping.container_port())? else { return Ok(None) };
    Ok(Some(PortMapping {
        container_port,
        host_port: port("hostPort", mapping.host_port())?,
        protocol: protocol(mapping),
        app_protocol: mapping.app_protocol().map(|protocol| protocol.as_str().to_owned()),
    }))
}

/// `8000-8010`.
fn port_range(mapping: &types::PortMapping) -> Read<Option<PortRangeMapping>> {
    let Some(text) = mapping.container_port_range() else { return Ok(None) };
    let unusable = || Unusable::new("containerPortRange", format!("{text:?} is not a range of ports"));
    let (from, to) = text.split_once('-').ok_or_else(unusable)?;
    let port = |text: &str| text.trim().parse().map_err(|_| unusable());
    let ports = PortRange { from: port(from)?, to: port(to)? };
    Ok(Some(PortRangeMapping { ports, protocol: protocol(mapping) }))
}

fn protocol(mapping: &types::PortMapping) -> String {
    mapping.protocol().map_or("tcp", types::TransportProtocol::as_str).to_owned()
}
