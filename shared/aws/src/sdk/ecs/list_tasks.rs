//! ListTasks.

use model::call::CallError;
use model::id::TaskArn;
use model::observation::{Answer, Table, TaskList};

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::parse_all;

const OPERATION: &str = "ecs:ListTasks";
const PAGE: i32 = 100;

impl AwsFact for Table<TaskList, Vec<TaskArn>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, lists: &[TaskList]) -> Result<Found<Self>, CallError> {
        Found::by(lists, |list| list_tasks(clients, list)).await
    }

    fn in_memory(world: &World, lists: &[TaskList]) -> Found<Self> {
        Found::each(lists, |list: &TaskList| {
            world.in_cluster(&list.cluster, || Answer::Known(world.listed_tasks(list)))
        })
    }
}

pub(super) async fn list_tasks(clients: &Clients, list: &TaskList) -> Result<Vec<TaskArn>, CallError> {
    let request = clients
        .ecs()
        .list_tasks()
        .cluster(list.cluster.as_str())
        .set_service_name(list.service.as_ref().map(|service| service.name.to_string()))
        .desired_status(list.desired.as_str().into());
    let pages = request.into_paginator().page_size(PAGE).items().send();
    let resource = list.to_string();
    let arns: Vec<String> = clients.send(OPERATION, &resource, pages.collect()).await?;
    let mut tasks: Vec<TaskArn> =
        parse_all("taskArns", arns).map_err(|unusable| unusable.into_error(OPERATION, &resource))?;
    // A task whose ARN names another cluster isn't in this one; asked there, it would only be unheard of.
    tasks.retain(|task| task.cluster_name().is_none_or(|name| name == list.cluster.name()));
    Ok(tasks)
}
