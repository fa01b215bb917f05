//! Who has a target's address now.
//!
//! Asked from cheap to expensive: the live tasks already read, the interfaces of the address's subnet, the owner the
//! ledger remembers, and, only if an interface is left that may be a task's, every task of the account.
//!
//! EC2 and ECS are asked one after the other, and each is eventually consistent. Where they contradict each other, nobody
//! knows who has the address: [`Owner::Contradicted`].

use std::collections::BTreeMap;
use std::net::IpAddr;

use model::ec2::{InterfaceType, NetworkInterface, Subnet};
use model::ecs::{LaunchType, NetworkMode, Service, Task, TaskStatus};
use model::elb::Target;
use model::observation::{Desired, Gap, Lookup, TaskList, Unread, UnreadKind};
use model::scope::ServiceId;

use super::expected::is_of_current_deployment;
use super::group::{JudgedGroup, Member};
use super::tasks::Tasks;
use super::uses::{Use, uses};

/// Who has an address.
pub(crate) enum Owner<'a> {
    /// A live task of a service that uses the group.
    Member(Member<'a>),
    /// A live task that isn't one of a service known to use the group.
    ForeignTask(ForeignTask<'a>),
    /// An interface that no live task has.
    OtherInterface(&'a NetworkInterface),
    /// The interface of a task that stopped. EC2 deletes it in a while, and nobody else has the address before.
    Lingering,
    /// Nothing, and the address is in a subnet of this account in the group's VPC: absence is proved.
    Nobody,
    /// The address is in no subnet of this account in the group's VPC, so what is there can't be seen.
    OutOfSight,
    /// Two answers of AWS contradict each other, which is told as something that could not be read.
    Contradicted(Unread),
}

/// A live task elsewhere.
pub(crate) struct ForeignTask<'a> {
    /// The task.
    pub(crate) task: &'a Task,
    /// Its interface.
    pub(crate) interface: &'a NetworkInterface,
    /// Its service, unless it is a standalone task or the service can't be found.
    pub(crate) service: Option<(ServiceId, &'a Service)>,
    /// Does that service use the group? `Unclear` while a deployment is in flight.
    pub(crate) uses: Use,
}

impl ForeignTask<'_> {
    /// Is it certain that it has nothing to do with the group: the task of a service's current deployment, with no
    /// other in flight that might have used the group?
    pub(crate) fn is_certainly_foreign(&self) -> bool {
        self.service.as_ref().is_some_and(|(_, service)| {
            let of_current = is_of_current_deployment(service, self.task)
                || service.task_sets.iter().any(|set| Some(&set.id) == self.task.started_by.as_ref());
            self.uses == Use::No && !service.in_flight() && of_current
        })
    }
}

/// Who has the address of `target` now?
pub(crate) fn owner<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    tasks: &Tasks<'a>,
    target: Target,
) -> Result<Owner<'a>, Gap<'a>> {
    let Some(subnet) = subnet_of(lookup, group, target.ip)? else { return Ok(Owner::OutOfSight) };
    let interface = lookup.interfaces(&subnet.id)?.iter().find(|interface| interface.has(target.ip));
    let Some(interface) = interface else {
        let is_owned = subnet.owner.as_ref() == Some(&lookup.observation().account);
        return Ok(if is_owned { Owner::Nobody } else { Owner::OutOfSight });
    };
    if let Some(task) = tasks.with_interface(&interface.id) {
        return task_as_owner(lookup, group, interface, task);
    }
    if tasks.stopped_with(interface).is_some() {
        return Ok(Owner::Lingering);
    }
    // The owner the ledger remembers may still be the owner; asking for one task is cheaper than asking for all.
    let remembered = lookup.owners(&group.group.arn)?.unwrap_or_default().iter().find(|one| one.target == target);
    let past_owners = remembered.filter(|record| record.network_interface.as_ref() == Some(&interface.id));
    if let Some(record) = past_owners {
        let task = match record.task.cluster() {
            Some(cluster) => lookup.task(&cluster, &record.task)?,
            None => None,
        };
        if let Some(task) = task.filter(|task| has_interface(task, interface)) {
            return task_as_owner(lookup, group, interface, task);
        }
    }
    if !may_be_a_tasks(interface) {
        return Ok(Owner::OtherInterface(interface));
    }
    // Once every task is read, a task that has it is among those found above.
    read_everyones_tasks(lookup, tasks)?;
    Ok(match task_without_address(lookup, tasks, |_| true)? {
        Some(unread) => Owner::Contradicted(unread),
        None if past_owners.is_some() => Owner::Lingering,
        None => Owner::OtherInterface(interface),
    })
}

fn has_interface(task: &Task, interface: &NetworkInterface) -> bool {
    task.is_live() && task.interfaces.iter().any(|one| one.network_interface.as_ref() == Some(&interface.id))
}

/// The subnet of the group's VPC that the address is in.
fn subnet_of<'a>(lookup: &Lookup<'a>, group: &JudgedGroup<'a>, ip: IpAddr) -> Result<Option<&'a Subnet>, Gap<'a>> {
    let Some(vpc) = &group.group.vpc else { return Ok(None) };
    Ok(lookup.subnets(vpc)?.iter().find(|subnet| subnet.contains(ip)))
}

/// What speaks against taking EC2's word that nothing has an address: a live task has it by ECS's word, or may have. EC2's
/// answer may be older than an interface. A task's interface is deleted while it is DEPROVISIONING, so that such a task
/// claims nothing.
///
/// `among` are the services whose tasks are asked for, each with the lists they are in; `None` means every task of the account.
pub(crate) fn contradiction<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    tasks: &Tasks<'a>,
    ip: IpAddr,
    among: Option<&BTreeMap<ServiceId, [TaskList; 2]>>,
) -> Result<Option<Unread>, Gap<'a>> {
    match among {
        None => read_everyones_tasks(lookup, tasks)?,
        Some(services) => {
            let gaps: Vec<_> = services.values().flatten().map(|list| tasks.gaps(lookup, list.clone())).collect();
            if let Some(gap) = gaps.iter().find_map(|gaps| gaps.first()) {
                return Err(*gap);
            }
        }
    }
    let counts = |task: &Task| {
        among.is_none_or(|services| {
            task.service_name().is_some_and(|name| services.contains_key(&ServiceId::new(&task.cluster, name)))
        })
    };
    let Some(subnet) = subnet_of(lookup, group, ip)? else { return Ok(None) };
    let claims = |task: &&&Task| {
        let one = task.interface_at(ip);
        let is_here = one.is_some_and(|one| one.subnet.as_ref().is_none_or(|its| *its == subnet.id));
        is_here && task.last_status != TaskStatus::Deprovisioning && counts(task)
    };
    if let Some(task) = tasks.live_at(ip).iter().find(claims) {
        let error = format!("no interface has {ip}, but task {} is {} there", task.arn.id(), task.last_status);
        let (kind, operation) = (UnreadKind::Contradictory, "ec2:DescribeNetworkInterfaces");
        return Ok(Some(Unread::beyond_answers(kind, operation, subnet.id.to_string(), error)));
    }
    task_without_address(lookup, tasks, counts)
}

/// A RUNNING task in awsvpc mode, among those read, that ECS described without its address: it may be any.
fn task_without_address<'a>(
    lookup: &Lookup<'a>,
    tasks: &Tasks<'a>,
    counts: impl Fn(&Task) -> bool,
) -> Result<Option<Unread>, Gap<'a>> {
    for task in tasks.without_address().iter().filter(|task| counts(task)) {
        if is_awsvpc(lookup, task)? {
            return Ok(Some(address_unknown(task)));
        }
    }
    Ok(None)
}

/// What ECS left out of a task's description.
pub(crate) fn address_unknown(task: &Task) -> Unread {
    let why = "the task is RUNNING in awsvpc mode, but was described without its network interface".to_owned();
    Unread::beyond_answers(UnreadKind::Contradictory, "ecs:DescribeTasks", task.arn.to_string(), why)
}

/// Is it RUNNING, with no address in its description?
pub(crate) fn may_hide_its_address(task: &Task) -> bool {
    task.last_status == TaskStatus::Running && task.addresses().next().is_none()
}

/// Has the task an interface of its own? On Fargate every task has. Elsewhere its task definition says so, and a service whose
/// tasks have says in which subnets.
pub(crate) fn is_awsvpc<'a>(lookup: &Lookup<'a>, task: &Task) -> Result<bool, Gap<'a>> {
    if task.launch_type == Some(LaunchType::Fargate) {
        return Ok(true);
    }
    if let Some(name) = task.service_name()
        && let Some(service) = lookup.service(&ServiceId::new(&task.cluster, name))?
    {
        let of_sets = service.task_sets.iter().map(|set| &set.network);
        let of_deployments = service.deployments.iter().map(|deployment| &deployment.network);
        if !of_sets.chain(of_deployments).chain([&service.network]).any(Option::is_some) {
            return Ok(false);
        }
    }
    let Some(definition) = &task.task_definition else { return Ok(false) };
    Ok(lookup.task_definition(definition)?.is_some_and(|one| one.network_mode == NetworkMode::Awsvpc))
}

fn task_as_owner<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    interface: &'a NetworkInterface,
    task: &'a Task,
) -> Result<Owner<'a>, Gap<'a>> {
    let alone = ForeignTask { task, interface, service: None, uses: Use::No };
    let Some(name) = task.service_name() else { return Ok(Owner::ForeignTask(alone)) };
    let id = ServiceId::new(&task.cluster, name);
    let Some(service) = lookup.service(&id)? else { return Ok(Owner::ForeignTask(alone)) };
    match uses(lookup, service, &group.group.arn)? {
        Use::Yes => Ok(Owner::Member(Member::new(lookup, id, service, task)?)),
        uses => Ok(Owner::ForeignTask(ForeignTask { service: Some((id, service)), uses, ..alone })),
    }
}

/// Could ECS have made it for a task? Interfaces ECS makes are described by their attachment, but that is recorded for
/// Fargate only, so only the kinds that say they are something else are ruled out.
fn may_be_a_tasks(interface: &NetworkInterface) -> bool {
    interface.ecs_attachment().is_some()
        || matches!(interface.interface_type, InterfaceType::Interface | InterfaceType::Branch | InterfaceType::Trunk)
        || interface.interface_type.as_str().is_empty()
}

/// Asks for every task, of any service or none, in any cluster. Those read are in [`Tasks`] from the next round on.
fn read_everyones_tasks<'a>(lookup: &Lookup<'a>, tasks: &Tasks<'a>) -> Result<(), Gap<'a>> {
    let mut gap = None;
    for cluster in lookup.clusters()? {
        for desired in [Desired::Running, Desired::Stopped] {
            let gaps = tasks.gaps(lookup, TaskList { cluster: cluster.clone(), service: None, desired });
            gap = gaps.last().copied().or(gap);
        }
    }
    gap.map_or(Ok(()), Err)
}
