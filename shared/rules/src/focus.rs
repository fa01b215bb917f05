//! From a scope to the services and target groups to judge.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::ecs::Service;
use model::id::{ClusterArn, TargetGroupArn, TaskArn};
use model::observation::Lookup;
use model::scope::{Scope, ServiceId, TaskHint, Unit};

use crate::judgement::Judgement;
use crate::registration::users;

/// What is to be judged.
#[derive(Debug, Default)]
pub(crate) struct Focus<'a> {
    /// Services, each as deep as the scope asks.
    pub(crate) services: BTreeMap<ServiceId, Depth>,
    /// The services among them that were found.
    pub(crate) found: BTreeMap<ServiceId, &'a Service>,
    /// Target groups named by the scope itself, beside those the services use.
    pub(crate) target_groups: BTreeSet<TargetGroupArn>,
}

/// How much of a service is to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Depth {
    /// These tasks, and these addresses that stopped tasks are said to have had.
    Tasks(BTreeMap<TaskArn, ClusterArn>, BTreeSet<IpAddr>),
    /// All of it.
    Whole,
}

/// What `scope` says is to be judged.
pub(crate) fn focus<'a>(lookup: &Lookup<'a>, scope: &Scope, judgement: &mut Judgement) -> Focus<'a> {
    let mut focus = Focus { target_groups: scope.target_groups.clone(), ..Focus::default() };
    let mut clusters = scope.clusters.clone();
    if scope.everything {
        let all = judgement.keep(|| Unit::Everything, lookup.clusters());
        clusters.extend(all.into_iter().flatten().cloned());
        let all = judgement.keep(|| Unit::Everything, lookup.target_groups());
        focus.target_groups.extend(all.into_iter().flatten().cloned());
    }
    for cluster in clusters {
        let services = judgement.keep(|| Unit::Cluster(cluster.clone()), lookup.services(&cluster));
        focus.services.extend(services.into_iter().flatten().map(|id| (id.clone(), Depth::Whole)));
    }
    focus.services.extend(scope.services.iter().map(|id| (id.clone(), Depth::Whole)));
    for (arn, hint) in &scope.tasks {
        add_task(&mut focus, lookup, arn, hint, judgement);
    }
    for group in &scope.target_groups {
        let users = judgement.keep(|| Unit::TargetGroup(group.clone()), users(lookup, group));
        focus.services.extend(users.into_iter().flatten().map(|(id, _)| (id, Depth::Whole)));
    }
    for id in focus.services.keys() {
        let service = judgement.keep(|| Unit::Service(id.clone()), lookup.service(id));
        focus.found.extend(service.flatten().map(|service| (id.clone(), service)));
    }
    focus
}

/// A task is looked at through its service: the one AWS says it belongs to, and the one the event said if AWS doesn't know
/// the task any more.
fn add_task(focus: &mut Focus<'_>, lookup: &Lookup<'_>, arn: &TaskArn, hint: &TaskHint, judgement: &mut Judgement) {
    let Some(task) = judgement.keep(|| Unit::Task(arn.clone()), lookup.task(&hint.cluster, arn)) else { return };
    let service = match task {
        Some(task) => task.service_name().map(|name| ServiceId::new(&task.cluster, name)),
        None => hint.service.clone(),
    };
    let Some(service) = service else { return };
    let depth = focus.services.entry(service).or_insert_with(|| Depth::Tasks(BTreeMap::new(), BTreeSet::new()));
    if let Depth::Tasks(tasks, addresses) = depth {
        tasks.insert(arn.clone(), hint.cluster.clone());
        if task.is_none_or(|task| !task.is_live()) {
            addresses.extend(hint.addresses.iter().copied());
            addresses.extend(task.into_iter().flat_map(|task| task.addresses()));
        }
    }
}
