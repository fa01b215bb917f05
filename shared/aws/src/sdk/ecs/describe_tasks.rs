//! DescribeTasks.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aws_sdk_ecs::types::{self, TaskField};
use model::call::CallError;
use model::ecs::{Task, TaskInterface};
use model::id::{ClusterArn, DeploymentId, SubnetId, TaskArn, TaskDefinitionArn};
use model::observation::Table;

use super::failure::answer_of;
use super::tags::tags;
use crate::api::{Answers, AwsFact, Found};
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::read::{Read, Repeated, answer, parse_optional, parse_required, required, time};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ecs:DescribeTasks";

impl AwsFact for Table<TaskArn, Task> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 100;

    fn cluster((cluster, _): &(ClusterArn, TaskArn)) -> Option<&ClusterArn> {
        Some(cluster)
    }

    async fn from_aws(clients: &Clients, asked: &[(ClusterArn, TaskArn)]) -> Result<Found<Self>, CallError> {
        let Some((cluster, tasks)) = in_one_cluster(asked) else { return Ok(Vec::new().into()) };
        Ok(describe_tasks(clients, cluster, &tasks).await?.into())
    }

    fn in_memory(world: &World, asked: &[(ClusterArn, TaskArn)]) -> Found<Self> {
        Found::each(asked, |(cluster, task)| world.in_cluster(cluster, || known_or_absent(world.tasks.get(task))))
    }
}

/// The cluster of what one request asks for, and the tasks.
pub(super) fn in_one_cluster(asked: &[(ClusterArn, TaskArn)]) -> Option<(&ClusterArn, Vec<TaskArn>)> {
    let (cluster, _) = asked.first()?;
    Some((cluster, asked.iter().map(|(_, task)| task.clone()).collect()))
}

pub(super) async fn describe_tasks(
    clients: &Clients,
    cluster: &ClusterArn,
    tasks: &[TaskArn],
) -> Result<Answers<TaskArn, Task>, CallError> {
    let arns = tasks.iter().map(ToString::to_string).collect();
    let request = clients.ecs().describe_tasks().cluster(cluster.as_str()).set_tasks(Some(arns));
    let response = clients.send(OPERATION, &resource_of(tasks), request.include(TaskField::Tags).send()).await?;

    let (asked, mut said) = (AskedTasks::about(tasks), TaskTexts::default());
    let failures = response.failures().iter().filter_map(|failure| {
        let (arn, _) = asked.about_this(failure.arn())?;
        Some((arn.clone(), answer_of(OPERATION, arn.as_str(), failure)))
    });
    let found = response.tasks().iter().filter_map(|task| {
        let (arn, told) = asked.about_this(task.task_arn())?;
        Some((arn.clone(), answer(OPERATION, arn.as_str(), read(told, task, &mut said))))
    });
    Ok(failures.chain(found).collect())
}

/// The tasks that were asked about, by their ids.
pub(super) struct AskedTasks<'a>(BTreeMap<&'a str, &'a TaskArn>);

impl<'a> AskedTasks<'a> {
    pub(super) fn about(tasks: &'a [TaskArn]) -> Self {
        Self(tasks.iter().map(|task| (task.id(), task)).collect())
    }

    /// The task, whichever form its ARN has in the answer, and that ARN.
    pub(super) fn about_this(&self, arn: Option<&str>) -> Option<(&'a TaskArn, TaskArn)> {
        let text = arn?;
        let asked = *self.0.get(text.rsplit('/').next()?)?;
        // It is kept once, as it nearly always has the form that was asked for.
        let told = if asked.as_str() == text { asked.clone() } else { text.parse().ok()? };
        Some((asked, told))
    }
}

/// What the tasks of an answer say alike.
#[derive(Default)]
struct TaskTexts {
    clusters: Repeated<ClusterArn>,
    task_definitions: Repeated<TaskDefinitionArn>,
    subnets: Repeated<SubnetId>,
    starters: Repeated<DeploymentId>,
}

fn read(arn: TaskArn, task: &types::Task, said: &mut TaskTexts) -> Read<Task> {
    Ok(Task {
        arn,
        cluster: said.clusters.required("clusterArn", task.cluster_arn())?,
        group: task.group().map(str::to_owned),
        started_by: said.starters.optional("startedBy", task.started_by())?,
        task_definition: said.task_definitions.optional("taskDefinitionArn", task.task_definition_arn())?,
        last_status: required("lastStatus", task.last_status())?.into(),
        desired_status: required("desiredStatus", task.desired_status())?.into(),
        // The SDK can't tell 0 from absent, and versions begin at 1.
        version: Some(task.version()).filter(|version| *version > 0),
        started_at: time(task.started_at()),
        stopped_at: time(task.stopped_at()),
        stopped_reason: task.stopped_reason().filter(|reason| !reason.is_empty()).map(Into::into),
        stop_code: task.stop_code().map(|code| code.as_str().into()),
        launch_type: task.launch_type().map(|value| value.as_str().into()),
        interfaces: interfaces(task, &mut said.subnets)?,
        tags: tags(task.tags()),
    })
}

/// The task's own network interfaces: attachments of the type that events call `eni` and the API
/// `ElasticNetworkInterface`. Other types stand beside them, in any order.
fn interfaces(task: &types::Task, subnets: &mut Repeated<SubnetId>) -> Read<Vec<TaskInterface>> {
    let is_interface =
        |attachment: &&types::Attachment| matches!(attachment.r#type(), Some("eni" | "ElasticNetworkInterface"));
    let attachments = task.attachments().iter().filter(is_interface);
    let mut interfaces = Vec::with_capacity(attachments.clone().count());
    for attachment in attachments {
        interfaces.push(interface(attachment, subnets)?);
    }
    for seen in task.containers().iter().flat_map(types::Container::network_interfaces) {
        let named = interfaces.iter().position(|one| Some(one.attachment.as_str()) == seen.attachment_id());
        let Some(interface) = interfaces.get_mut(named.unwrap_or(0)) else { break };
        // IPv6 addresses are told nowhere else.
        let ipv4 = parse_optional("containers.networkInterfaces.privateIpv4Address", seen.private_ipv4_address())?;
        let ipv6 = parse_optional("containers.networkInterfaces.ipv6Address", seen.ipv6_address())?;
        for address in [ipv4, ipv6].into_iter().flatten() {
            if !interface.addresses.contains(&address) {
                interface.addresses.push(address);
            }
        }
    }
    Ok(interfaces)
}

fn interface(attachment: &types::Attachment, subnets: &mut Repeated<SubnetId>) -> Read<TaskInterface> {
    let detail = |name: &str| {
        let details = attachment.details().iter();
        details.filter(|detail| detail.name() == Some(name)).find_map(types::KeyValuePair::value)
    };
    let address: Option<IpAddr> = parse_optional("privateIPv4Address", detail("privateIPv4Address"))?;
    Ok(TaskInterface {
        attachment: parse_required("attachments.id", attachment.id())?,
        network_interface: parse_optional("networkInterfaceId", detail("networkInterfaceId"))?,
        subnet: subnets.optional("subnetId", detail("subnetId"))?,
        addresses: address.into_iter().collect(),
    })
}
