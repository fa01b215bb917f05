//! Which messages of a batch failed: exactly those that something they needed was not had for.
//!
//! A message is traced from its scope to what a look at that needs: its tasks, their services, the clusters of those, and
//! the groups the services use, as read. It fails if there was [trouble](mod@trouble) with any of these. A look at everything
//! doesn't fail for want of a permission: the next sweep asks again anyway, and retries before it would be denied the same.

#[cfg(test)]
mod tests;
pub mod trouble;

use std::collections::{BTreeMap, BTreeSet};

use model::ecs::Service;
use model::id::{ClusterArn, TargetGroupArn, TaskArn};
use model::observation::Observation;
use model::scope::{Scope, ServiceId, Unit};

use trouble::Trouble;

/// The messages that failed, with one reason each. `messages` are the ids and scopes of those that shared a pass, `trouble`
/// is what went wrong in it.
#[must_use]
pub fn failures<'a>(
    messages: &[(&'a str, &Scope)],
    observation: &Observation,
    trouble: &BTreeMap<Unit, Trouble>,
) -> BTreeMap<&'a str, String> {
    let mut failures = BTreeMap::new();
    if trouble.is_empty() {
        return failures;
    }
    let map = Map::of(observation);
    let mut blamed = BTreeSet::new();
    for (id, scope) in messages {
        let needed = map.needed(scope);
        let missing: Vec<_> = trouble.iter().filter(|(unit, _)| scope.everything || needed.contains(*unit)).collect();
        if let Some((_, Trouble { reason, .. })) = missing.iter().find(|(_, one)| !(scope.everything && one.denied)) {
            failures.insert(*id, reason.clone());
        }
        blamed.extend(missing.into_iter().map(|(unit, _)| unit));
    }
    // What no message can be shown to need was needed by one of them all the same.
    if let Some((_, Trouble { reason, .. })) = trouble.iter().find(|(unit, _)| !blamed.contains(unit)) {
        for (id, _) in messages.iter().filter(|(_, scope)| !scope.is_empty()) {
            failures.entry(*id).or_insert_with(|| reason.clone());
        }
    }
    failures
}

/// The services that a scope asks for, and whether all that `unjudged` says could not be judged is about others.
pub(crate) fn services_in<'a>(
    observation: &'a Observation,
    scope: &Scope,
    unjudged: &BTreeSet<&Unit>,
) -> Vec<(&'a ServiceId, bool)> {
    let of_task = |task: &TaskArn| {
        let task = observation.aws.task.known(task)?;
        task.service_name().map(|name| ServiceId::new(&task.cluster, name))
    };
    let hinted = scope.tasks.iter().filter_map(|(task, hint)| of_task(task).or_else(|| hint.service.clone()));
    let hinted: BTreeSet<ServiceId> = hinted.collect();
    let by_task = unjudged.iter().filter_map(|unit| if let Unit::Task(task) = unit { of_task(task) } else { None });
    let by_task: BTreeSet<ServiceId> = by_task.collect();
    let map = Map::of(observation);
    let asked_for = map.groups.iter().filter(|(id, groups)| {
        scope.everything
            || scope.clusters.contains(&id.cluster)
            || scope.services.contains(**id)
            || hinted.contains(**id)
            || groups.iter().any(|group| scope.target_groups.contains(*group))
    });
    let is_judged = |id: &ServiceId, groups: &BTreeSet<&TargetGroupArn>| {
        unjudged.is_empty()
            || !(unjudged.contains(&Unit::Service(id.clone()))
                || unjudged.contains(&Unit::Cluster(id.cluster.clone()))
                || groups.iter().any(|group| unjudged.contains(&Unit::TargetGroup((*group).clone())))
                || by_task.contains(id))
    };
    asked_for.map(|(id, groups)| (*id, is_judged(id, groups))).collect()
}

/// What hangs together, as read.
struct Map<'a> {
    observation: &'a Observation,
    groups: BTreeMap<&'a ServiceId, BTreeSet<&'a TargetGroupArn>>,
}

impl<'a> Map<'a> {
    fn of(observation: &'a Observation) -> Self {
        let known = observation.aws.service.all_known();
        let groups = known.map(|(id, service)| (id, groups(service, observation))).collect();
        Self { observation, groups }
    }

    /// Everything a look at this scope needs.
    fn needed(&self, scope: &Scope) -> BTreeSet<Unit> {
        let mut needed = BTreeSet::new();
        for cluster in &scope.clusters {
            self.add_cluster(cluster, &mut needed);
        }
        for service in &scope.services {
            self.add_service(service, true, &mut needed);
        }
        for (task, hint) in &scope.tasks {
            needed.insert(Unit::Task(task.clone()));
            let service = match self.observation.aws.task.known(task) {
                Some(task) => task.service_name().map(|name| ServiceId::new(&task.cluster, name)),
                None => hint.service.clone(),
            };
            if let Some(service) = service {
                self.add_service(&service, false, &mut needed);
            }
        }
        for group in &scope.target_groups {
            needed.insert(Unit::TargetGroup(group.clone()));
            let users = self.groups.iter().filter(|(_, groups)| groups.contains(group));
            users.for_each(|(service, _)| self.add_service(service, true, &mut needed));
        }
        needed
    }

    fn add_cluster(&self, cluster: &ClusterArn, needed: &mut BTreeSet<Unit>) {
        needed.insert(Unit::Cluster(cluster.clone()));
        let services = self.observation.aws.services.known(cluster);
        services.into_iter().flatten().for_each(|service| self.add_service(service, true, needed));
    }

    /// A service with its cluster and groups, and with its tasks if it is looked at as a whole.
    fn add_service(&self, service: &ServiceId, whole: bool, needed: &mut BTreeSet<Unit>) {
        needed.insert(Unit::Service(service.clone()));
        needed.insert(Unit::Cluster(service.cluster.clone()));
        let groups = self.groups.get(service).into_iter().flatten();
        needed.extend(groups.map(|group| Unit::TargetGroup((*group).clone())));
        if whole {
            let lists = self.observation.aws.tasks.iter().filter(|(list, _)| list.service.as_ref() == Some(service));
            let tasks = lists.filter_map(|(_, answer)| answer.known()).flatten();
            needed.extend(tasks.map(|task| Unit::Task(task.clone())));
        }
    }
}

/// The groups a service uses, its revisions' among them.
fn groups<'a>(service: &'a Service, observation: &'a Observation) -> BTreeSet<&'a TargetGroupArn> {
    let revisions = service.current_revisions.iter();
    let revisions = revisions.filter_map(|arn| observation.aws.service_revision.known(arn));
    let of_revisions = revisions.flat_map(|revision| {
        let named = revision.load_balancers.iter().flat_map(|balancer| balancer.target_groups());
        named.chain(&revision.resolved_target_groups)
    });
    service.named_target_groups().chain(of_revisions).collect()
}
