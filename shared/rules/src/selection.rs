//! From a scope to the services and target groups to judge.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::ecs::Service;
use model::id::{ClusterArn, TargetGroupArn, TaskArn};
use model::observation::{Desired, Gap, Lookup, TaskList};
use model::scope::{Scope, ServiceId, TaskHint, Unit};

use crate::judgement::Judgement;
use crate::registration::task_index::GroupAgain;
use crate::registration::{Use, certain_users, uses};

/// What is to be judged.
#[derive(Debug, Default)]
pub(crate) struct Selection<'a> {
    /// Services, each as deep as the scope asks.
    pub(crate) services: BTreeMap<ServiceId, Depth>,
    /// The services among them that were found.
    pub(crate) found: BTreeMap<ServiceId, &'a Service>,
    /// Clusters with all that runs in them, services or not.
    pub(crate) clusters: BTreeSet<ClusterArn>,
    /// Those of them whose tasks are listed in one, not service by service.
    pub(crate) listed: BTreeSet<ClusterArn>,
    /// Target groups named by the scope itself, beside those the services use.
    pub(crate) target_groups: BTreeSet<TargetGroupArn>,
    /// More services may be found once open questions are answered.
    pub(crate) pending: bool,
}

/// As many tasks are in a page of ListTasks, and in a request of DescribeTasks.
const TASKS_IN_ONE: u32 = 100;

/// How much of a service is to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The tasks of the scope, and these addresses that stopped ones among them are said to have had.
    Tasks(BTreeSet<IpAddr>),
    /// All of it.
    Whole,
}

/// What `scope` says is to be judged.
pub(crate) fn selection<'a>(lookup: &Lookup<'a>, scope: &Scope, judgement: &mut Judgement) -> Selection<'a> {
    let mut selection = Selection { target_groups: scope.target_groups.clone(), ..Selection::default() };
    let mut clusters = scope.clusters.clone();
    if scope.everything {
        let all = selection.keep(judgement, || Unit::Everything, lookup.cluster_list());
        if let Some(odd) = all.and_then(|all| all.odd.as_ref()) {
            judgement.abstain(Unit::Everything, Gap::Unread(odd));
        }
        clusters.extend(all.into_iter().flat_map(|all| &all.clusters).cloned());
        let all = selection.keep(judgement, || Unit::Everything, lookup.target_groups());
        selection.target_groups.extend(all.into_iter().flatten().cloned());
    }
    for cluster in &clusters {
        let services = selection.keep(judgement, || Unit::Cluster(cluster.clone()), lookup.services(cluster));
        selection.services.extend(services.into_iter().flatten().map(|id| (id.clone(), Depth::Whole)));
    }
    selection.clusters = clusters;
    selection.services.extend(scope.services.iter().map(|id| (id.clone(), Depth::Whole)));
    for (arn, hint) in &scope.tasks {
        add_task(&mut selection, lookup, arn, hint, judgement);
    }
    for group in &scope.target_groups {
        let users = selection.keep(judgement, || Unit::TargetGroup(group.clone()), certain_users(lookup, group));
        selection.services.extend(users.into_iter().flatten().map(|(id, _)| (id, Depth::Whole)));
    }
    let services: Vec<ServiceId> = selection.services.keys().cloned().collect();
    for id in services {
        let service = selection.keep(judgement, || Unit::Service(id.clone()), lookup.service(&id));
        selection.found.extend(service.flatten().map(|service| (id, service)));
    }
    selection
}

/// What of `scope` leads to one group that is judged again: the services that use it, each as deep as the scope asks.
pub(crate) fn of_group<'a>(
    lookup: &Lookup<'a>,
    scope: &Scope,
    again: GroupAgain<'_>,
    judgement: &mut Judgement,
) -> Selection<'a> {
    // As they were listed, so they are.
    let listed = again.listed.clone();
    let mut selection = Selection { target_groups: [again.group.clone()].into(), listed, ..Selection::default() };
    for id in again.users {
        let service = selection.keep(judgement, || Unit::Service(id.clone()), lookup.service(id)).flatten();
        if is_whole(lookup, scope, id, service) {
            selection.services.insert(id.clone(), Depth::Whole);
        }
        selection.found.extend(service.map(|service| (id.clone(), service)));
    }
    for (arn, hint) in again.users.iter().flat_map(|user| again.index.hints(user)) {
        add_task(&mut selection, lookup, arn, hint, judgement);
    }
    selection
}

/// Does the scope ask for all of the service, and not only for tasks of it?
fn is_whole(lookup: &Lookup<'_>, scope: &Scope, id: &ServiceId, service: Option<&Service>) -> bool {
    let of_group =
        |service: &Service| scope.target_groups.iter().any(|group| uses(lookup, service, group) == Ok(Use::Yes));
    scope.everything
        || scope.clusters.contains(&id.cluster)
        || scope.services.contains(id)
        || service.is_some_and(of_group)
}

impl Selection<'_> {
    /// Decides how the tasks of whole clusters are listed: in one, where that takes no more requests or is done anyway, or
    /// by each service that is behind a balancer. Both ways find the same tasks of those services.
    pub(crate) fn plan_lists(&mut self, anyway: bool) {
        let listed = self.clusters.iter().filter(|cluster| anyway || self.is_cheaper_in_one(cluster)).cloned();
        self.listed = listed.collect();
    }

    fn is_cheaper_in_one(&self, cluster: &ClusterArn) -> bool {
        let count = |service: &Service| service.running_count.saturating_add(service.pending_count);
        let here = self.found.iter().filter(|(id, _)| id.cluster == *cluster).map(|(_, service)| *service);
        let balanced = here.clone().filter(|service| service.named_target_groups().next().is_some()).map(count);
        let requests = |tasks: u32| tasks.div_ceil(TASKS_IN_ONE);
        let by_service = balanced.clone().map(|tasks| requests(tasks).max(1)).sum::<u32>() + requests(balanced.sum());
        let all = requests(here.map(count).sum());
        all.max(1) + all <= by_service
    }

    /// The list in which all tasks of this service are that ECS wants to run.
    pub(crate) fn running(&self, id: &ServiceId) -> TaskList {
        let service = Some(id.clone()).filter(|id| !self.listed.contains(&id.cluster));
        TaskList { cluster: id.cluster.clone(), service, desired: Desired::Running }
    }

    /// The value, or a note why there is none.
    fn keep<T>(
        &mut self,
        judgement: &mut Judgement,
        about: impl FnOnce() -> Unit,
        answer: Result<T, Gap<'_>>,
    ) -> Option<T> {
        self.pending |= matches!(answer, Err(Gap::Pending));
        judgement.keep(about, answer)
    }
}

/// A task is looked at through its service: the one AWS says it belongs to, and the one the event said if AWS doesn't know
/// the task any more.
fn add_task(
    selection: &mut Selection<'_>,
    lookup: &Lookup<'_>,
    arn: &TaskArn,
    hint: &TaskHint,
    judgement: &mut Judgement,
) {
    let answer = lookup.task(&hint.cluster, arn);
    // Where asking again helps, the message comes back. Where it doesn't, as with an answer that leaves the task out, its
    // service is looked at all the same: what the event says of the task proves nothing by itself.
    let is_final = match &answer {
        Ok(_) => true,
        Err(Gap::Unread(unread)) => !unread.kind.may_pass(),
        Err(Gap::Pending) => false,
    };
    let task = selection.keep(judgement, || Unit::Task(arn.clone()), answer).flatten();
    if !is_final {
        return;
    }
    let service = match task {
        Some(task) => task.service_name().map(|name| ServiceId::new(&task.cluster, name)),
        None => hint.service.clone(),
    };
    let Some(service) = service else { return };
    let depth = selection.services.entry(service).or_insert_with(|| Depth::Tasks(BTreeSet::new()));
    if let Depth::Tasks(addresses) = depth
        && task.is_none_or(|task| !task.is_live())
    {
        addresses.extend(hint.addresses.iter().copied());
        addresses.extend(task.into_iter().flat_map(|task| task.addresses()));
    }
}
