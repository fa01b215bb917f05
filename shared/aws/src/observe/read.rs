//! One batch, read and filled in.

use std::collections::BTreeMap;
use std::fmt::Display;

use model::call::{CallError, CallErrorKind};
use model::observation::{Answer, Observation, Unread, UnreadKind};

use super::Sheet;
use super::batches::{Batch, Tagged};
use crate::api::{Account, Answers};

/// Reads a batch and fills in an answer for each of its questions, whatever happens.
pub(super) async fn read<A: Account>(account: &A, batch: Batch, sheet: &Sheet<'_>) {
    match batch {
        Batch::ListClusters => {
            let clusters = whole(account.list_clusters().await);
            sheet.fill(|o| o.clusters = Some(clusters));
        }
        Batch::Clusters(keys) => {
            let found = account.describe_clusters(&keys).await;
            sheet.fill(|o| put("ecs:DescribeClusters", &mut o.cluster, keys, found));
        }
        Batch::ListServices(cluster) => {
            let services = whole(account.list_services(&cluster).await);
            sheet.fill(|o| drop(o.services.insert(cluster, services)));
        }
        Batch::Services(cluster, keys) => {
            let found = account.describe_services(&cluster, &keys).await;
            sheet.fill(|o| put_in_cluster("ecs:DescribeServices", &mut o.service, keys, found));
        }
        Batch::ListTasks(list) => {
            let tasks = whole(account.list_tasks(&list).await);
            sheet.fill(|o| drop(o.task_lists.insert(list, tasks)));
        }
        Batch::Tasks(cluster, keys) => {
            let found = account.describe_tasks(&cluster, &keys).await;
            sheet.fill(|o| put_in_cluster("ecs:DescribeTasks", &mut o.task, keys, found));
        }
        Batch::TaskDefinition(arn) => {
            let definition = whole(account.describe_task_definition(&arn).await);
            sheet.fill(|o| drop(o.task_definition.insert(arn, definition)));
        }
        Batch::ServiceRevisions(keys) => {
            let found = account.describe_service_revisions(&keys).await;
            sheet.fill(|o| put("ecs:DescribeServiceRevisions", &mut o.service_revision, keys, found));
        }
        Batch::ListTargetGroups => list_target_groups(account, sheet).await,
        Batch::TargetGroups(keys) => {
            let found = account.describe_target_groups(&keys).await;
            sheet.fill(|o| put("elasticloadbalancing:DescribeTargetGroups", &mut o.target_group, keys, found));
        }
        Batch::TargetHealth(group) => {
            let health = whole(account.describe_target_health(&group).await);
            sheet.fill(|o| drop(o.target_health.insert(group, health)));
        }
        Batch::Tags(keys) => tags(account, keys, sheet).await,
        Batch::Subnets(keys) => {
            let found = account.describe_subnets(&keys).await;
            sheet.fill(|o| put("ec2:DescribeSubnets", &mut o.subnets, keys, known(found)));
        }
        Batch::Interfaces(keys) => {
            let found = account.describe_network_interfaces(&keys).await;
            sheet.fill(|o| put("ec2:DescribeNetworkInterfaces", &mut o.interfaces, keys, known(found)));
        }
    }
}

/// The list describes its groups too.
async fn list_target_groups<A: Account>(account: &A, sheet: &Sheet<'_>) {
    let groups = whole(account.describe_target_groups_all().await);
    sheet.fill(|o: &mut Observation| {
        o.target_groups = Some(match groups {
            Answer::Known(groups) => {
                let arns = groups.iter().map(|group| group.arn.clone()).collect();
                o.target_group.extend(groups.into_iter().map(|group| (group.arn.clone(), Answer::Known(group))));
                Answer::Known(arns)
            }
            Answer::Absent => Answer::Absent,
            Answer::Unread(unread) => Answer::Unread(unread),
        });
    });
}

async fn tags<A: Account>(account: &A, keys: Vec<Tagged>, sheet: &Sheet<'_>) {
    let arns: Vec<String> = keys.iter().map(|key| key.arn().to_owned()).collect();
    let found = account.describe_tags(&arns).await;
    let mut all = BTreeMap::new();
    put("elasticloadbalancing:DescribeTags", &mut all, arns, found);
    sheet.fill(|o: &mut Observation| {
        for key in keys {
            let Some(tags) = all.remove(key.arn()) else { continue };
            match key {
                Tagged::TargetGroup(arn) => drop(o.target_group_tags.insert(arn, tags)),
                Tagged::LoadBalancer(arn) => drop(o.load_balancer_tags.insert(arn, tags)),
            }
        }
    });
}

/// The answer to a question that has a call to itself.
fn whole<T>(outcome: Result<T, CallError>) -> Answer<T> {
    match outcome {
        Ok(value) => Answer::Known(value),
        Err(error) => of_error(&error),
    }
}

fn known<K, V>(outcome: Result<Vec<(K, V)>, CallError>) -> Result<Answers<K, V>, CallError> {
    Ok(outcome?.into_iter().map(|(key, value)| (key, Answer::Known(value))).collect())
}

/// Fills in an answer for each key that was asked about. A failed call is everyone's answer, but "not found" only the
/// answer of a key that was asked about alone: of several, it doesn't say which.
fn put<K: Ord + Clone + Display, V>(
    operation: &str,
    answers: &mut BTreeMap<K, Answer<V>>,
    keys: Vec<K>,
    outcome: Result<Answers<K, V>, CallError>,
) {
    match outcome {
        Ok(found) => {
            let mut found: BTreeMap<K, Answer<V>> = found.into_iter().collect();
            answers.extend(keys.into_iter().map(|key| {
                let answer = found.remove(&key).unwrap_or_else(|| unmentioned(operation, &key));
                (key, answer)
            }));
        }
        Err(error) if keys.len() == 1 => answers.extend(keys.into_iter().map(|key| (key, of_error(&error)))),
        Err(error) => answers.extend(keys.into_iter().map(|key| (key, Answer::Unread(Unread::from(&error))))),
    }
}

/// The same for things in one cluster: "not found" is said of the cluster, and so of all in it.
fn put_in_cluster<K: Ord + Clone + Display, V>(
    operation: &str,
    answers: &mut BTreeMap<K, Answer<V>>,
    keys: Vec<K>,
    outcome: Result<Answers<K, V>, CallError>,
) {
    match outcome {
        Err(error) => answers.extend(keys.into_iter().map(|key| (key, of_error(&error)))),
        found => put(operation, answers, keys, found),
    }
}

fn of_error<T>(error: &CallError) -> Answer<T> {
    match error.kind {
        CallErrorKind::NotFound => Answer::Absent,
        _ => Answer::Unread(Unread::from(error)),
    }
}

/// AWS says what it doesn't have. What it says nothing about may exist.
fn unmentioned<T>(operation: &str, key: &impl Display) -> Answer<T> {
    Answer::Unread(Unread {
        resource: key.to_string(),
        operation: operation.to_owned(),
        error: "the answer doesn't mention it".to_owned(),
        kind: UnreadKind::Refused,
    })
}
