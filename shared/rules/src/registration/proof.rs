//! Whether a task of a service that uses the group once had a target.
//!
//! Only past ownership makes a target the guard's business: what was never a task's was put there by somebody else. It is
//! proved by the ledger, by a stopped task that had the address, or by the policy's word that only ECS puts targets in
//! the group.
//!
//! A stopped task proves that it had the address, not that it had the target: it may have stopped before it was registered,
//! and whoever got the address from it may have been registered on purpose. So it counts only where nothing has the address
//! now, and the target serves nobody whoever registered it.

use model::ecs::{Service, ServiceStatus, Task};
use model::elb::Target;
use model::ledger::Ownership;
use model::observation::{Gap, Lookup};
use model::scope::ServiceId;

use super::group::JudgedGroup;
use super::owner::Owner;
use super::tasks::Tasks;
use super::uses::{Use, certain_users, ports, uses};

/// Why a target was once a task's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The service whose task had it.
    pub(crate) service: ServiceId,
    /// In words, for the finding's evidence.
    pub(crate) how: String,
    /// The ledger saw this very target registered for a task of that service.
    pub(crate) by_ledger: bool,
}

/// Proof that a task of a service that uses the group once had `target`, if there is any.
pub(crate) fn proof<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    tasks: &Tasks<'a>,
    target: Target,
    owner: &Owner<'a>,
) -> Result<Option<Proof>, Gap<'a>> {
    if let Some(past) = remembered(lookup, group, target)?
        && let Some(service) = user(lookup, group, &past.service)?
        // What is registered after a service was deleted is nobody's mistake of ECS's.
        && (service.status != ServiceStatus::Inactive || matches!(owner, Owner::Nobody))
    {
        return Ok(Some(past));
    }
    if let Owner::Nobody = owner
        && let Some(proof) = by_stopped_task(lookup, group, tasks, target)?
    {
        return Ok(Some(proof));
    }
    if group.is_exclusive(lookup)? { exclusive(lookup, group, target) } else { Ok(None) }
}

/// Whose task the ledger saw there, whether or not that service still uses the group.
pub(crate) fn remembered<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    target: Target,
) -> Result<Option<Proof>, Gap<'a>> {
    let record = record(lookup, group, target)?.filter(|record| record.proves(lookup.now()));
    Ok(record.and_then(|record| {
        let how = format!("the ledger saw it registered for task {} at {}", record.task.id(), record.seen_at);
        Some(Proof { service: ServiceId::of(&record.service)?, how, by_ledger: true })
    }))
}

fn record<'a>(lookup: &Lookup<'a>, group: &JudgedGroup<'a>, target: Target) -> Result<Option<&'a Ownership>, Gap<'a>> {
    Ok(lookup.owners(&group.group.arn)?.unwrap_or_default().iter().find(|record| record.target == target))
}

/// The service, if it uses the group for certain.
fn user<'a>(lookup: &Lookup<'a>, group: &JudgedGroup<'a>, id: &ServiceId) -> Result<Option<&'a Service>, Gap<'a>> {
    let Some(service) = lookup.service(id)? else { return Ok(None) };
    Ok((uses(lookup, service, &group.group.arn)? == Use::Yes).then_some(service))
}

/// The stopped tasks are those of the events and those the services under judgement stopped within the last hour or so.
fn by_stopped_task<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    tasks: &Tasks<'a>,
    target: Target,
) -> Result<Option<Proof>, Gap<'a>> {
    let record = record(lookup, group, target)?;
    for task in tasks.stopped_at(target.ip) {
        if record.is_some_and(|record| is_over(record, task)) {
            continue;
        }
        // ECS registers a task when it is RUNNING, and this one never was.
        if task.started_at.is_none() {
            continue;
        }
        let Some(name) = task.service_name() else { continue };
        let id = ServiceId::new(&task.cluster, name);
        let Some(service) = user(lookup, group, &id)? else { continue };
        if ports(service, &group.group.arn).any(|port| port == target.port) || maps(lookup, task, target.port)? {
            let how = format!("task {} had the address before it stopped", task.arn.id());
            return Ok(Some(Proof { service: id, how, by_ledger: false }));
        }
    }
    Ok(None)
}

/// The ledger saw the target absent or draining after this task had it, or after one that got the address from it: what is
/// registered now came later, from elsewhere.
fn is_over(record: &Ownership, task: &Task) -> bool {
    let was_before = task.started_at.is_none_or(|started| started <= record.seen_at);
    record.ended_at.is_some() && (record.task == task.arn || was_before)
}

/// Did the task itself listen on this port, though its service no longer does?
fn maps<'a>(lookup: &Lookup<'a>, task: &Task, port: u16) -> Result<bool, Gap<'a>> {
    let Some(arn) = &task.task_definition else { return Ok(false) };
    Ok(lookup.task_definition(arn)?.is_some_and(|definition| definition.maps_port(port)))
}

/// "Only ECS puts targets in this group": then an address in the subnets of a service that uses it, at the port that
/// service uses, was a task's.
fn exclusive<'a>(lookup: &Lookup<'a>, group: &JudgedGroup<'a>, target: Target) -> Result<Option<Proof>, Gap<'a>> {
    let Some(vpc) = &group.group.vpc else { return Ok(None) };
    let Some(subnet) = lookup.subnets(vpc)?.iter().find(|subnet| subnet.contains(target.ip)) else { return Ok(None) };
    let fits = |service: &Service| {
        let sets = service.task_sets.iter().filter_map(|set| set.network.as_ref());
        let deployments = service.deployments.iter().filter_map(|deployment| deployment.network.as_ref());
        let mut networks = service.network.iter().chain(sets).chain(deployments);
        networks.any(|network| network.subnets.contains(&subnet.id))
            && ports(service, &group.group.arn).any(|port| port == target.port)
    };
    let word = |id: &ServiceId| Proof {
        service: id.clone(),
        how: format!(
            "the policy says that only ECS registers targets here, and {id} serves from this subnet on this port"
        ),
        by_ledger: false,
    };
    Ok(certain_users(lookup, &group.group.arn)?.iter().find(|(_, service)| fits(service)).map(|(id, _)| word(id)))
}
