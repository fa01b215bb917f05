//! Questions of one kind, sorted into the fewest requests.

use std::collections::{BTreeMap, BTreeSet};

use model::id::ClusterArn;
use model::observation::AwsQuestions;

use crate::api::AwsFact;
use crate::batch::FILTER_VALUES;

/// What is asked, in batches that one request may ask for.
pub(super) fn batches<T: AwsFact>(asked: Vec<T::Asked>) -> Vec<Vec<T::Asked>> {
    let mut by_cluster: BTreeMap<Option<ClusterArn>, Vec<T::Asked>> = BTreeMap::new();
    for asked in asked {
        by_cluster.entry(T::cluster(&asked).cloned()).or_default().push(asked);
    }
    by_cluster.into_values().flat_map(|asked| asked.chunks(T::AT_MOST).map(<[_]>::to_vec).collect::<Vec<_>>()).collect()
}

/// Asks for interfaces with their subnets rather than by their ids, where that is fewer requests. A page of a subnet holds 1,000
/// interfaces, a request by ids 200: where so many are asked for that they don't fit into one such request, most of what is
/// in their subnets is among them.
pub(super) fn by_subnet_where_that_is_fewer(asked: &mut AwsQuestions) {
    let mut subnets: BTreeSet<_> = std::mem::take(&mut asked.interfaces).into_iter().collect();
    let interfaces: BTreeMap<_, _> = asked.interface.drain(..).map(|(subnet, id)| (id, subnet)).collect();
    let are_many = interfaces.len() > FILTER_VALUES;
    for (id, subnet) in interfaces {
        match subnet {
            Some(subnet) if are_many || subnets.contains(&subnet) => drop(subnets.insert(subnet)),
            subnet => asked.interface.push((subnet, id)),
        }
    }
    asked.interfaces = subnets.into_iter().collect();
}
