//! One batch, read and filled in.

use std::collections::BTreeMap;
use std::fmt::Display;

use model::call::{CallError, CallErrorKind};
use model::id::VpcId;
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
        Batch::TaskProtection(cluster, keys) => {
            let found = account.get_task_protection(&cluster, &keys).await;
            sheet.fill(|o| put_in_cluster("ecs:GetTaskProtection", &mut o.task_protection, keys, found));
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
        Batch::TargetGroupAttributes(group) => {
            let attributes = whole(account.describe_target_group_attributes(&group).await);
            sheet.fill(|o| drop(o.target_group_attributes.insert(group, attributes)));
        }
        Batch::ListLoadBalancers => list_load_balancers(account, sheet).await,
        Batch::LoadBalancers(keys) => {
            let found = account.describe_load_balancers(&keys).await;
            sheet.fill(|o| put("elasticloadbalancing:DescribeLoadBalancers", &mut o.load_balancer, keys, found));
        }
        Batch::Listeners(balancer) => {
            let listeners = whole(account.describe_listeners(&balancer).await);
            sheet.fill(|o| drop(o.listeners.insert(balancer, listeners)));
        }
        Batch::LoadBalancerAttributes(balancer) => {
            let attributes = whole(account.describe_load_balancer_attributes(&balancer).await);
            sheet.fill(|o| drop(o.load_balancer_attributes.insert(balancer, attributes)));
        }
        Batch::AccountLimits => {
            let limits = whole(account.describe_account_limits().await);
            sheet.fill(|o| o.account_limits = Some(limits));
        }
        Batch::Tags(keys) => tags(account, keys, sheet).await,
        Batch::Subnets(keys) => {
            let found = account.describe_subnets(&keys).await;
            sheet.fill(|o| put("ec2:DescribeSubnets", &mut o.subnets, keys, known(found)));
        }
        Batch::InterfacesIn(keys) => {
            let found = account.describe_network_interfaces(&keys).await;
            sheet.fill(|o| put("ec2:DescribeNetworkInterfaces", &mut o.interfaces, keys, known(found)));
        }
        Batch::Interfaces(keys) => {
            let found = account.describe_network_interfaces_by_id(&keys).await;
            sheet.fill(|o| put("ec2:DescribeNetworkInterfaces", &mut o.interface, keys, found));
        }
        Batch::SecurityGroupsIn(keys) => security_groups_in(account, keys, sheet).await,
        Batch::SecurityGroups(keys) => {
            let found = account.describe_security_groups_by_id(&keys).await;
            sheet.fill(|o| put("ec2:DescribeSecurityGroups", &mut o.security_group, keys, found));
        }
        Batch::PrefixList(list) => {
            let entries = whole(account.get_managed_prefix_list_entries(&list).await);
            sheet.fill(|o| drop(o.prefix_list.insert(list, entries)));
        }
        Batch::ListScalableTargets => {
            let targets = whole(account.describe_scalable_targets_all().await);
            sheet.fill(|o| o.scalable_targets = Some(targets));
        }
        Batch::ScalableTargets(keys) => {
            let found = account.describe_scalable_targets(&keys).await;
            let operation = "application-autoscaling:DescribeScalableTargets";
            sheet.fill(|o| put(operation, &mut o.scalable_target, keys, found));
        }
    }
}

/// The list describes its groups too.
async fn list_target_groups<A: Account>(account: &A, sheet: &Sheet<'_>) {
    let groups = whole(account.describe_target_groups_all().await);
    sheet.fill(|o: &mut Observation| {
        o.target_groups = Some(describing(groups, &mut o.target_group, |group| group.arn.clone()));
    });
}

/// The list describes its balancers too.
async fn list_load_balancers<A: Account>(account: &A, sheet: &Sheet<'_>) {
    let balancers = whole(account.describe_load_balancers_all().await);
    sheet.fill(|o: &mut Observation| {
        o.load_balancers = Some(describing(balancers, &mut o.load_balancer, |balancer| balancer.arn.clone()));
    });
}

/// The lists describe their groups too.
async fn security_groups_in<A: Account>(account: &A, vpcs: Vec<VpcId>, sheet: &Sheet<'_>) {
    let found = known(account.describe_security_groups(&vpcs).await);
    let mut lists = BTreeMap::new();
    put("ec2:DescribeSecurityGroups", &mut lists, vpcs, found);
    sheet.fill(|o: &mut Observation| {
        for (vpc, list) in lists {
            let ids = describing(list, &mut o.security_group, |group| group.id.clone());
            o.security_groups.insert(vpc, ids);
        }
    });
}

/// A list that describes its items: their keys are the list's answer, and each is an answer of its own.
fn describing<K: Ord + Clone, V>(
    list: Answer<Vec<V>>,
    each: &mut BTreeMap<K, Answer<V>>,
    key: impl Fn(&V) -> K,
) -> Answer<Vec<K>> {
    match list {
        Answer::Known(items) => {
            let keys = items.iter().map(&key).collect();
            each.extend(items.into_iter().map(|item| (key(&item), Answer::Known(item))));
            Answer::Known(keys)
        }
        Answer::Absent => Answer::Absent,
        Answer::Unread(unread) => Answer::Unread(unread),
    }
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

/// AWS says what it doesn't have. What it says nothing about may exist, and the next answer may mention it: an answer cut
/// short must not end what asked for it (`test_message_ends_back_when_an_answer_leaves_out_what_it_needs`).
fn unmentioned<T>(operation: &str, key: &impl Display) -> Answer<T> {
    Answer::Unread(Unread {
        resource: key.to_string(),
        operation: operation.to_owned(),
        error: "the answer doesn't mention it".to_owned(),
        kind: UnreadKind::Passing,
    })
}
