//! Which services use a target group.
//!
//! A service uses a group if the group is in its `loadBalancers`, is the alternate of a native strategy, belongs to any
//! of its task sets, or is in the revision of a deployment that isn't finished. A rolling deployment that changes the
//! balancers leaves tasks behind in the groups it used before; only the revisions still tell which those are.

use model::ecs::{DeploymentController, Service, ServiceLoadBalancer, Strategy};
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup};
use model::scope::ServiceId;

/// Does a service use a group?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It does.
    Yes,
    /// It doesn't.
    No,
    /// A deployment is in flight and AWS doesn't say what the older one used; or it is deployed in a way that this
    /// program doesn't know.
    Unclear,
}

/// Does `service` use `group`?
pub(crate) fn uses<'a>(lookup: &Lookup<'a>, service: &Service, group: &TargetGroupArn) -> Result<Use, Gap<'a>> {
    if service.named_target_groups().any(|named| named == group) {
        return Ok(Use::Yes);
    }
    if matches!(service.controller, DeploymentController::Other(_)) || matches!(service.strategy, Strategy::Other(_)) {
        return Ok(Use::Unclear);
    }
    if !service.in_flight() {
        return Ok(Use::No);
    }
    let revisions: Vec<_> = service.current_revisions.iter().map(|arn| lookup.service_revision(arn)).collect();
    let mut all_known = !revisions.is_empty();
    for revision in revisions {
        match revision? {
            Some(revision) => {
                let named = revision.load_balancers.iter().flat_map(ServiceLoadBalancer::target_groups);
                if named.chain(&revision.resolved_target_groups).any(|one| one == group) {
                    return Ok(Use::Yes);
                }
            }
            None => all_known = false,
        }
    }
    Ok(if all_known { Use::No } else { Use::Unclear })
}

/// Every service of the account that uses the group, or may. The expensive question; asked only for a suspicion.
pub(crate) fn users<'a>(lookup: &Lookup<'a>, group: &TargetGroupArn) -> Result<Vec<(ServiceId, &'a Service)>, Gap<'a>> {
    let mut gap = None;
    let mut users = Vec::new();
    for cluster in lookup.clusters()? {
        match lookup.services(cluster) {
            Err(missing) => gap = Some(missing),
            Ok(ids) => {
                for id in ids {
                    match lookup.service(id) {
                        Err(missing) => gap = Some(missing),
                        Ok(None) => {}
                        Ok(Some(service)) => match uses(lookup, service, group) {
                            Err(missing) => gap = Some(missing),
                            Ok(Use::No) => {}
                            Ok(Use::Yes | Use::Unclear) => users.push((id.clone(), service)),
                        },
                    }
                }
            }
        }
    }
    gap.map_or(Ok(users), Err)
}

/// Those of them that do for certain. The group is theirs: what one of them doesn't allow, or holds, isn't done in it.
pub(crate) fn certain_users<'a>(
    lookup: &Lookup<'a>,
    group: &TargetGroupArn,
) -> Result<Vec<(ServiceId, &'a Service)>, Gap<'a>> {
    let mut users = users(lookup, group)?;
    users.retain(|(_, service)| uses(lookup, service, group) == Ok(Use::Yes));
    Ok(users)
}

/// The ports `service` serves through `group`, as far as its own entries and task sets say.
pub(crate) fn ports<'s>(service: &'s Service, group: &'s TargetGroupArn) -> impl Iterator<Item = u16> + 's {
    entries(service, group).filter_map(|entry| entry.container_port)
}

/// May `service` serve this port through `group`? An entry that tells no port may mean any.
pub(crate) fn may_use_port(service: &Service, group: &TargetGroupArn, port: u16) -> bool {
    entries(service, group).any(|entry| entry.container_port.is_none_or(|used| used == port))
}

fn entries<'s>(service: &'s Service, group: &'s TargetGroupArn) -> impl Iterator<Item = &'s ServiceLoadBalancer> {
    let sets = service.task_sets.iter().flat_map(|set| &set.load_balancers);
    service.load_balancers.iter().chain(sets).filter(move |entry| entry.target_groups().any(|one| one == group))
}
