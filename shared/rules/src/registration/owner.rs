//! Who has a target's address now.
//!
//! Asked from cheap to expensive: the live tasks already read, the interfaces of the address's subnet, the owner the
//! ledger remembers, and, only if an interface is left that may be a task's, every task of the account.

use std::net::IpAddr;

use model::ec2::{InterfaceType, NetworkInterface};
use model::ecs::{Service, Task};
use model::elb::Target;
use model::observation::{Desired, Gap, Lookup, TaskList};
use model::scope::ServiceId;

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
    /// Nothing, and the address is in a subnet of this account in the group's VPC: absence is proved.
    Nobody,
    /// The address is in no subnet of this account in the group's VPC, so what is there can't be seen.
    OutOfSight,
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
            let of_current =
                service.primary_deployment().is_some_and(|primary| Some(&primary.id) == self.task.started_by.as_ref())
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
    let Some(interface) = interface_at(lookup, group, target.ip)? else { return Ok(Owner::OutOfSight) };
    let Some(interface) = interface else { return Ok(Owner::Nobody) };
    if let Some(task) = tasks.with_interface(&interface.id) {
        return task_as_owner(lookup, group, interface, task);
    }
    // The owner the ledger remembers may still be the owner; asking for one task is cheaper than asking for all.
    let remembered = lookup.owners(&group.group.arn)?.unwrap_or_default().iter().find(|one| one.target == target);
    if let Some(record) = remembered.filter(|record| record.network_interface.as_ref() == Some(&interface.id)) {
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
    match everyones_task_with(lookup, interface)? {
        Some(task) => task_as_owner(lookup, group, interface, task),
        None => Ok(Owner::OtherInterface(interface)),
    }
}

/// `None` if the address is out of sight, `Some(None)` if it is in an owned subnet and nothing has it.
fn interface_at<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    ip: IpAddr,
) -> Result<Option<Option<&'a NetworkInterface>>, Gap<'a>> {
    let Some(vpc) = &group.group.vpc else { return Ok(None) };
    let account = &lookup.observation().account;
    let Some(subnet) = lookup.subnets(vpc)?.iter().find(|subnet| subnet.contains(ip)) else { return Ok(None) };
    let interface = lookup.interfaces(&subnet.id)?.iter().find(|interface| interface.has(ip));
    Ok(if interface.is_none() && subnet.owner != *account { None } else { Some(interface) })
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

/// The live task, of any service or none, in any cluster, that has this interface.
fn everyones_task_with<'a>(lookup: &Lookup<'a>, interface: &NetworkInterface) -> Result<Option<&'a Task>, Gap<'a>> {
    let mut gap = None;
    let mut found = None;
    for cluster in lookup.clusters()? {
        for desired in [Desired::Running, Desired::Stopped] {
            match lookup.tasks(&TaskList { cluster: cluster.clone(), service: None, desired }) {
                Err(missing) => gap = Some(missing),
                Ok(arns) => {
                    for arn in arns {
                        match lookup.task(cluster, arn) {
                            Err(missing) => gap = Some(missing),
                            Ok(task) => found = found.or(task.filter(|task| has_interface(task, interface))),
                        }
                    }
                }
            }
        }
    }
    // A task found is found, whatever else could not be read; that there is none needs every answer.
    found.map_or_else(|| gap.map_or(Ok(None), Err), |task| Ok(Some(task)))
}

fn has_interface(task: &Task, interface: &NetworkInterface) -> bool {
    task.is_live() && task.interfaces.iter().any(|one| one.network_interface.as_ref() == Some(&interface.id))
}
