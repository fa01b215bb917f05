//! How large an account is, and what of it no cluster leads to.

use std::collections::{BTreeMap, BTreeSet};

use model::id::{ClusterArn, TargetGroupArn};
use model::observation::{Gap, Lookup, Observation};
use report::Coverage;

/// How many services each cluster has.
pub(crate) fn services<'a>(lookup: &Lookup<'a>) -> Result<BTreeMap<ClusterArn, usize>, Gap<'a>> {
    let lists: Vec<_> =
        lookup.cluster_list()?.clusters.iter().map(|cluster| (cluster, lookup.services(cluster))).collect();
    lists.into_iter().map(|(cluster, list)| Ok((cluster.clone(), list?.len()))).collect()
}

/// Counts what is the cluster's own. Who else has a target's address is looked for in the others, which are parts of their own.
pub(crate) fn count_in_cluster(cluster: &ClusterArn, observation: &Observation, coverage: &mut Coverage) {
    let known = observation.aws.cluster.all_known().any(|(arn, _)| arn == cluster);
    coverage.services = observation.aws.service.all_known().filter(|(id, _)| id.cluster == *cluster).count();
    coverage.tasks = observation.aws.task.all_known().filter(|(_, task)| task.cluster == *cluster).count();
    coverage.clusters = usize::from(known || coverage.services > 0);
}

/// The target groups that no service names.
pub(crate) fn unnamed_groups<'a>(lookup: &Lookup<'a>) -> Result<BTreeSet<TargetGroupArn>, Gap<'a>> {
    let (clusters, groups) = (lookup.clusters(), lookup.target_groups());
    let lists: Vec<_> = clusters?.iter().map(|cluster| lookup.services(cluster)).collect();
    let mut services = Vec::new();
    for list in lists {
        services.extend(list?.iter().map(|id| lookup.service(id)));
    }
    let mut unnamed: BTreeSet<TargetGroupArn> = groups?.iter().cloned().collect();
    for service in services {
        for named in service?.iter().flat_map(|service| service.named_target_groups()) {
            unnamed.remove(named);
        }
    }
    Ok(unnamed)
}
