//! GetTaskProtection.

use aws_sdk_ecs::types;
use model::call::CallError;
use model::ecs::TaskProtection;
use model::id::{ClusterArn, TaskArn};
use model::observation::{Answer, Table};

use super::describe_tasks::{AskedTasks, in_one_cluster};
use super::failure::answer_of;
use crate::api::{Answers, AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::time;
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ecs:GetTaskProtection";

impl AwsFact for Table<TaskArn, TaskProtection> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 100;

    fn cluster((cluster, _): &(ClusterArn, TaskArn)) -> Option<&ClusterArn> {
        Some(cluster)
    }

    async fn from_aws(clients: &Clients, asked: &[(ClusterArn, TaskArn)]) -> Result<Found<Self>, CallError> {
        let Some((cluster, tasks)) = in_one_cluster(asked) else { return Ok(Vec::new().into()) };
        Ok(get_task_protection(clients, cluster, &tasks).await?.into())
    }

    fn in_memory(world: &World, asked: &[(ClusterArn, TaskArn)]) -> Found<Self> {
        Found::each(asked, |(cluster, task)| world.in_cluster(cluster, || world.protection_of(task)))
    }
}

pub(super) async fn get_task_protection(
    clients: &Clients,
    cluster: &ClusterArn,
    tasks: &[TaskArn],
) -> Result<Answers<TaskArn, TaskProtection>, CallError> {
    let arns = tasks.iter().map(ToString::to_string).collect();
    let request = clients.ecs().get_task_protection().cluster(cluster.as_str()).set_tasks(Some(arns));
    let response = clients.send(OPERATION, &resource_of(tasks), request.send()).await?;

    let asked = AskedTasks::about(tasks);
    let failures = response.failures().iter().filter_map(|failure| {
        let (arn, _) = asked.about_this(failure.arn())?;
        Some((arn.clone(), answer_of(OPERATION, arn.as_str(), failure)))
    });
    let found = response.protected_tasks().iter().filter_map(|task| {
        let (arn, _) = asked.about_this(task.task_arn())?;
        Some((arn.clone(), Answer::Known(read(task))))
    });
    Ok(failures.chain(found).collect())
}

fn read(task: &types::ProtectedTask) -> TaskProtection {
    TaskProtection { enabled: task.protection_enabled(), until: time(task.expiration_date()) }
}
