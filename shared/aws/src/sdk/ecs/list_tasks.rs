//! ListTasks.

use aws_sdk_ecs::operation::list_tasks::ListTasksError;
use aws_sdk_ecs::operation::list_tasks::paginator::ListTasksPaginator;
use model::call::CallError;
use model::id::{ClusterArn, TaskArn};
use model::observation::{Answer, AwsFacts, Desired, Table, TaskList};

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::parse_all;

const OPERATION: &str = "ecs:ListTasks";
const PAGE: i32 = 100;
const TASKS_IN_PAGE: usize = 100;

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

impl AwsFact for Table<ClusterArn, bool> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, asked: &[(usize, ClusterArn)]) -> Result<Found<Self>, CallError> {
        let mut lists = Vec::with_capacity(asked.len());
        for (pages, cluster) in asked {
            lists.push((cluster.clone(), list_within(clients, &stopped(cluster), *pages).await?));
        }
        Ok(in_one(lists))
    }

    fn in_memory(world: &World, asked: &[(usize, ClusterArn)]) -> Found<Self> {
        let all = asked.iter().filter(|(_, cluster)| world.clusters.contains_key(cluster));
        let mut found = in_one(all.map(|(pages, cluster)| {
            let tasks = world.listed_tasks(&stopped(cluster));
            (cluster.clone(), Some(tasks).filter(|tasks| tasks.len().div_ceil(TASKS_IN_PAGE) <= *pages))
        }));
        let gone = asked.iter().filter(|(_, cluster)| !world.clusters.contains_key(cluster));
        found.answers.extend(gone.map(|(_, cluster)| (cluster.clone(), Answer::Absent)));
        found
    }
}

/// The answers, and the lists that were found.
fn in_one(lists: impl IntoIterator<Item = (ClusterArn, Option<Vec<TaskArn>>)>) -> Found<Table<ClusterArn, bool>> {
    let lists: Vec<_> = lists.into_iter().collect();
    let answers = lists.iter().map(|(cluster, tasks)| (cluster.clone(), Answer::Known(tasks.is_some()))).collect();
    let note = move |facts: &mut AwsFacts| {
        for (cluster, tasks) in lists {
            if let Some(tasks) = tasks {
                facts.tasks.insert(stopped(&cluster), Answer::Known(tasks));
            }
        }
    };
    Found { answers, besides: Some(Box::new(note)) }
}

fn stopped(cluster: &ClusterArn) -> TaskList {
    TaskList { cluster: cluster.clone(), service: None, desired: Desired::Stopped }
}

pub(super) async fn list_tasks(clients: &Clients, list: &TaskList) -> Result<Vec<TaskArn>, CallError> {
    let pages = request(clients, list).items().send();
    let resource = list.to_string();
    let arns: Vec<String> = clients.send(OPERATION, &resource, pages.collect()).await?;
    in_cluster(list, arns)
}

/// The list, if it is no longer than so many pages.
pub(super) async fn list_within(
    clients: &Clients,
    list: &TaskList,
    pages: usize,
) -> Result<Option<Vec<TaskArn>>, CallError> {
    let mut all = request(clients, list).send();
    let first = async {
        let mut arns = Vec::new();
        for _ in 0..pages {
            let Some(page) = all.next().await.transpose()? else { return Ok(Some(arns)) };
            arns.extend(page.task_arns().iter().cloned());
            if page.next_token().is_none_or(str::is_empty) {
                return Ok(Some(arns));
            }
        }
        Ok(None)
    };
    let arns = clients.send::<_, ListTasksError>(OPERATION, &list.to_string(), first).await?;
    arns.map(|arns| in_cluster(list, arns)).transpose()
}

fn request(clients: &Clients, list: &TaskList) -> ListTasksPaginator {
    let request = clients
        .ecs()
        .list_tasks()
        .cluster(list.cluster.as_str())
        .set_service_name(list.service.as_ref().map(|service| service.name.to_string()))
        .desired_status(list.desired.as_str().into());
    request.into_paginator().page_size(PAGE)
}

fn in_cluster(list: &TaskList, arns: Vec<String>) -> Result<Vec<TaskArn>, CallError> {
    let parsed = parse_all("taskArns", arns).map_err(|unusable| unusable.into_error(OPERATION, &list.to_string()));
    let mut tasks: Vec<TaskArn> = parsed?;
    // A task whose ARN names another cluster isn't in this one; asked there, it would only be unheard of.
    tasks.retain(|task| task.cluster_name().is_none_or(|name| name == list.cluster.name()));
    Ok(tasks)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::Client;
    use aws_sdk_ecs::operation::list_tasks::ListTasksOutput;
    use aws_sdk_ecs::types::error::ClusterNotFoundException;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use aws_smithy_types::retry::RetryConfig;

    use super::*;
    use crate::api::Account as _;

    /// Two pages, of which the second may fail.
    async fn within(pages: usize, fails: bool) -> Result<(Answer<bool>, Option<usize>), CallError> {
        let cluster: ClusterArn = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().unwrap();
        let page = |id: &str, token: Option<&str>| {
            let arn = format!("arn:aws:ecs:eu-central-1:111122223333:task/prod/{id}");
            ListTasksOutput::builder().task_arns(arn).set_next_token(token.map(str::to_owned)).build()
        };
        let first = mock!(Client::list_tasks)
            .match_requests(|request| {
                let of_cluster = request.service_name().is_none() && request.max_results() == Some(100);
                of_cluster && request.next_token().is_none() && request.desired_status().unwrap().as_str() == "STOPPED"
            })
            .then_output(move || page("a", Some("more")));
        let second = mock!(Client::list_tasks).match_requests(|request| request.next_token() == Some("more"));
        let second = match fails {
            true => second
                .then_error(|| ListTasksError::ClusterNotFoundException(ClusterNotFoundException::builder().build())),
            false => second.then_output(move || page("b", None)),
        };
        let clients: Clients = mock_client!(aws_sdk_ecs, RuleMode::MatchAny, [&first, &second], |config| config
            .retry_config(RetryConfig::disabled()))
        .into();
        let found = clients.read::<Table<ClusterArn, bool>>(&[(pages, cluster.clone())]).await?;
        let mut facts = AwsFacts::default();
        found.besides.unwrap()(&mut facts);
        let (_, answer) = found.answers.into_iter().next().unwrap();
        Ok((answer, facts.tasks.known(&stopped(&cluster)).map(Vec::len)))
    }

    #[tokio::test]
    async fn a_list_within_so_many_pages_is_whole_or_none() {
        assert_eq!(within(1, false).await, Ok((Answer::Known(false), None)));
        for pages in [2, 3] {
            assert_eq!(within(pages, false).await, Ok((Answer::Known(true), Some(2))));
        }
        assert_eq!(within(1, true).await, Ok((Answer::Known(false), None)));
        assert!(within(2, true).await.is_err());
    }
}
