//! How large an account is, and what of it no other part of a sweep looks at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::ecs::Service;
use model::id::{ClusterArn, TargetGroupArn, TaskArn};
use model::observation::{Desired, Gap, Lookup, Observation, TaskList};
use model::scope::{OtherParts, Scope, ServiceId, SweepPart, TaskHint};
use report::{Coverage, Unclear};

use super::plan::Part;

/// The services of each cluster.
pub(crate) fn services<'a>(lookup: &Lookup<'a>) -> Result<BTreeMap<ClusterArn, Vec<ServiceId>>, Gap<'a>> {
    let lists: Vec<_> =
        lookup.cluster_list()?.clusters.iter().map(|cluster| (cluster, lookup.services(cluster))).collect();
    lists.into_iter().map(|(cluster, list)| Ok((cluster.clone(), list?.to_vec()))).collect()
}

/// Counts what is the part's own: what is in its cluster, belongs to its services, or to none. Who else has a target's address
/// is looked for in the others, which are parts of their own.
pub(crate) fn count_own(part: &Part, scope: &Scope, observation: &Observation, coverage: &mut Coverage) {
    if *part == Part::Rest {
        // It looks at all services, to see that none names these groups; the other parts count them.
        (coverage.clusters, coverage.services, coverage.services_without_tasks, coverage.network_interfaces) =
            (0, 0, 0, 0);
        coverage.tasks = scope.tasks.len();
        coverage.services_in_scope = Some(0);
        coverage.services_unclear.retain(|one| one.why == Unclear::Unread);
        return;
    }
    let is_own = |id: &ServiceId| scope.clusters.contains(&id.cluster) || scope.services.contains(id);
    let services: BTreeSet<&ServiceId> =
        observation.aws.service.all_known().map(|(id, _)| id).filter(|id| is_own(id)).collect();
    let of_own = |cluster: &ClusterArn, service: Option<&str>| {
        scope.clusters.contains(cluster)
            || service.is_some_and(|name| scope.services.contains(&ServiceId::new(cluster, name)))
    };
    let tasks = observation.aws.task.all_known();
    coverage.tasks = tasks.filter(|(_, task)| of_own(&task.cluster, task.service_name())).count();
    coverage.services = services.len();
    let seen = observation.aws.cluster.all_known().map(|(arn, _)| arn).chain(services.iter().map(|id| &id.cluster));
    coverage.clusters = seen.filter(|cluster| scope.clusters.contains(*cluster)).collect::<BTreeSet<_>>().len();
}

/// What no other part looks at, where these clusters are looked at service by service: target groups that no service names, and
/// tasks that belong to no service. Groups with an alert that is of no service, or of none that is there, are looked at too: no
/// other part would see its end.
pub(crate) fn rest<'a>(
    lookup: &Lookup<'a>,
    divided: &BTreeSet<ClusterArn>,
    alerted: &BTreeSet<(TargetGroupArn, Option<ServiceId>)>,
) -> Result<Scope, Gap<'a>> {
    let (clusters, groups) = (lookup.clusters(), lookup.target_groups());
    let lists: Vec<_> = clusters?.iter().map(|cluster| (cluster, lookup.services(cluster))).collect();
    let sizes: BTreeMap<&ClusterArn, _> = divided.iter().map(|cluster| (cluster, lookup.cluster(cluster))).collect();
    let mut others = OtherParts {
        at: lookup.now(),
        clusters: BTreeSet::new(),
        services: BTreeSet::new(),
        target_groups: BTreeSet::new(),
    };
    let mut services = Vec::new();
    for (cluster, list) in lists {
        let list = list?;
        match divided.contains(cluster) {
            true => others.services.extend(list.iter().cloned()),
            false => drop(others.clusters.insert(cluster.clone())),
        }
        services.extend(list.iter().map(|id| (id, lookup.service(id))));
    }
    let mut in_services: BTreeMap<&ClusterArn, u32> = BTreeMap::new();
    for (id, service) in services {
        let Some(service) = service? else { continue };
        others.target_groups.extend(service.named_target_groups().cloned());
        let tasks = in_services.entry(&id.cluster).or_default();
        *tasks = tasks.saturating_add(count(service));
    }
    let mut scope = Scope::default();
    for (cluster, size) in sizes {
        let of_services = in_services.get(cluster).copied().unwrap_or_default();
        // As many as the services have: nothing else runs there, and no list of all that runs is needed to know that.
        if size?.is_some_and(|cluster| cluster.tasks > of_services) {
            scope.tasks.extend(of_no_service(lookup, cluster)?);
        }
    }
    let is_there = |id: &ServiceId| others.clusters.contains(&id.cluster) || others.services.contains(id);
    let alerted = alerted.iter().filter(|(_, service)| !service.as_ref().is_some_and(is_there));
    let alerted: BTreeSet<&TargetGroupArn> = alerted.map(|(group, _)| group).collect();
    let own = groups?.iter().filter(|group| !others.target_groups.contains(*group) || alerted.contains(*group));
    scope.target_groups = own.cloned().collect();
    scope.part_of_sweep = Some(SweepPart::Rest(others));
    Ok(scope)
}

const fn count(service: &Service) -> u32 {
    service.running_count.saturating_add(service.pending_count)
}

/// The tasks in a cluster that belong to no service.
fn of_no_service<'a>(lookup: &Lookup<'a>, cluster: &ClusterArn) -> Result<Vec<(TaskArn, Arc<TaskHint>)>, Gap<'a>> {
    let all = TaskList { cluster: cluster.clone(), service: None, desired: Desired::Running };
    let tasks: Vec<_> = lookup.tasks(&all)?.iter().map(|arn| (arn, lookup.task(cluster, arn))).collect();
    let mut loose = Vec::new();
    for (arn, task) in tasks {
        if task?.is_some_and(|task| task.service_name().is_none()) {
            let hint = TaskHint { cluster: cluster.clone(), service: None, addresses: Vec::new(), version: 0 };
            loose.push((arn.clone(), hint.into()));
        }
    }
    Ok(loose)
}
