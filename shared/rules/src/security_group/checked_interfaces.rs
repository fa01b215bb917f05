//! The task interfaces under judgement, each with the groups it really has.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use model::ec2::NetworkInterface;
use model::ecs::{AwsvpcConfiguration, DeploymentStatus, Service, Task, TaskStatus};
use model::id::{ClusterArn, NetworkInterfaceId, SecurityGroupId, TaskArn, VpcId};
use model::observation::{Desired, Gap, Lookup, TaskList, Unread, UnreadKind};
use model::policy::{Policy, SecurityGroupPolicy};
use model::scope::{Scope, ServiceId, Unit};
use rustc_hash::FxHashMap;

use crate::judgement::Judgement;
use crate::selection::{Depth, Selection};

/// Tasks that one policy applies to: those of a service, or one of no service.
pub(crate) struct ServiceTasks<'a> {
    /// Their cluster.
    pub(crate) cluster: ClusterArn,
    /// Their service; `None` for a task of no service.
    pub(crate) id: Option<ServiceId>,
    /// The service, unless it is gone.
    pub(crate) service: Option<&'a Service>,
    /// What the policy says of them.
    pub(crate) policy: SecurityGroupPolicy,
    /// The whole service is looked at, and not only tasks of it that events named.
    pub(crate) is_whole: bool,
    /// Their interfaces, as far as they could be read.
    pub(crate) checked_interfaces: Vec<CheckedInterface<'a>>,
    /// Some of their interfaces come with the next round of reading.
    pub(crate) is_pending: bool,
}

/// A live task's interface.
pub(crate) struct CheckedInterface<'a> {
    /// The task.
    pub(crate) task: &'a Task,
    /// The interface, with the groups it has.
    pub(crate) interface: &'a NetworkInterface,
}

impl ServiceTasks<'_> {
    /// In words: `prod/web`, or the task's id.
    pub(crate) fn name(&self) -> String {
        match (&self.id, self.checked_interfaces.first()) {
            (Some(id), _) => id.to_string(),
            (None, Some(checked)) => format!("task {}", checked.task.arn.short_id()),
            (None, None) => self.cluster.name().to_owned(),
        }
    }

    /// In a sentence: `tasks of prod/web`, or `task 9ecb8b2c`.
    pub(crate) fn in_words(&self) -> String {
        match &self.id {
            Some(id) => format!("tasks of {id}"),
            None => self.name(),
        }
    }

    /// What a judgement of all of them is about.
    pub(crate) fn unit(&self) -> Unit {
        match (&self.id, self.checked_interfaces.first()) {
            (Some(id), _) => Unit::Service(id.clone()),
            (None, Some(checked)) => Unit::Task(checked.task.arn.clone()),
            (None, None) => Unit::Cluster(self.cluster.clone()),
        }
    }

    /// The VPCs their interfaces are in; one, as a rule.
    pub(crate) fn vpcs(&self) -> Vec<&VpcId> {
        let mut vpcs: Vec<&VpcId> = self.checked_interfaces.iter().map(|checked| &checked.interface.vpc).collect();
        vpcs.sort();
        vpcs.dedup();
        vpcs
    }

    /// The VPCs of the target groups that the service names, as far as they are known: their load balancers are there.
    pub(crate) fn group_vpcs<'a>(&self, lookup: &Lookup<'a>) -> BTreeSet<&'a VpcId> {
        let groups = self.service.into_iter().flat_map(Service::named_target_groups);
        groups.filter_map(|arn| lookup.target_group(arn).ok().flatten()?.vpc.as_ref()).collect()
    }
}

impl CheckedInterface<'_> {
    /// Has it this group?
    pub(crate) fn has(&self, group: &SecurityGroupId) -> bool {
        self.interface.security_groups.contains(group)
    }

    /// The network settings it was started with: those of its deployment or task set. `None` where that is over, or nobody says.
    pub(crate) fn declared<'s>(&self, service: &'s Service) -> Option<&'s AwsvpcConfiguration> {
        let starter = self.task.started_by.as_ref()?;
        if let Some(set) = service.task_sets.iter().find(|set| set.id == *starter) {
            return set.network.as_ref();
        }
        let deployment = service.deployments.iter().find(|deployment| deployment.id == *starter)?;
        let of_service = service.network.as_ref().filter(|_| deployment.status == DeploymentStatus::Primary);
        deployment.network.as_ref().or(of_service)
    }
}

/// The services and tasks under judgement. What can't be read is noted; the rest is judged all the same.
pub(crate) fn all_service_tasks<'a>(
    lookup: &Lookup<'a>,
    scope: &Scope,
    policy: &Policy,
    selection: &Selection<'a>,
    judgement: &mut Judgement,
) -> Vec<ServiceTasks<'a>> {
    let mut services: BTreeMap<ServiceId, ServiceTasks<'a>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (id, service) in &selection.found {
        let is_whole = selection.services.get(id) == Some(&Depth::Whole);
        services.insert(
            id.clone(),
            ServiceTasks { is_whole, ..service_tasks(policy, &id.cluster, Some(id), Some(*service)) },
        );
    }
    for ((cluster, name), tasks) in by_service(tasks(lookup, scope, selection, judgement)) {
        let Some(name) = name else {
            let each = tasks.iter().map(|task| checked_interfaces(lookup, [*task], judgement).0);
            let service_tasks =
                |checked_interfaces| ServiceTasks { checked_interfaces, ..service_tasks(policy, cluster, None, None) };
            alone.extend(each.filter(|checked_interfaces| !checked_interfaces.is_empty()).map(service_tasks));
            continue;
        };
        let (checked_interfaces, is_pending) = checked_interfaces(lookup, tasks.iter().copied(), judgement);
        let place = match services.entry(ServiceId::new(cluster, name)) {
            Entry::Occupied(place) => place.into_mut(),
            Entry::Vacant(place) => match lookup.service(place.key()) {
                Ok(service) => {
                    let service_tasks = service_tasks(policy, cluster, Some(place.key()), service);
                    place.insert(service_tasks)
                }
                Err(gap) => {
                    tasks.iter().for_each(|task| judgement.abstain(Unit::Task(task.arn.clone()), gap));
                    continue;
                }
            },
        };
        (place.checked_interfaces, place.is_pending) = (checked_interfaces, is_pending);
    }
    services.into_values().chain(alone).collect()
}

/// Those to be judged, by cluster and service, each once and in the same order whatever lists told of them.
fn by_service(tasks: Vec<&Task>) -> FxHashMap<(&ClusterArn, Option<&str>), Vec<&Task>> {
    let mut of_services: FxHashMap<_, Vec<&Task>> = FxHashMap::default();
    for task in tasks.into_iter().filter(|task| is_judged(task)) {
        of_services.entry((&task.cluster, task.service_name())).or_default().push(task);
    }
    for tasks in of_services.values_mut() {
        tasks.sort_by(|one, other| one.arn.cmp(&other.arn));
        tasks.dedup_by(|one, other| one.arn == other.arn);
    }
    of_services
}

fn service_tasks<'a>(
    policy: &Policy,
    cluster: &ClusterArn,
    id: Option<&ServiceId>,
    service: Option<&'a Service>,
) -> ServiceTasks<'a> {
    let name = id.map(|id| &*id.name);
    let groups: Vec<&str> =
        service.into_iter().flat_map(Service::named_target_groups).map(|group| group.name()).collect();
    ServiceTasks {
        cluster: cluster.clone(),
        id: id.cloned(),
        service,
        policy: policy.security_groups_of(cluster.name(), name, &groups),
        is_whole: false,
        checked_interfaces: Vec::new(),
        is_pending: false,
    }
}

/// The tasks in focus: all of whole clusters and services, and those the scope names.
fn tasks<'a>(
    lookup: &Lookup<'a>,
    scope: &Scope,
    selection: &Selection<'a>,
    judgement: &mut Judgement,
) -> Vec<&'a Task> {
    let mut tasks = Vec::new();
    let mut add = |cluster: &ClusterArn, arn: &TaskArn, judgement: &mut Judgement| {
        let task = judgement.keep(|| Unit::Task(arn.clone()), lookup.task(cluster, arn));
        tasks.extend(task.flatten());
    };
    for cluster in &selection.clusters {
        let list = TaskList { cluster: cluster.clone(), service: None, desired: Desired::Running };
        let arns = judgement.keep(|| Unit::Cluster(cluster.clone()), lookup.tasks(&list));
        arns.into_iter().flatten().for_each(|arn| add(cluster, arn, judgement));
    }
    for (id, depth) in &selection.services {
        if *depth != Depth::Whole || selection.clusters.contains(&id.cluster) {
            continue;
        }
        let list = TaskList { cluster: id.cluster.clone(), service: Some(id.clone()), desired: Desired::Running };
        let arns = judgement.keep(|| Unit::Service(id.clone()), lookup.tasks(&list));
        arns.into_iter().flatten().for_each(|arn| add(&id.cluster, arn, judgement));
    }
    for (arn, hint) in &scope.tasks {
        add(&hint.cluster, arn, judgement);
    }
    tasks
}

/// A task on its way out takes its interface with it.
fn is_judged(task: &Task) -> bool {
    task.is_live() && task.desired_status == TaskStatus::Running
}

/// The interfaces of tasks, as soon as they are attached; and whether some are yet to be read.
fn checked_interfaces<'a>(
    lookup: &Lookup<'a>,
    tasks: impl IntoIterator<Item = &'a Task>,
    judgement: &mut Judgement,
) -> (Vec<CheckedInterface<'a>>, bool) {
    let (mut checked_interfaces, mut is_pending) = (Vec::new(), false);
    for (task, attached) in tasks.into_iter().flat_map(|task| task.interfaces.iter().map(move |one| (task, one))) {
        let Some(id) = &attached.network_interface else { continue };
        match lookup.interface(id, attached.subnet.as_ref()) {
            Ok(Some(interface)) => checked_interfaces.push(CheckedInterface { task, interface }),
            // Detached while this was read. A task that goes on running without is another matter.
            Ok(None) if task.last_status != TaskStatus::Running => {}
            Ok(None) => judgement.abstain(Unit::Task(task.arn.clone()), Gap::Unread(&vanished(id))),
            Err(Gap::Pending) => is_pending = true,
            Err(gap) => judgement.abstain(Unit::Task(task.arn.clone()), gap),
        }
    }
    (checked_interfaces, is_pending)
}

fn vanished(id: &NetworkInterfaceId) -> Unread {
    let why = "the interface is gone, though its task is said to be RUNNING".to_owned();
    Unread::beyond_answers(UnreadKind::Undecidable, "ec2:DescribeNetworkInterfaces", id.to_string(), why)
}
