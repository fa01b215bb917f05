//! How large an account is, and what of it no cluster leads to.

use std::collections::{BTreeMap, BTreeSet};

use model::id::{ClusterArn, TargetGroupArn};
use model::observation::{Gap, Lookup};

/// How many services each cluster has.
pub(crate) fn services<'a>(lookup: &Lookup<'a>) -> Result<BTreeMap<ClusterArn, usize>, Gap<'a>> {
    let lists: Vec<_> =
        lookup.cluster_list()?.clusters.iter().map(|cluster| (cluster, lookup.services(cluster))).collect();
    lists.into_iter().map(|(cluster, list)| Ok((cluster.clone(), list?.len()))).collect()
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
